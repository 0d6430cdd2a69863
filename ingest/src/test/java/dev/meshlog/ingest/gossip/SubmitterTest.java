package dev.meshlog.ingest.gossip;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshlog.ingest.gossip.Consequences.Misdeed;
import dev.meshlog.ingest.gossip.quic.PeerInfo;
import dev.meshlog.ingest.gossip.quic.PeerRefusal;
import dev.meshlog.ingest.gossip.quic.ScriptedPeer;
import dev.meshlog.ingest.gossip.quic.ScriptedPeer.Says;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Validator;
import dev.meshlog.ledger.Validators;
import dev.meshlog.ledger.crypto.SigningKey;
import dev.meshlog.ledger.vertex.Call;
import dev.meshlog.ledger.vertex.Transaction;
import dev.meshlog.schemas.gossip.RefusalReason;
import dev.meshlog.schemas.gossip.Submission;
import dev.meshlog.schemas.gossip.Submitted;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecordBase;
import org.junit.jupiter.api.Test;

class SubmitterTest {
    private final Consequences consequences = new Consequences();
    private final PeerTable peers =
            new PeerTable(null, new PeerTable.Limits(10, 10, 60), key -> false, System::nanoTime);
    private long now = Long.MAX_VALUE - 1_000;
    private final Submitter submitter = new Submitter(peers, consequences, () -> now);
    private final Transaction transaction = transaction();

    @Test
    void transactionGoesToAnotherValidatorWithEachCall() throws Exception {
        ScriptedPeer first = connected(1, this::takes);
        ScriptedPeer second = connected(2, this::takes);
        connected(3, this::takes);

        Set<PeerInfo> took = new HashSet<>();
        for (int i = 0; i < 2; i++) {
            took.add(submitter.submit(transaction, validators(1, 2)).orElseThrow());
        }

        assertThat(took).containsExactlyInAnyOrder(first.info(), second.info());
        assertThat(((Submission) first.asked().get(0)).getTransaction().array()).isEqualTo(transaction.bytes());
    }

    @Test
    void whoRefusesIsPassedOver() throws Exception {
        var busy = new PeerRefusal(RefusalReason.BUSY, "later");
        connected(1, question -> Says.refusing(busy));
        ScriptedPeer second = connected(2, this::takes);

        for (int i = 0; i < 3; i++) {
            assertThat(submitter.submit(transaction, validators(1, 2))).contains(second.info());
        }
        assertThat(consequences.misdeeds).isEmpty();
    }

    @Test
    void whoWasSilentIsTriedLastForAWhile() throws Exception {
        ScriptedPeer silent =
                connected(1, question -> Says.refusing(new PeerRefusal(RefusalReason.TOO_SLOW, "no answer")));
        ScriptedPeer second = connected(2, this::takes);

        for (int i = 0; i < 6; i++) {
            assertThat(submitter.submit(transaction, validators(1, 2))).contains(second.info());
        }
        assertThat(silent.asked()).hasSize(1);

        now += Precedence.REST.toNanos();
        for (int i = 0; i < 2; i++) {
            assertThat(submitter.submit(transaction, validators(1, 2))).contains(second.info());
        }
        assertThat(silent.asked()).as("after a minute").hasSize(2);
    }

    @Test
    void answerToAnotherQuestionIsMisbehaviour() throws Exception {
        ScriptedPeer liar = connected(1, question -> Says.all(List.of(new Submitted(Hash.ZERO.fixed()))));
        ScriptedPeer silent = connected(2, question -> Says.all(List.of()));

        assertThat(submitter.submit(transaction, validators(1, 2))).isEmpty();

        assertThat(consequences.misdeeds)
                .containsExactlyInAnyOrder(
                        new Misdeed(liar, Misbehaviour.WRONG_ANSWER), new Misdeed(silent, Misbehaviour.WRONG_ANSWER));
    }

    @Test
    void withoutAValidatorAmongThePeersNobodyTakesIt() throws Exception {
        connected(3, this::takes);

        assertThat(submitter.submit(transaction, validators(1, 2))).isEqualTo(Optional.empty());
    }

    private Says takes(SpecificRecordBase question) {
        return Says.all(List.of(new Submitted(transaction.id().fixed())));
    }

    private ScriptedPeer connected(int number, java.util.function.Function<SpecificRecordBase, Says> script) {
        var peer = new ScriptedPeer(StandIn.info(number, "192.0.2." + number, true), script);
        assertThat(peers.add(peer)).isEmpty();
        return peer;
    }

    private static Validators validators(int... numbers) {
        return new Validators(Stream.of(numbers)
                .flatMapToInt(java.util.Arrays::stream)
                .mapToObj(number -> new Validator(Objects.requireNonNull(StandIn.key(number)), 1, "", 0))
                .toList());
    }

    private static Transaction transaction() {
        SigningKey key = SigningKey.ofSeed(new byte[32]);
        return Transaction.sign(
                Hash.ZERO,
                new Call(key.publicKey(), List.of(), List.of(), 1, "system", "create_object", new byte[0], 100),
                key);
    }
}
