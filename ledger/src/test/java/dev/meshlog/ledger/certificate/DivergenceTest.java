package dev.meshlog.ledger.certificate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Network;
import dev.meshlog.ledger.StateKey;
import dev.meshlog.ledger.chain.CheckpointMark;
import dev.meshlog.ledger.chain.CommitOutput;
import dev.meshlog.ledger.chain.InMemoryPendingVertices;
import dev.meshlog.ledger.chain.Ledger;
import dev.meshlog.ledger.crypto.Ed25519;
import dev.meshlog.ledger.execution.SystemPod;
import dev.meshlog.ledger.state.BucketDigests;
import dev.meshlog.ledger.state.Buckets;
import dev.meshlog.ledger.state.MemoryStateStore;
import dev.meshlog.ledger.state.State;
import dev.meshlog.ledger.vertex.Vertex;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Four validators follow each other's vertices; one of them has an entry that the others do not have. */
class DivergenceTest {
    private static final byte[] ODD_KEY = {1, 77};

    private final Network network = new Network(4);
    private final List<Node> nodes = new ArrayList<>();

    private final class Node {
        final State state = new State(new MemoryStateStore(), network.genesis.bucketBits());
        final Ledger ledger;
        final CertificateCollector collector = new CertificateCollector(network.genesis.networkId(), -1);
        final Map<Long, CheckpointMark> marks = new HashMap<>();
        final Map<Long, BucketDigests> digests = new HashMap<>();
        final List<Certificate> certificates = new ArrayList<>();
        long offset;

        Node(boolean isOdd) {
            ledger = new Ledger(
                    network.genesis, state, new InMemoryPendingVertices(), Ed25519.fastest(), List.of(new SystemPod()));
            if (isOdd) {
                state.put(ODD_KEY, new byte[] {1});
            }
            marks.put(0L, new CheckpointMark(0, state.root(0), state.entries()));
        }

        Vertex produce(int number, long round) {
            CheckpointMark newest = ledger.checkpoint();
            return network.factory(network.keys.get(number))
                    .make(
                            round,
                            ledger.producerView(network.keys.get(number).publicKey())
                                    .parents(round),
                            List.of(),
                            newest.index(),
                            newest.root(),
                            0);
        }

        void receive(Vertex vertex) throws Exception {
            for (CommitOutput commit : ledger.apply(vertex, offset++).commits()) {
                commit.checkpoint().ifPresent(mark -> {
                    marks.put(mark.index(), mark);
                    digests.put(mark.index(), state.bucketDigests());
                });
            }
            collector
                    .add(
                            Attestation.of(vertex),
                            ledger.knownValidators().ofEpoch(vertex.epoch()).orElseThrow())
                    .ifPresent(certificates::add);
        }

        Optional<Divergence> divergence(Certificate certificate) {
            return Divergence.between(Objects.requireNonNull(marks.get(certificate.checkpointIndex())), certificate);
        }
    }

    @Test
    void nodesCertifyEveryCheckpointAndTheOddOneOutSeesIt() throws Exception {
        for (int i = 0; i < 4; i++) {
            nodes.add(new Node(i == 3));
        }
        for (long round = 1; round <= 60; round++) {
            List<Vertex> vertices = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                vertices.add(nodes.get(i).produce(i, round));
            }
            for (Node node : nodes) {
                for (Vertex vertex : vertices) {
                    node.receive(vertex);
                }
            }
        }

        Node good = nodes.get(0);
        Node odd = nodes.get(3);
        assertThat(good.ledger.checkpoint().index()).isEqualTo(14);
        assertThat(good.certificates)
                .extracting(Certificate::checkpointIndex)
                .containsExactly(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L, 10L, 11L, 12L, 13L, 14L);
        assertThat(odd.certificates)
                .extracting(Certificate::encode)
                .containsExactlyElementsOf(
                        good.certificates.stream().map(Certificate::encode).toList());
        for (Certificate certificate : good.certificates) {
            assertThat(good.divergence(certificate)).isEmpty();
            if (certificate.checkpointIndex() > 0) {
                Divergence divergence = odd.divergence(certificate).orElseThrow();
                assertThat(divergence.certifiedRoot()).isEqualTo(certificate.root());
                assertThat(divergence.sentence())
                        .contains(
                                divergence.own().root().hex(),
                                certificate.root().hex());
            }
        }
    }

    @Test
    void differingBucketIsNamedFirstAloneThenWithTheChainEntry() throws Exception {
        nodesCertifyEveryCheckpointAndTheOddOneOutSeesIt();
        Node good = nodes.get(0);
        Node odd = nodes.get(3);
        int bits = network.genesis.bucketBits();

        // A chain entry holds the root of the checkpoint before: states that differ once differ for ever.
        assertThat(buckets(good, odd, 1)).containsExactly(Buckets.bucketOf(ODD_KEY, bits));
        assertThat(buckets(good, odd, 3))
                .containsExactlyInAnyOrder(Buckets.bucketOf(ODD_KEY, bits), Buckets.bucketOf(StateKey.chain(), bits));

        Divergence divergence = odd.divergence(good.certificates.get(3)).orElseThrow();
        BucketDigests own = digests(odd, 3);
        BucketDigests certified = digests(good, 3);
        long entries = mark(good, 3).entries();
        assertThatIllegalArgumentException().isThrownBy(() -> divergence.buckets(own, certified, entries + 1));
        assertThatIllegalArgumentException().isThrownBy(() -> divergence.buckets(own, own, entries));
        assertThatIllegalArgumentException().isThrownBy(() -> divergence.buckets(certified, certified, entries));
    }

    @Test
    void certificateSaysNothingOfAnotherCheckpoint() {
        var attesters = new Attesters(1);
        var certificate = new Certificate(Attesters.NETWORK, List.of(attesters.attest(0, 1, 5, Attesters.ROOT)));
        assertThat(Divergence.between(new CheckpointMark(4, Hash.ZERO, 0), certificate))
                .isEmpty();
        assertThat(Divergence.between(new CheckpointMark(5, Attesters.ROOT, 0), certificate))
                .isEmpty();
        assertThat(Divergence.between(new CheckpointMark(5, Hash.ZERO, 0), certificate))
                .isPresent();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Divergence(new CheckpointMark(4, Hash.ZERO, 0), certificate));
    }

    private static int[] buckets(Node good, Node odd, int checkpoint) {
        Divergence divergence =
                odd.divergence(good.certificates.get(checkpoint)).orElseThrow();
        return divergence.buckets(
                digests(odd, checkpoint),
                digests(good, checkpoint),
                mark(good, checkpoint).entries());
    }

    private static BucketDigests digests(Node node, long checkpoint) {
        return Objects.requireNonNull(node.digests.get(checkpoint));
    }

    private static CheckpointMark mark(Node node, long checkpoint) {
        return Objects.requireNonNull(node.marks.get(checkpoint));
    }
}
