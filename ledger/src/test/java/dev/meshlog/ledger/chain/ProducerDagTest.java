package dev.meshlog.ledger.chain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Network;
import dev.meshlog.ledger.VertexRef;
import dev.meshlog.ledger.crypto.Ed25519;
import dev.meshlog.ledger.execution.SystemPod;
import dev.meshlog.ledger.state.MemoryStateStore;
import dev.meshlog.ledger.state.State;
import dev.meshlog.ledger.vertex.Vertex;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ProducerDagTest {
    private static final long SEED = 271;

    private final Network network = new Network(4);
    private final Hash producer = network.keys.get(2).publicKey();

    @Test
    void fromAnyCommitOnItSeesWhatTheLedgerSees() throws Exception {
        List<Vertex> log = disordered(80);
        Ledger ledger = ledger();
        List<CommitOutput> commits = new ArrayList<>();
        for (int offset = 0; offset < log.size(); offset++) {
            commits.addAll(ledger.apply(log.get(offset), offset).commits());
        }
        ProducerView expected = ledger.producerView(producer);
        long round = expected.quorumRound() + 1;
        assertThat(commits).as("seed %d", SEED).hasSizeGreaterThan(50);

        for (CommitOutput start : commits.subList(0, commits.size() - 20)) {
            var fate = new Fates();
            var dag = new ProducerDag(
                    network.genesis,
                    producer,
                    ledger.knownValidators(),
                    start.leader().round(),
                    fate);
            for (Vertex vertex : log.subList((int) start.replayFrom(), log.size())) {
                dag.take(vertex);
            }
            ProducerView view = dag.view();
            assertThat(view.quorumRound()).as("seed %d, from %s", SEED, start).isEqualTo(round - 1);
            assertThat(view.mayProduce(round)).isEqualTo(expected.mayProduce(round));
            assertThat(view.hasLeader(round - 1)).isEqualTo(expected.hasLeader(round - 1));
            assertThat(view.parents(round)).isEqualTo(expected.parents(round));
            List<VertexRef> committedSince = commits.stream()
                    .filter(commit -> commit.index() > start.index())
                    .flatMap(commit -> commit.vertices().stream())
                    .filter(ref -> ref.producer().equals(producer)
                            && ref.round() > start.leader().round())
                    .toList();
            assertThat(fate.committed).as("seed %d, from %s", SEED, start).isEqualTo(committedSince);
        }
    }

    @Test
    void vertexThatNobodyCitesIsOrphanedOnceTheFloorHasPassedIt() throws Exception {
        var fate = new Fates();
        var dag = new ProducerDag(network.genesis, producer, OpenEpochs.genesis(network.genesis), 0, fate);
        List<Vertex> all = network.generate(new Random(SEED), 1, number -> List.of());
        Vertex own = all.stream()
                .filter(vertex -> vertex.producer().equals(producer))
                .findFirst()
                .orElseThrow();
        dag.take(own);

        List<VertexRef> newest = new ArrayList<>();
        for (long round = 1; round <= network.genesis.gcDepth() + 10; round++) {
            List<VertexRef> made = new ArrayList<>();
            for (int other : new int[] {0, 1, 3}) {
                List<VertexRef> parents = new ArrayList<>(newest);
                if (round == 1) {
                    network.keys.forEach(key -> parents.add(VertexRef.implicit(key.publicKey())));
                }
                Hash self = network.keys.get(other).publicKey();
                parents.sort((a, b) ->
                        Boolean.compare(b.producer().equals(self), a.producer().equals(self)));
                Vertex vertex = network.vertex(other, round, parents, List.of());
                dag.take(vertex);
                made.add(vertex.ref());
            }
            newest = made;
        }

        assertThat(fate.orphaned).containsExactly(own.ref());
        assertThat(fate.committed).isEmpty();
        assertThat(dag.floor()).isGreaterThanOrEqualTo(own.round());
    }

    private List<Vertex> disordered(int rounds) {
        var random = new Random(SEED);
        List<Vertex> all = new ArrayList<>(network.generate(random, rounds, number -> List.of()));
        for (int from = 0; from < all.size(); from += 12) {
            Collections.shuffle(all.subList(from, Math.min(all.size(), from + 12)), random);
        }
        return all;
    }

    private Ledger ledger() {
        return new Ledger(
                network.genesis,
                new State(new MemoryStateStore(), network.genesis.bucketBits()),
                new InMemoryPendingVertices(),
                Ed25519.fastest(),
                List.of(new SystemPod()));
    }

    private static final class Fates implements ProducerDag.Fate {
        private final List<VertexRef> committed = new ArrayList<>();
        private final List<VertexRef> orphaned = new ArrayList<>();

        @Override
        public void committed(VertexRef own) {
            committed.add(own);
        }

        @Override
        public void orphaned(VertexRef own) {
            orphaned.add(own);
        }
    }
}
