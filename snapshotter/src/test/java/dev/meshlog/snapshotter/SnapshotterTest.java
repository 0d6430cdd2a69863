package dev.meshlog.snapshotter;

import static dev.meshlog.snapshotter.SnapshotCluster.PATIENCE;
import static dev.meshlog.snapshotter.SnapshotCluster.chunk;
import static dev.meshlog.snapshotter.SnapshotCluster.manifest;
import static dev.meshlog.snapshotter.SnapshotCluster.named;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.state.Manifest;
import dev.meshlog.schemas.AvroBinary;
import dev.meshlog.schemas.Buffers;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.LogIdentity;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.ledger.LedgerCertificate;
import dev.meshlog.schemas.ledger.PublishedSnapshot;
import dev.meshlog.schemas.testing.TestBroker;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotterTest {
    private static TestBroker broker;

    @TempDir
    Path directory;

    private final History history = new History(71);
    private SnapshotCluster cluster;

    @BeforeAll
    static void startBroker(@TempDir Path brokerDirectory) throws Exception {
        broker = TestBroker.start(brokerDirectory);
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    @BeforeEach
    void emptyTopics() {
        broker.recreateTopics();
        cluster = new SnapshotCluster(broker, directory);
    }

    @Test
    void publishesWhatCanBeRestored() throws Exception {
        try (var snapshotter = cluster.start(3)) {
            cluster.write(history.commit(0, 1_000));
            cluster.write(history.untilCheckpoint());

            PublishedSnapshot snapshot = cluster.next(snapshotter);

            Manifest manifest = manifest(snapshot);
            assertThat(manifest.checkpointIndex()).isEqualTo(1);
            assertThat(manifest.commitIndex()).isEqualTo(4);
            assertThat(manifest.chunks()).hasSizeGreaterThan(3);
            assertThat(cluster.restore(manifest).root(1))
                    .isEqualTo(history.root(1))
                    .isEqualTo(manifest.stateRoot());
            LogIdentity log = LogIdentity.of(broker.cluster());
            assertThat(snapshot.getBinding().getClusterId()).isEqualTo(log.clusterId());
            assertThat(snapshot.getBinding().getTopicId()).isEqualTo(log.topicId());
            assertThat(snapshot.getBinding().getCutOffset()).isEqualTo(400);
            assertThat(snapshot.getBinding().getReplayFrom()).isEqualTo(370);
            assertThat(snapshot.getParent()).isNull();
            assertThat(broker.table(Topics.MANIFESTS))
                    .containsOnlyKeys(manifest.hash().hex());
        }
    }

    @Test
    void secondSnapshotWritesOnlyTheChunksThatChanged() throws Exception {
        try (var snapshotter = cluster.start(3)) {
            cluster.write(history.commit(0, 1_000));
            cluster.write(history.untilCheckpoint());
            PublishedSnapshot first = cluster.next(snapshotter);
            cluster.write(history.commit(7, 8));
            cluster.write(history.untilCheckpoint());
            PublishedSnapshot second = cluster.next(snapshotter);

            assertThat(first.getWrittenChunks())
                    .isEqualTo(manifest(first).chunks().size() + 1);
            assertThat(second.getWrittenChunks())
                    .as("the chunks of the entry and of the chain entry, and the digests")
                    .isEqualTo(3);
            assertThat(Hash.of(second.getParent())).isEqualTo(manifest(first).hash());
            assertThat(cluster.restore(manifest(second)).root(2)).isEqualTo(history.root(2));
            assertThat(cluster.restore(manifest(first)).root(1))
                    .isEqualTo(manifest(first).stateRoot());
        }
    }

    @Test
    void keepsTheNewestAndRemovesTheChunksThatNobodyNames() throws Exception {
        try (var snapshotter = cluster.start(2)) {
            cluster.write(history.commit(0, 600));
            for (int i = 0; i < 5; i++) {
                cluster.write(history.commit(100 * i, 100 * i + 1));
                cluster.write(history.untilCheckpoint());
                cluster.next(snapshotter);
            }

            await().atMost(PATIENCE)
                    .untilAsserted(
                            () -> assertThat(broker.table(Topics.MANIFESTS)).hasSize(2));
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(broker.table(Topics.CHUNKS).keySet())
                            .isEqualTo(named(broker.table(Topics.MANIFESTS))));
        }
        Map<String, PublishedSnapshot> left = broker.table(Topics.MANIFESTS);
        for (PublishedSnapshot each : left.values()) {
            Manifest manifest = manifest(each);
            assertThat(cluster.restore(manifest).root(manifest.checkpointIndex()))
                    .isEqualTo(manifest.stateRoot());
        }
    }

    @Test
    void goesOnAfterARestartWhereItWas() throws Exception {
        try (var snapshotter = cluster.start(3)) {
            cluster.write(history.commit(0, 50));
            cluster.write(history.untilCheckpoint());
            cluster.next(snapshotter);
        }
        cluster.write(history.commit(10, 20));
        cluster.write(history.untilCheckpoint());
        try (var snapshotter = cluster.start(3)) {
            PublishedSnapshot second = cluster.next(snapshotter);

            assertThat(manifest(second).checkpointIndex()).isEqualTo(2);
            assertThat(cluster.restore(manifest(second)).root(2)).isEqualTo(history.root(2));
        }
        assertThat(broker.table(Topics.MANIFESTS)).hasSize(2);
    }

    @Test
    void chunksOfAnInterruptedSnapshotGoAtTheNextStart() throws Exception {
        cluster.write(history.commit(0, 50));
        cluster.write(history.untilCheckpoint());
        try (var snapshotter = cluster.start(3)) {
            cluster.next(snapshotter);
        }
        Set<String> named = Set.copyOf(broker.table(Topics.CHUNKS).keySet());
        String stray = Hash.ofHex("cd".repeat(32)).hex();
        broker.write(Topics.CHUNKS, stray, Cluster.encode(Topics.CHUNKS, chunk(Hash.ofHex(stray))));
        assertThat(broker.table(Topics.CHUNKS)).containsKey(stray);

        try (var snapshotter = cluster.start(3)) {
            await().atMost(PATIENCE)
                    .untilAsserted(() ->
                            assertThat(broker.table(Topics.CHUNKS).keySet()).isEqualTo(named));
            assertThat(snapshotter.failure()).isEmpty();
        }
    }

    @Test
    void damagedRecordsArePassedOver() throws Exception {
        String key = "ab".repeat(32);
        var damaged = PublishedSnapshot.newBuilder()
                .setManifest(ByteBuffer.wrap(new byte[] {1, 2, 3}))
                .setBinding(dev.meshlog.schemas.ledger.OffsetBinding.newBuilder()
                        .setClusterId("c")
                        .setTopic("t")
                        .setTopicId("i")
                        .setPartition(0)
                        .setCutOffset(0)
                        .setReplayFrom(0)
                        .build())
                .setCreatedAtMs(java.time.Instant.EPOCH)
                .setCompressedBytes(0)
                .setWrittenChunks(0)
                .build();
        broker.write(Topics.MANIFESTS, key, Cluster.encode(Topics.MANIFESTS, damaged));
        broker.write(Topics.MANIFESTS, "cd".repeat(32), "garbage".getBytes(UTF_8));
        broker.write(Topics.MANIFESTS, "no hash", "garbage".getBytes(UTF_8));
        broker.write(Topics.CHUNKS, "no hash", "garbage".getBytes(UTF_8));
        broker.write(Topics.CHUNKS, "ef".repeat(32), "garbage".getBytes(UTF_8));

        try (var snapshotter = cluster.start(3)) {
            cluster.write(history.commit(0, 50));
            cluster.write(history.untilCheckpoint());

            assertThat(manifest(cluster.next(snapshotter)).checkpointIndex()).isEqualTo(1);
        }
    }

    @Test
    void snapshotOfALogThatWasMadeAgainDoesNotHideNewOnes() throws Exception {
        cluster.write(history.commit(0, 50));
        cluster.write(history.untilCheckpoint());
        try (var snapshotter = cluster.start(3)) {
            cluster.next(snapshotter);
        }
        broker.recreate(Topics.VERIFIED);
        broker.recreate(Topics.CHANGES);
        broker.recreate(Topics.CERTIFICATES);
        var again = new History(71);
        cluster.write(again.commit(0, 50));
        cluster.write(again.untilCheckpoint());

        try (var snapshotter = cluster.start(3, directory.resolve("again"))) {
            PublishedSnapshot snapshot = cluster.next(snapshotter);

            assertThat(snapshot.getBinding().getTopicId())
                    .isEqualTo(LogIdentity.of(broker.cluster()).topicId());
        }
    }

    @Test
    void checkpointIsPublishedWithItsCertificateAndNotBefore() throws Exception {
        try (var snapshotter = cluster.start(3)) {
            cluster.writeUncertified(history.commit(0, 50));
            cluster.writeUncertified(history.untilCheckpoint());
            Hash first = history.root(1);
            cluster.writeUncertified(history.commit(50, 60));
            cluster.writeUncertified(history.untilCheckpoint());
            cluster.certify(1, first);

            PublishedSnapshot snapshot = cluster.next(snapshotter);

            assertThat(manifest(snapshot).checkpointIndex())
                    .as("the newest one has none")
                    .isEqualTo(1);
            assertThat(manifest(snapshot).stateRoot()).isEqualTo(first);
            assertThat(Buffers.array(Objects.requireNonNull(snapshot.getCertificate())))
                    .isEqualTo(new AvroBinary<LedgerCertificate>(LedgerCertificate.getClassSchema())
                            .encode(History.certificate(1, first)));
        }
    }

    @Test
    void certificateOfAnotherRootStopsItAndIsSaid() throws Exception {
        try (var snapshotter = cluster.start(3)) {
            cluster.writeUncertified(history.commit(0, 50));
            cluster.writeUncertified(history.untilCheckpoint());
            cluster.certify(1, History.NETWORK);

            await().atMost(PATIENCE).until(() -> snapshotter.failure().isPresent());
            assertThat(snapshotter.failure().orElseThrow()).hasMessageContaining("a certificate names root");
        }
        assertThat(broker.table(Topics.MANIFESTS)).isEmpty();
    }

    @Test
    void missingChangesStopItAndAreSaid() throws Exception {
        cluster.write(history.commit());
        history.commit();
        try (var snapshotter = cluster.start(3)) {
            cluster.write(history.commit());

            await().atMost(PATIENCE).until(() -> snapshotter.failure().isPresent());
            assertThat(snapshotter.failure().orElseThrow()).hasMessageContaining("records are missing");
        }
    }

    @Test
    void changesThatWereDeletedBeforeTheyWereReadStopItAndAreSaid() throws Exception {
        cluster.write(history.commit());
        broker.deleteBefore(Topics.CHANGES, 0, 2);
        try (var snapshotter = cluster.start(3)) {
            await().atMost(PATIENCE).until(() -> snapshotter.failure().isPresent());
            assertThat(snapshotter.failure().orElseThrow()).hasMessageContaining("holds offsets 2 to");
        }
    }

    @Test
    void storeOfAnotherNetworkIsRefused() throws Exception {
        cluster.write(history.commit());
        try (var first = cluster.start(3)) {
            await().atMost(PATIENCE)
                    .until(() -> Files.exists(directory.resolve("store"))
                            || first.failure().isPresent());
        }
        var other = new Snapshotter(
                broker.cluster(),
                new Snapshotter.Network(
                        Hash.ofHex("bb".repeat(32)),
                        History.BITS,
                        History::genesis,
                        History.network().trust()),
                new Snapshotter.Settings(directory.resolve("store"), Duration.ZERO, 3, Optional.empty()),
                Clock.systemUTC());
        try (other) {
            other.start();
            await().atMost(PATIENCE).until(() -> other.failure().isPresent());
            assertThat(other.failure().orElseThrow()).hasMessageContaining("belongs to network");
        }
    }

    @Test
    void failureOfThePublisherIsAFailureOfTheSnapshotter() throws Exception {
        try (var snapshotter = cluster.create(3, directory.resolve("store"))) {
            snapshotter.onPublished(snapshot -> {
                throw new IllegalStateException("nobody wants it");
            });
            snapshotter.start();
            cluster.write(history.commit(0, 50));
            cluster.write(history.untilCheckpoint());

            await().atMost(PATIENCE).until(() -> snapshotter.failure().isPresent());
            assertThat(snapshotter.failure().orElseThrow()).hasMessageContaining("nobody wants it");
        }
    }

    @Test
    void intakeThatFailsWaitsForTheSnapshotThatIsBeingWritten() throws Exception {
        var publishing = new CountDownLatch(1);
        var mayGoOn = new CountDownLatch(1);
        try (var snapshotter = cluster.create(3, directory.resolve("store"))) {
            snapshotter.onPublished(snapshot -> {
                publishing.countDown();
                try {
                    mayGoOn.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            snapshotter.start();
            cluster.write(history.commit(0, 50));
            cluster.write(history.untilCheckpoint());
            assertThat(publishing.await(60, TimeUnit.SECONDS)).isTrue();

            history.commit();
            cluster.write(history.commit());

            await().atMost(PATIENCE).until(() -> snapshotter.failure().isPresent());
            mayGoOn.countDown();
        }
        try (var store = dev.meshlog.ledger.rocksdb.RocksStateStore.open(directory.resolve("store"), History.BITS)) {
            assertThat(store.number("commitIndex")).hasValue(4);
        }
    }
}
