package dev.meshlog.streams.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Network;
import dev.meshlog.ledger.Validators;
import dev.meshlog.ledger.VertexRef;
import dev.meshlog.ledger.certificate.Certificate;
import dev.meshlog.ledger.certificate.CertificateVerifier;
import dev.meshlog.ledger.chain.CheckpointMark;
import dev.meshlog.ledger.crypto.Ed25519;
import dev.meshlog.ledger.vertex.KnownValidators;
import dev.meshlog.ledger.vertex.Vertex;
import dev.meshlog.ledger.vertex.VertexFactory;
import dev.meshlog.schemas.AvroBinary;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.ledger.Checkpoint;
import dev.meshlog.schemas.ledger.CommitRecord;
import dev.meshlog.schemas.ledger.LedgerCertificate;
import dev.meshlog.schemas.ledger.LedgerEventKind;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A network of one validator, whose vertices say which checkpoint it has executed. */
class CertificatesTest {
    private static final AvroBinary<LedgerCertificate> BYTES = new AvroBinary<>(LedgerCertificate.getClassSchema());

    @TempDir
    private Path directory;

    private final Network network = new Network(1);
    private final List<Checkpoint> checkpoints = new ArrayList<>();

    @Test
    void everyCheckpointGetsACertificate() throws Exception {
        try (var ledger = new LedgerDriver(network.genesis, directory)) {
            produce(ledger, 30, UnaryOperator.identity());

            var published = new TreeMap<Long, Hash>();
            for (var rec : ledger.read(Topics.CERTIFICATES)) {
                Certificate certificate = verifier().verify(BYTES.encode(rec.value));
                assertThat(rec.key).isEqualTo(Long.toString(certificate.checkpointIndex()));
                published.put(certificate.checkpointIndex(), certificate.root());
            }
            assertThat(published).hasSizeGreaterThan(5).containsKey(0L);
            for (Checkpoint checkpoint : checkpoints) {
                if (checkpoint.getIndex() <= published.lastKey()) {
                    assertThat(published).containsEntry(checkpoint.getIndex(), Hash.of(checkpoint.getRoot()));
                }
            }
        }
    }

    @Test
    void ledgerHaltsWhereAQuorumNamesAnotherRoot() {
        Hash wrong = Hash.ofHex("77".repeat(32));
        try (var ledger = new LedgerDriver(network.genesis, directory)) {
            assertThatThrownBy(() -> produce(
                            ledger,
                            30,
                            mark -> mark.index() < 2 ? mark : new CheckpointMark(mark.index(), wrong, mark.entries())))
                    .rootCause()
                    .hasMessageContaining("the ledger halts")
                    .hasMessageContaining(wrong.hex());

            assertThat(ledger.values(Topics.EVENTS)).singleElement().satisfies(event -> {
                assertThat(event.getKind()).isEqualTo(LedgerEventKind.DIVERGENCE);
                assertThat(event.getVertices()).hasSize(1);
            });
            assertThat(checkpoints).as("nothing is applied behind it").hasSize(2);
        }
    }

    /** A round at a time, each naming what the ledger published so far. */
    private void produce(LedgerDriver ledger, int rounds, UnaryOperator<CheckpointMark> named) {
        VertexFactory factory = network.factory(network.keys.get(0));
        VertexRef own = VertexRef.implicit(factory.producer());
        CheckpointMark newest = network.genesisCheckpoint();
        for (long round = 1; round <= rounds; round++) {
            CheckpointMark mark = named.apply(newest);
            Vertex vertex = factory.make(round, List.of(own), List.of(), mark.index(), mark.root(), round);
            ledger.pipe(vertex);
            own = vertex.ref();
            for (CommitRecord commit : ledger.values(Topics.COMMITS)) {
                Checkpoint checkpoint = commit.getCheckpoint();
                if (checkpoint != null) {
                    checkpoints.add(checkpoint);
                    newest = new CheckpointMark(
                            checkpoint.getIndex(), Hash.of(checkpoint.getRoot()), checkpoint.getEntries());
                }
            }
        }
    }

    private CertificateVerifier verifier() {
        return new CertificateVerifier(
                network.genesis.networkId(),
                network.genesis.epochLength(),
                KnownValidators.constant(new Validators(network.genesis.validators())),
                Ed25519.fastest());
    }
}
