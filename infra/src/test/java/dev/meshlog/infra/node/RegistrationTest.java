package dev.meshlog.infra.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshlog.infra.UserError;
import dev.meshlog.ingest.gossip.quic.PeerInfo;
import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Validator;
import dev.meshlog.ledger.crypto.Ed25519;
import dev.meshlog.ledger.crypto.SigningKey;
import dev.meshlog.ledger.execution.ResultCode;
import dev.meshlog.ledger.vertex.ObjectRef;
import dev.meshlog.ledger.vertex.Transaction;
import dev.meshlog.schemas.ledger.TransactionResult;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RegistrationTest implements Registration.State, Registration.Network {
    private static final SigningKey KEY = SigningKey.ofSeed(new byte[32]);
    private static final Hash COIN = Hash.ofHex("c0".repeat(32));
    private static final long EPOCH_LENGTH = 100;
    private static final GenesisConfig GENESIS = new GenesisConfig(
            "test",
            List.of(new Validator(
                    SigningKey.ofSeed(Hash.ofHex("01".repeat(32)).bytes()).publicKey(), 1, "", 0)),
            EPOCH_LENGTH,
            60,
            16,
            8,
            1_000,
            List.of(),
            List.of());

    @TempDir
    private Path directory;

    private Registration registration;
    private Departure departure;

    // What the node sees.
    private long round = 250;
    private OptionalLong validatorFrom = OptionalLong.empty();
    private Optional<Standing.Coin> coin = Optional.of(new Standing.Coin(new ObjectRef(COIN, 3), 40));
    private final Map<Hash, TransactionResult> results = new HashMap<>();
    private boolean isReadable = true;
    private boolean isCaughtUp = true;
    private boolean isSomebodyThere = true;
    private final List<Transaction> submitted = new ArrayList<>();

    @BeforeEach
    void open() {
        departure = new Departure(directory, KEY.publicKey());
        registration = new Registration(GENESIS, KEY, "192.0.2.7:7411", departure, this, this);
    }

    @Test
    void coinAndAddressGoToTheNetworkAndTheRegistrationIsFollowed() throws Exception {
        assertThat(registration.step()).contains("waiting for a commit");

        Transaction sent = submitted.get(0);
        assertThat(sent.hasGoodSignature(Ed25519.bouncyCastle())).isTrue();
        assertThat(sent.call().function()).isEqualTo("register_validator");
        assertThat(sent.call().writes()).containsExactly(new ObjectRef(COIN, 3));
        assertThat(new String(sent.call().args(), StandardCharsets.UTF_8)).isEqualTo("192.0.2.7:7411");
        assertThat(sent.call().validUntilRound()).isEqualTo(round + 500);
        assertThat(registration.step()).contains("waiting for a commit");
        assertThat(submitted).hasSize(1);

        became(sent, ResultCode.OK);
        validatorFrom = OptionalLong.of(4);
        assertThat(registration.step()).isEmpty();
        assertThat(registration.untilItCounts()).isEqualTo("waiting for epoch 4");
        round = 400;
        assertThat(registration.untilItCounts()).isEmpty();
        assertThat(submitted).hasSize(1);
    }

    @Test
    void validatorRegistersNothing() throws Exception {
        validatorFrom = OptionalLong.of(0);

        assertThat(registration.step()).isEmpty();
        assertThat(registration.untilItCounts()).isEmpty();
        assertThat(submitted).isEmpty();
    }

    @Test
    void nothingIsSentBeforeItIsCaughtUpAndHasACoin() throws Exception {
        isReadable = false;
        assertThat(registration.step()).contains("state");
        isReadable = true;
        isCaughtUp = false;
        assertThat(registration.step()).contains("catching up");
        isCaughtUp = true;
        Optional<Standing.Coin> later = coin;
        coin = Optional.empty();
        assertThat(registration.step()).contains("meshlog tx pay " + KEY.publicKey());
        assertThat(submitted).isEmpty();

        coin = later;
        assertThat(registration.step()).contains("waiting for a commit");
    }

    @Test
    void whatNobodyTakesIsMadeAgain() throws Exception {
        isSomebodyThere = false;
        assertThat(registration.step()).contains("waiting for a validator");
        round += 100;
        isSomebodyThere = true;
        assertThat(registration.step()).contains("waiting for a commit");

        assertThat(submitted).hasSize(1);
        assertThat(submitted.get(0).call().validUntilRound()).isEqualTo(round + 500);
    }

    @Test
    void withoutAResultTheSameBytesGoElsewhere() throws Exception {
        for (int look = 0; look <= Registration.PATIENT_LOOKS; look++) {
            assertThat(registration.step()).contains("waiting for a commit");
        }

        assertThat(submitted).hasSize(2);
        assertThat(submitted.get(1).bytes()).isEqualTo(submitted.get(0).bytes());
    }

    @Test
    void expiredRegistrationIsSignedAnew() throws Exception {
        assertThat(registration.step()).contains("waiting for a commit");
        round += 501;
        assertThat(registration.step()).isEqualTo("registering again");
        assertThat(registration.step()).contains("waiting for a commit");

        assertThat(submitted).hasSize(2);
        assertThat(submitted.get(1).call().validUntilRound()).isEqualTo(round + 500);
    }

    @ParameterizedTest
    @EnumSource(names = {"VERSION_MISMATCH", "OBJECT_NOT_FOUND", "NOT_OWNER", "EXPIRED", "VALID_TOO_LONG"})
    void registrationWithAnOldViewIsMadeAnewFromTheState(ResultCode code) throws Exception {
        assertThat(registration.step()).contains("waiting for a commit");
        became(submitted.get(0), code);
        coin = Optional.of(new Standing.Coin(new ObjectRef(COIN, 4), 41));
        assertThat(registration.step()).isEqualTo("registering again");
        assertThat(registration.step()).contains("waiting for a commit");

        assertThat(submitted.get(1).call().writes()).containsExactly(new ObjectRef(COIN, 4));
    }

    @Test
    void refusalIsAnErrorWithItsCode() throws Exception {
        assertThat(registration.step()).contains("waiting for a commit");
        became(submitted.get(0), ResultCode.TOO_MANY_VALIDATORS);

        assertThatThrownBy(registration::step)
                .isInstanceOf(UserError.class)
                .hasMessageContaining("TOO_MANY_VALIDATORS")
                .hasMessageContaining("--mode listener");
    }

    @Test
    void registeredByAnotherTransactionMeanwhileIsRegistered() throws Exception {
        assertThat(registration.step()).contains("waiting for a commit");
        became(submitted.get(0), ResultCode.ALREADY_VALIDATOR);
        assertThat(registration.step()).contains("waiting for the state");
        validatorFrom = OptionalLong.of(2);

        assertThat(registration.step()).isEmpty();
    }

    @Test
    void whoLeftComesBackOnlyWhenToldTo() throws Exception {
        departure.note();
        assertThat(registration.step()).contains("meshlog up --register");
        assertThat(submitted).isEmpty();

        new Departure(directory, KEY.publicKey()).forget();
        assertThat(registration.step()).contains("waiting for a commit");
    }

    @Test
    void departureOfAnotherKeyDoesNotMatter() throws Exception {
        new Departure(directory, COIN).note();
        assertThat(registration.step()).contains("waiting for a commit");

        departure.forget();
        assertThat(new Departure(directory, COIN).isNoted()).isTrue();
    }

    private void became(Transaction transaction, ResultCode code) {
        results.put(
                transaction.id(),
                new TransactionResult(
                        transaction.id().fixed(), Hash.ZERO.fixed(), 12L, 0, code.name(), "detail", List.of()));
    }

    @Override
    public Optional<Standing> standing() {
        return isReadable
                ? Optional.of(new Standing(round, round / EPOCH_LENGTH, validatorFrom, coin))
                : Optional.empty();
    }

    @Override
    public Optional<TransactionResult> result(Hash txId) {
        return Optional.ofNullable(results.get(txId));
    }

    @Override
    public boolean isCaughtUp() {
        return isCaughtUp;
    }

    @Override
    public Optional<PeerInfo> submit(Transaction transaction) {
        if (!isSomebodyThere) {
            return Optional.empty();
        }
        submitted.add(transaction);
        return Optional.of(
                new PeerInfo(COIN, false, new InetSocketAddress(InetAddress.getLoopbackAddress(), 1), null, true));
    }
}
