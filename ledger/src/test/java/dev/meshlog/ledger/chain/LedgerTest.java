package dev.meshlog.ledger.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.InMemoryTable;
import dev.meshlog.ledger.Network;
import dev.meshlog.ledger.VertexRef;
import dev.meshlog.ledger.crypto.Ed25519;
import dev.meshlog.ledger.dag.Arrival;
import dev.meshlog.ledger.execution.SystemPod;
import dev.meshlog.ledger.vertex.Call;
import dev.meshlog.ledger.vertex.Transaction;
import dev.meshlog.ledger.vertex.Vertex;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LedgerTest {
    @Test
    void oneValidatorCommitsEveryVertexTwoRoundsLater() throws Exception {
        var network = new Network(1);
        Ledger ledger = open(network, new InMemoryTable(), new InMemoryPendingVertices());
        Hash self = network.keys.get(0).publicKey();
        List<Long> committedAt = new ArrayList<>();

        for (long round = 1; round <= 100; round++) {
            ProducerView view = ledger.producerView(self);
            assertThat(view.quorumRound()).isEqualTo(round - 1);
            assertThat(view.mayProduce(round)).isTrue();
            Vertex vertex = network.vertex(0, round, view.parents(round), List.of());
            for (CommitOutput commit : ledger.apply(vertex, round - 1).commits()) {
                assertThat(commit.leader().round()).isEqualTo(round - 2);
                assertThat(commit.vertices()).containsExactly(commit.leader());
                assertThat(commit.nextOffset()).isEqualTo(round);
                assertThat(commit.replayFrom()).isEqualTo(round - 2);
                committedAt.add(commit.index());
            }
        }

        assertThat(committedAt).hasSize(98).first().isEqualTo(1L);
        assertThat(ledger.checkpoint().index()).isEqualTo(98 / 4);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void orderOfArrivalNeverChangesTheCommits(long seed) throws Exception {
        var random = new Random(seed);
        int size = 4 + random.nextInt(4);
        var network = new Network(size);
        List<Vertex> vertices = network.generate(random, 60, number -> transactions(network, number));
        List<CommitOutput> expected = run(network, vertices);
        assertThat(expected).as("seed %d", seed).hasSizeGreaterThan(30);

        for (int i = 0; i < 5; i++) {
            List<CommitOutput> shuffled = run(network, disorder(vertices, random, 8 * size));

            assertThat(shuffled.stream().map(CommitOutput::commitHash).toList())
                    .as("seed %d, delivery %d", seed, i)
                    .isEqualTo(expected.stream().map(CommitOutput::commitHash).toList());
            assertThat(shuffled.stream().map(CommitOutput::results).toList())
                    .isEqualTo(expected.stream().map(CommitOutput::results).toList());
            assertThat(shuffled.stream().map(CommitOutput::checkpoint).toList())
                    .isEqualTo(expected.stream().map(CommitOutput::checkpoint).toList());
        }
    }

    @Test
    void reopeningAtEveryPrefixChangesNothing() throws Exception {
        long seed = 11;
        var random = new Random(seed);
        var network = new Network(4);
        List<Vertex> vertices =
                disorder(network.generate(random, 50, number -> transactions(network, number)), random, 12);
        List<CommitOutput> expected = run(network, vertices);

        var state = new InMemoryTable();
        var pending = new InMemoryPendingVertices();
        List<CommitOutput> restarted = new ArrayList<>();
        for (int offset = 0; offset < vertices.size(); offset++) {
            Ledger ledger = open(network, state, pending);
            restarted.addAll(ledger.apply(vertices.get(offset), offset).commits());
        }

        assertThat(restarted.stream().map(LedgerTest::summary).toList())
                .as("seed %d", seed)
                .isEqualTo(expected.stream().map(LedgerTest::summary).toList());
    }

    @Test
    void replayFromAnyCommitGivesTheSameChain() throws Exception {
        long seed = 12;
        var random = new Random(seed);
        var network = new Network(5);
        List<Vertex> vertices =
                disorder(network.generate(random, 50, number -> transactions(network, number)), random, 12);
        var state = new InMemoryTable();
        Ledger live = open(network, state, new InMemoryPendingVertices());
        List<CommitOutput> expected = run(network, vertices);

        for (int offset = 0; offset < vertices.size(); offset++) {
            List<CommitOutput> commits =
                    live.apply(vertices.get(offset), offset).commits();
            if (commits.size() == 1) {
                CommitOutput cut = commits.get(0);
                Ledger restored = open(network, new InMemoryTable(state), new InMemoryPendingVertices());
                List<CommitOutput> replayed = new ArrayList<>();
                for (long at = cut.replayFrom(); at < vertices.size(); at++) {
                    replayed.addAll(restored.apply(vertices.get((int) at), at).commits());
                }
                assertThat(replayed.stream().map(LedgerTest::hashes).toList())
                        .as("seed %d, cut at commit %d", seed, cut.index())
                        .isEqualTo(expected.subList((int) cut.index(), expected.size()).stream()
                                .map(LedgerTest::hashes)
                                .toList());
            }
        }
    }

    @Test
    void vertexSeenAgainChangesNothing() throws Exception {
        var network = new Network(4);
        List<Vertex> vertices = network.generate(new Random(3), 30, number -> List.of());
        var state = new InMemoryTable();
        Ledger ledger = open(network, state, new InMemoryPendingVertices());
        long offset = 0;
        for (Vertex vertex : vertices) {
            ledger.apply(vertex, offset++);
        }
        Hash before = state.root(0);

        for (Vertex vertex : vertices) {
            Applied again = ledger.apply(vertex, offset++);
            assertThat(again.arrival()).isIn(Arrival.DUPLICATE, Arrival.BELOW_FLOOR);
            assertThat(again.commits()).isEmpty();
            assertThat(again.events()).isEmpty();
        }
        assertThat(state.root(0)).isEqualTo(before);
    }

    @Test
    void changesRebuildTheState() throws Exception {
        var network = new Network(4);
        var state = new InMemoryTable();
        var copy = new InMemoryTable();
        GenesisState.entries(network.genesis).forEach(copy::put);
        Ledger ledger = open(network, state, new InMemoryPendingVertices());
        long offset = 0;

        for (Vertex vertex : network.generate(new Random(5), 40, number -> transactions(network, number))) {
            for (CommitOutput commit : ledger.apply(vertex, offset).commits()) {
                commit.changes().forEach((key, value) -> {
                    if (value == null) {
                        copy.delete(key);
                    } else {
                        copy.put(key, value);
                    }
                });
                commit.checkpoint()
                        .ifPresent(checkpoint ->
                                assertThat(copy.root(checkpoint.index())).isEqualTo(checkpoint.root()));
            }
            offset++;
        }
        assertThat(copy.root(0)).isEqualTo(state.root(0));
    }

    @Test
    void stateStaysBoundedWithoutTransactions() throws Exception {
        var network = new Network(4);
        var state = new InMemoryTable();
        Ledger ledger = open(network, state, new InMemoryPendingVertices());
        long offset = 0;

        for (Vertex vertex : network.generate(new Random(6), 300, number -> List.of())) {
            ledger.apply(vertex, offset++);
        }

        assertThat(state.entries()).isLessThan(3 + network.genesis.gcDepth() + 5);
        assertThat(ledger.dag().acceptedCount()).isLessThan(200);
    }

    @Test
    void stateOfAnotherNetworkIsRefused() {
        var state = new InMemoryTable();
        open(new Network(1), state, new InMemoryPendingVertices());

        assertThatThrownBy(() -> open(new Network(2), state, new InMemoryPendingVertices()))
                .isInstanceOf(WrongNetworkException.class);
    }

    @Test
    void vertexFarAheadIsNotTaken() throws Exception {
        var network = new Network(1);
        Ledger ledger = open(network, new InMemoryTable(), new InMemoryPendingVertices());
        var unknown = new VertexRef(500, network.keys.get(0).publicKey(), Hash.ofHex("cd".repeat(32)));

        assertThat(ledger.apply(network.vertex(0, 501, List.of(unknown), List.of()), 0)
                        .arrival())
                .isEqualTo(Arrival.TOO_FAR_AHEAD);
        assertThat(ledger.dag().missingParents(10)).isEmpty();
    }

    @Test
    void equivocationIsReportedOnceWithBothHeaders() throws Exception {
        var network = new Network(1);
        Ledger ledger = open(network, new InMemoryTable(), new InMemoryPendingVertices());
        List<VertexRef> parents = List.of(VertexRef.implicit(network.keys.get(0).publicKey()));
        Vertex first = network.vertex(0, 1, parents, List.of());
        Vertex second = network.vertex(0, 1, parents, transactions(network, 1));

        assertThat(ledger.apply(first, 0).events()).isEmpty();
        List<DagEvent> events = ledger.apply(second, 1).events();

        assertThat(events).singleElement().satisfies(event -> {
            assertThat(event.kind()).isEqualTo(DagEvent.Kind.EQUIVOCATION);
            assertThat(event.evidence()).hasSize(2);
        });
        assertThat(ledger.apply(second, 2).events()).isEmpty();
    }

    private static Ledger open(Network network, InMemoryTable state, PendingVertices pending) {
        return new Ledger(network.genesis, state, pending, Ed25519.fastest(), List.of(new SystemPod()));
    }

    private static List<CommitOutput> run(Network network, List<Vertex> vertices) throws Exception {
        Ledger ledger = open(network, new InMemoryTable(), new InMemoryPendingVertices());
        List<CommitOutput> commits = new ArrayList<>();
        for (int offset = 0; offset < vertices.size(); offset++) {
            commits.addAll(ledger.apply(vertices.get(offset), offset).commits());
        }
        return commits;
    }

    /** Every vertex comes at most {@code distance} places early or late. */
    private static List<Vertex> disorder(List<Vertex> vertices, Random random, int distance) {
        List<Vertex> result = new ArrayList<>(vertices);
        for (int from = 0; from < result.size(); from += distance) {
            Collections.shuffle(result.subList(from, Math.min(result.size(), from + distance)), random);
        }
        return result;
    }

    private static List<byte[]> transactions(Network network, long number) {
        var key = network.keys.get((int) (number % network.keys.size()));
        var call = new Call(
                key.publicKey(),
                List.of(),
                List.of(),
                1,
                SystemPod.NAME,
                "create_object",
                new byte[] {(byte) number, (byte) (number >> 8)},
                900);
        return List.of(Transaction.sign(network.genesis.networkId(), call, key).bytes());
    }

    private record Summary(long index, Hash hash, Optional<CheckpointMark> checkpoint, long next, long from) {}

    private static Summary summary(CommitOutput commit) {
        return new Summary(
                commit.index(), commit.commitHash(), commit.checkpoint(), commit.nextOffset(), commit.replayFrom());
    }

    private static Summary hashes(CommitOutput commit) {
        return new Summary(commit.index(), commit.commitHash(), commit.checkpoint(), 0, 0);
    }
}
