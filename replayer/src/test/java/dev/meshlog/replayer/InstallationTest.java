package dev.meshlog.replayer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.chain.OpenEpochs;
import dev.meshlog.ledger.state.InstalledParts;
import dev.meshlog.ledger.state.Manifest;
import dev.meshlog.ledger.trust.Trust;
import dev.meshlog.ledger.vertex.Vertex;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.LogIdentity;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.ledger.InstalledPart;
import dev.meshlog.schemas.ledger.SnapshotChunk;
import dev.meshlog.schemas.testing.TestBroker;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A cluster that has a snapshot of another one in its topics, and nothing else. */
class InstallationTest {
    private static final int ROUNDS = 60;
    private static TestBroker broker;

    @TempDir
    Path directory;

    private PublishedLedger ledger;
    private RecoveryFixture mesh;
    private Manifest manifest;

    @BeforeAll
    static void startBroker(@TempDir Path brokerDirectory) throws Exception {
        broker = TestBroker.start(brokerDirectory);
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    @BeforeEach
    void snapshotOfAnotherCluster() throws Exception {
        broker.recreateTopics();
        ledger = new PublishedLedger(broker);
        mesh = new RecoveryFixture(broker, ledger, directory);
        mesh.publish(ROUNDS, 3);
        manifest = ledger.newestCut().manifest();
        Map<String, SnapshotChunk> chunks = broker.table(Topics.CHUNKS);
        broker.recreateTopics();
        chunks.forEach((id, chunk) -> broker.write(Topics.CHUNKS, id, Cluster.encode(Topics.CHUNKS, chunk)));
        ledger.writeManifest(manifest, "another cluster", "another topic", 5);
        Files.createDirectories(directory.resolve("chunks"));
    }

    @Test
    void stateIsInTheLogAndAReplayGoesOnFromIt() throws Exception {
        install(new Trust.OfGenesis());

        List<InstalledPart> parts = broker.undecoded(Topics.VERIFIED).stream()
                .map(rec -> Topics.INSTALLED.decode(rec.value()))
                .toList();
        assertThat(parts).hasSize(InstalledParts.count(manifest));
        assertThat(parts).extracting(InstalledPart::getIndex).isSorted().startsWith(0);
        var binding = Objects.requireNonNull(
                        broker.table(Topics.MANIFESTS).get(manifest.hash().hex()))
                .getBinding();
        assertThat(new LogIdentity(binding.getClusterId(), binding.getTopicId()))
                .isEqualTo(LogIdentity.of(broker.cluster()));
        assertThat(OpenEpochs.of(Objects.requireNonNull(
                                broker.table(Topics.VALIDATORS).get(Topics.VALIDATORS_KEY)))
                        .isKnown(ledger.network.keys.get(0).publicKey()))
                .isTrue();

        for (Vertex vertex : ledger.vertices(RecoveryFixture.SEED, ROUNDS)) {
            broker.write(Topics.VERIFIED, vertex.producer().hex(), Cluster.encode(Topics.VERIFIED, vertex.record()));
        }
        RecoveryReport report = mesh.recover("joined", false, Long.MAX_VALUE);
        assertThat(report.commitIndex()).isEqualTo(ledger.newestCommit());
        assertThat(mesh.root("joined")).isEqualTo(ledger.rootAfter(ledger.newestCommit()));
    }

    @Test
    void replayFromTheGenesisSaysThatTheFirstCommitsAreNotHere() {
        install(new Trust.OfGenesis());
        assertThatThrownBy(() -> mesh.recover("genesis", true, Long.MAX_VALUE))
                .isInstanceOf(RecoveryException.class)
                .hasMessageContaining("the state of checkpoint " + manifest.checkpointIndex() + " was installed");
    }

    @Test
    void snapshotThatIsNotTrustedIsNotInstalled() {
        Hash other = Hash.ofHex("ab".repeat(32));
        assertRefused(new Trust.OfCheckpoint(manifest.checkpointIndex(), other), RecoveryFailure.NOT_TRUSTED);
        ledger.writeManifest(
                manifest,
                "another cluster",
                "another topic",
                5,
                ledger.certificate(manifest, ledger.network.keys.subList(0, 1)));
        assertRefused(new Trust.OfGenesis(), RecoveryFailure.NOT_TRUSTED);

        install(new Trust.OfCheckpoint(manifest.checkpointIndex(), manifest.stateRoot()));
        assertThat(broker.undecoded(Topics.VERIFIED)).isNotEmpty();
    }

    @Test
    void manifestThatLiesAboutItsCommitIsFoundOut() {
        var lie = new Manifest(
                manifest.networkId(),
                manifest.bucketBits(),
                manifest.checkpointIndex(),
                manifest.commitIndex() + 1,
                manifest.leaderRound(),
                manifest.commitHash(),
                manifest.stateRoot(),
                manifest.entries(),
                manifest.digestsId(),
                manifest.chunks());
        manifest = lie;
        ledger.writeManifest(lie, "another cluster", "another topic", 5);
        assertRefused(new Trust.OfGenesis(), RecoveryFailure.SNAPSHOT_FALSE);
    }

    /** What it had sent holds back all that is written behind it, for as long as its transaction may take. */
    @Test
    void installationThatWasKilledDoesNotHideWhatCameAfterIt() throws Exception {
        broker.write(Topics.MANIFESTS, manifest.hash().hex(), null);
        try (var killed = broker.cluster().transactionalProducer("meshlog-installation", Duration.ofMinutes(10))) {
            killed.initTransactions();
            killed.beginTransaction();
            killed.send(new ProducerRecord<>(
                            Topics.MANIFESTS.name(), manifest.hash().hex(), new byte[] {1}))
                    .get();
            ledger.writeManifest(manifest, "another cluster", "behind it", 5);

            install(new Trust.OfGenesis());

            assertThat(broker.undecoded(Topics.VERIFIED)).hasSize(InstalledParts.count(manifest));
        }
    }

    @Test
    void damagedChunkIsFoundOut() {
        Hash first = manifest.chunks().get(0).id();
        mesh.removeChunk(first);
        assertRefused(new Trust.OfGenesis(), RecoveryFailure.CHUNK_MISSING);
        broker.write(
                Topics.CHUNKS,
                first.hex(),
                Cluster.encode(
                        Topics.CHUNKS, new SnapshotChunk(first.fixed(), 3L, ByteBuffer.wrap(new byte[] {1, 2, 3}))));
        assertRefused(new Trust.OfGenesis(), RecoveryFailure.CHUNK_DAMAGED);
    }

    private void assertRefused(Trust trust, RecoveryFailure reason) {
        assertThatThrownBy(() -> install(trust))
                .isInstanceOfSatisfying(
                        RecoveryException.class, e -> assertThat(e.reason()).isEqualTo(reason));
        assertThat(broker.undecoded(Topics.VERIFIED)).isEmpty();
        assertThat(broker.table(Topics.VALIDATORS)).isEmpty();
    }

    private void install(Trust trust) {
        var unused = new Installation(broker.cluster(), ledger.network.genesis, trust, Clock.systemUTC(), 2)
                .install(manifest.hash(), directory.resolve("chunks"), RecoveryListener.NONE);
    }
}
