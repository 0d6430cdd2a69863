package dev.meshlog.ledger.chain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Network;
import dev.meshlog.ledger.Validator;
import dev.meshlog.ledger.Validators;
import dev.meshlog.ledger.VertexRef;
import dev.meshlog.ledger.crypto.Ed25519;
import dev.meshlog.ledger.crypto.SigningKey;
import dev.meshlog.ledger.execution.ResultCode;
import dev.meshlog.ledger.execution.SystemPod;
import dev.meshlog.ledger.execution.TxResult;
import dev.meshlog.ledger.state.MemoryStateStore;
import dev.meshlog.ledger.state.State;
import dev.meshlog.ledger.vertex.Call;
import dev.meshlog.ledger.vertex.ObjectRef;
import dev.meshlog.ledger.vertex.Transaction;
import dev.meshlog.ledger.vertex.Vertex;
import dev.meshlog.ledger.vertex.VertexFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Validators that come, go and come back, of any weight. Epochs have ten rounds. */
class ValidatorChangeTest {
    private static final long EPOCH = 10;

    private final SigningKey first = Network.key(0);
    private final SigningKey second = Network.key(1);
    private final List<TxResult> results = new ArrayList<>();
    private long offset;

    @Test
    void validatorThatComesBackTakesOverFromTheOneThatReplacedIt() throws Exception {
        GenesisConfig genesis = genesis(60, List.of(new Validator(first.publicKey(), 1, "", 0)), first, second);
        Ledger ledger = open(genesis);
        for (long round = 1; round < 60; round++) {
            SigningKey producer = round / EPOCH == 2 ? second : first;
            List<byte[]> transactions = round == 5
                    ? List.of(register(genesis, second, "b:1"), deregister(genesis, first, 0))
                    : round == 15
                            ? List.of(register(genesis, first, "a:1"), deregister(genesis, second, 1))
                            : List.of();
            assertThat(ledger.producerView(producer.publicKey()).mayProduce(round))
                    .isTrue();
            produce(ledger, genesis, producer, round, transactions);
        }
        assertThat(results).hasSize(4).allMatch(TxResult::isOk);
        assertThat(ledger.head().leaderRound()).isEqualTo(57);
    }

    @Test
    void vertexOfAValidatorThatHasLeftIsStillCommittedAndItsKeyKnownUntilTheFloorPasses() throws Exception {
        List<Validator> members =
                List.of(new Validator(first.publicKey(), 10, "", 0), new Validator(second.publicKey(), 1, "", 0));
        GenesisConfig genesis = genesis(60, members, first, second);
        Ledger ledger = open(genesis);
        VertexRef last = VertexRef.implicit(second.publicKey());
        for (long round = 1; round < 2 * EPOCH; round++) {
            produce(ledger, genesis, first, round, round == 5 ? List.of(deregister(genesis, second, 0)) : List.of());
            if (round == 2 * EPOCH - 1) {
                last = produce(ledger, genesis, second, round, List.of());
            }
        }
        for (long round = 2 * EPOCH; round < 85; round++) {
            assertThat(ledger.knownValidators().isKnown(second.publicKey()))
                    .as("round %d", round)
                    .isEqualTo(ledger.dag().floor() < 2 * EPOCH);
            produce(ledger, genesis, first, round, List.of());
            assertThat(ledger.producerView(second.publicKey()).mayProduce(round))
                    .isFalse();
        }
        assertThat(results).singleElement().matches(TxResult::isOk);
        assertThat(last.round()).isEqualTo(19);
        assertThat(ledger.head().leaderRound()).isEqualTo(82);
        // Of the second one's vertices only this one was ever made, and it was committed beside the first one's.
        assertThat(ledger.head().vertices()).isEqualTo(83);
    }

    @Test
    void hundredValidatorsOfTheLargestWeightStillHaveQuorumsAndLeaders() {
        List<Validator> members = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            members.add(new Validator(Network.key(i).publicKey(), Validator.MAX_WEIGHT, "", 0));
        }
        var validators = new Validators(members);
        assertThat(validators.totalWeight()).isEqualTo(100L << 48);
        assertThat(validators.isQuorum(66L << 48)).isFalse();
        assertThat(validators.isQuorum((66L << 48) + (1L << 48) * 2 / 3 + 1)).isTrue();
        assertThat(validators.isValidityThreshold(33L << 48)).isFalse();
        assertThat(validators.isValidityThreshold(34L << 48)).isTrue();
        for (long round = 0; round < 1_000; round++) {
            assertThat(validators.contains(validators.leader(Hash.ZERO, 0, round)))
                    .isTrue();
        }
    }

    @Test
    void setsThatOutgrowTheirEntryFailTheTransactionAndNotTheLedger() throws Exception {
        String longest = "€".repeat(Validator.MAX_ADDRESS_LENGTH);
        List<Validator> members = new ArrayList<>();
        members.add(new Validator(first.publicKey(), Validator.MAX_WEIGHT, "", 0));
        for (int i = 100; i < 199; i++) {
            members.add(new Validator(Network.key(i).publicKey(), 1, longest, 0));
        }
        SigningKey[] joiners = new SigningKey[20];
        for (int i = 0; i < joiners.length; i++) {
            joiners[i] = Network.key(i + 1);
        }
        GenesisConfig genesis = genesis(500, members, joiners);
        Ledger ledger = open(genesis);

        for (long round = 1; round < EPOCH * joiners.length; round++) {
            List<byte[]> transactions = round % EPOCH == 5
                    ? List.of(register(genesis, joiners[(int) (round / EPOCH)], longest))
                    : List.of();
            produce(ledger, genesis, first, round, transactions);
        }

        assertThat(results).hasSize(joiners.length);
        assertThat(results.get(0).isOk()).isTrue();
        assertThat(results.get(joiners.length - 1).code()).isEqualTo(ResultCode.TOO_MANY_VALIDATORS);
        assertThat(ledger.head().leaderRound()).isEqualTo(197);
    }

    private VertexRef produce(
            Ledger ledger, GenesisConfig genesis, SigningKey key, long round, List<byte[]> transactions)
            throws Exception {
        List<VertexRef> parents = ledger.producerView(key.publicKey()).parents(round);
        Vertex vertex =
                new VertexFactory(genesis.networkId(), EPOCH, key).make(round, parents, transactions, 0, Hash.ZERO, 0);
        Applied applied = ledger.apply(vertex, offset++);
        applied.commits().forEach(commit -> results.addAll(commit.results()));
        assertThat(applied.events()).as("round %d", round).isEmpty();
        assertThat(ledger.dag().isAccepted(vertex.ref())).as("round %d", round).isTrue();
        return vertex.ref();
    }

    /** Every owner has one coin of amount 1, whose id is the owner's key. */
    private static GenesisConfig genesis(long gcDepth, List<Validator> members, SigningKey... owners) {
        List<GenesisConfig.InitialCoin> coins = new ArrayList<>();
        for (SigningKey owner : owners) {
            coins.add(new GenesisConfig.InitialCoin(owner.publicKey(), owner.publicKey(), 1));
        }
        return new GenesisConfig("test", members, EPOCH, gcDepth, 16, 8, 1_000, List.of(), coins);
    }

    private static Ledger open(GenesisConfig genesis) {
        return new Ledger(
                genesis,
                new State(new MemoryStateStore(), genesis.bucketBits()),
                new InMemoryPendingVertices(),
                Ed25519.fastest(),
                List.of(new SystemPod()));
    }

    private static byte[] register(GenesisConfig genesis, SigningKey key, String address) {
        return sign(genesis, key, List.of(new ObjectRef(key.publicKey(), 1)), 0, "register_validator", address);
    }

    private static byte[] deregister(GenesisConfig genesis, SigningKey key, int coins) {
        return sign(genesis, key, List.of(), coins, "deregister_validator", "");
    }

    private static byte[] sign(
            GenesisConfig genesis, SigningKey key, List<ObjectRef> writes, int creates, String function, String args) {
        var call = new Call(
                key.publicKey(),
                List.of(),
                writes,
                creates,
                SystemPod.NAME,
                function,
                args.getBytes(StandardCharsets.UTF_8),
                900);
        return Transaction.sign(genesis.networkId(), call, key).bytes();
    }
}
