package dev.meshlog.ledger.chain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.InMemoryTable;
import dev.meshlog.ledger.Network;
import dev.meshlog.ledger.VertexRef;
import dev.meshlog.ledger.crypto.Ed25519;
import dev.meshlog.ledger.crypto.SigningKey;
import dev.meshlog.ledger.execution.SystemPod;
import dev.meshlog.ledger.execution.TxResult;
import dev.meshlog.ledger.vertex.Call;
import dev.meshlog.ledger.vertex.ObjectRef;
import dev.meshlog.ledger.vertex.Transaction;
import dev.meshlog.ledger.vertex.Vertex;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class EpochTest {
    private static final Hash COIN = Hash.ofHex("01".repeat(32));

    private final SigningKey joiner = Network.key(50);
    private final Network network =
            new Network(1, 20, 12, List.of(new GenesisConfig.InitialCoin(COIN, joiner.publicKey(), 1)));
    private final SigningKey first = network.keys.get(0);
    private final InMemoryTable state = new InMemoryTable();
    private final InMemoryPendingVertices pending = new InMemoryPendingVertices();
    private Ledger ledger = open();
    private final List<TxResult> results = new ArrayList<>();
    private long offset;

    @Test
    void registeredValidatorCountsFromTheEpochAfterNext() throws Exception {
        assertThat(ledger.knownValidators().isKnown(joiner.publicKey())).isFalse();
        for (long round = 1; round < 40; round++) {
            assertThat(mayProduce(joiner, round)).isFalse();
            produce(first, round, round == 5 ? List.of(registration()) : List.of());
            ledger = open();
        }
        assertThat(results)
                .singleElement()
                .satisfies(result -> assertThat(result.isOk()).isTrue());

        for (long round = 40; round < 100; round++) {
            assertThat(mayProduce(joiner, round)).as("round %d", round).isTrue();
            produce(first, round, List.of());
            assertThat(ledger.dag().hasQuorum(round)).isFalse();
            produce(joiner, round, List.of());
            assertThat(ledger.dag().hasQuorum(round)).isTrue();
            ledger = open();
        }
        assertThat(ledger.head().leaderRound()).isEqualTo(97);
    }

    @Test
    void vertexOfAnEpochWaitsUntilTheEpochBeforeTheLastIsDecided() throws Exception {
        List<Vertex> chain = new ArrayList<>();
        VertexRef parent = VertexRef.implicit(first.publicKey());
        for (long round = 1; round <= 60; round++) {
            Vertex vertex = network.vertex(0, round, List.of(parent), List.of());
            chain.add(vertex);
            parent = vertex.ref();
        }
        for (int i = chain.size() - 1; i > 0; i--) {
            assertThat(ledger.apply(chain.get(i), offset++).commits()).isEmpty();
        }

        List<CommitOutput> commits = ledger.apply(chain.get(0), offset++).commits();

        assertThat(commits).hasSize(58);
        assertThat(ledger.dag().suspendedCount()).isZero();
    }

    @Test
    void lateVertexJustAboveTheFloorNeedsNoForgottenValidators() throws Exception {
        List<VertexRef> parents = List.of();
        for (long round = 1; ledger.dag().floor() < 40; round++) {
            if (round == 41) {
                parents = ledger.producerView(first.publicKey()).parents(41);
            }
            produce(first, round, round == 5 ? List.of(registration()) : List.of());
            if (round >= 40) {
                produce(joiner, round, List.of());
            }
        }
        assertThat(ledger.dag().floor()).isEqualTo(40);

        Vertex late = network.factory(first).make(41, parents, List.of(), 0, Hash.ZERO, 1);
        List<DagEvent> events = ledger.apply(late, offset++).events();

        assertThat(events)
                .singleElement()
                .satisfies(event -> assertThat(event.kind()).isEqualTo(DagEvent.Kind.EQUIVOCATION));
        assertThat(ledger.dag().isAccepted(late.ref())).isTrue();
    }

    private Ledger open() {
        return new Ledger(network.genesis, state, pending, Ed25519.fastest(), List.of(new SystemPod()));
    }

    private boolean mayProduce(SigningKey key, long round) {
        return ledger.producerView(key.publicKey()).mayProduce(round);
    }

    private void produce(SigningKey key, long round, List<byte[]> transactions) throws Exception {
        List<VertexRef> parents = ledger.producerView(key.publicKey()).parents(round);
        Vertex vertex = network.factory(key).make(round, parents, transactions, 0, Hash.ZERO, 0);
        Applied applied = ledger.apply(vertex, offset++);
        applied.commits().forEach(commit -> results.addAll(commit.results()));
        assertThat(applied.events()).isEmpty();
        assertThat(ledger.dag().isAccepted(vertex.ref())).as("round %d", round).isTrue();
    }

    private byte[] registration() {
        var call = new Call(
                joiner.publicKey(),
                List.of(),
                List.of(new ObjectRef(COIN, 1)),
                0,
                SystemPod.NAME,
                "register_validator",
                "a:1".getBytes(StandardCharsets.UTF_8),
                900);
        return Transaction.sign(network.genesis.networkId(), call, joiner).bytes();
    }
}
