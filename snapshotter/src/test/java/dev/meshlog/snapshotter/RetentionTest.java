package dev.meshlog.snapshotter;

import static dev.meshlog.snapshotter.SnapshotCluster.PATIENCE;
import static dev.meshlog.snapshotter.SnapshotCluster.manifest;
import static dev.meshlog.snapshotter.SnapshotCluster.named;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.meshlog.ledger.Hash;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.SnapshotLease;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.ledger.PublishedSnapshot;
import dev.meshlog.schemas.ledger.ReaderLease;
import dev.meshlog.schemas.testing.TestBroker;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What may go, and what never does. The commits of {@link History} name offset 100 · index as the next one, and 30 less as replayFrom. */
class RetentionTest {
    private static TestBroker broker;

    @TempDir
    Path directory;

    private final History history = new History(5);
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
    void snapshotThatIsReadStaysWithItsChunksAndItsLogUntilTheReaderIsDone() throws Exception {
        cluster.fillLog(5_000);
        cluster.shortenLog();
        try (var snapshotter = cluster.start(3)) {
            Hash first = manifest(snapshot(snapshotter)).hash();
            var lease = SnapshotLease.take(broker.cluster(), "reader", first.fixed(), Clock.systemUTC());
            for (int i = 0; i < 4; i++) {
                snapshot(snapshotter);
            }

            assertThat(broker.table(Topics.MANIFESTS)).hasSize(4).containsKey(first.hex());
            assertNoChunkIsMissingOrTooMany();
            assertThat(cluster.logBegin()).isEqualTo(370);

            lease.close();
            snapshot(snapshotter);

            assertThat(broker.table(Topics.MANIFESTS)).hasSize(3).doesNotContainKey(first.hex());
            assertNoChunkIsMissingOrTooMany();
            assertThat(cluster.logBegin()).isEqualTo(1_570);
        }
    }

    @Test
    void leaseOfAReaderThatDiedEndsAndItsRecordGoes() throws Exception {
        try (var snapshotter = cluster.start(3)) {
            Hash first = manifest(snapshot(snapshotter)).hash();
            var over = new ReaderLease(first.fixed(), Instant.EPOCH);
            broker.write(Topics.READERS, "dead", Cluster.encode(Topics.READERS, over));
            for (int i = 0; i < 3; i++) {
                snapshot(snapshotter);
            }

            assertThat(broker.table(Topics.MANIFESTS)).hasSize(3).doesNotContainKey(first.hex());
            assertThat(broker.table(Topics.READERS)).isEmpty();
        }
    }

    @Test
    void logIsLeftAloneUnlessItIsToBeShortened() throws Exception {
        cluster.fillLog(3_000);
        try (var snapshotter = cluster.start(3)) {
            for (int i = 0; i < 4; i++) {
                snapshot(snapshotter);
            }
        }

        assertThat(cluster.logBegin()).isZero();
    }

    @Test
    void chunksStayWhileASnapshotWithoutManifestIsHeld() throws Exception {
        try (var snapshotter = cluster.start(3)) {
            var lease = SnapshotLease.take(
                    broker.cluster(), "import", Hash.ofHex("77".repeat(32)).fixed(), Clock.systemUTC());
            for (int i = 0; i < 4; i++) {
                snapshot(snapshotter);
            }
            assertThat(broker.table(Topics.CHUNKS).keySet())
                    .hasSizeGreaterThan(named(broker.table(Topics.MANIFESTS)).size());

            lease.close();
            snapshot(snapshotter);

            assertNoChunkIsMissingOrTooMany();
        }
    }

    @Test
    void laterSnapshotterFencesTheEarlierOne() throws Exception {
        try (var first = cluster.start(3)) {
            snapshot(first);
            try (var second = cluster.start(3, directory.resolve("second"))) {
                await().atMost(PATIENCE).until(() -> {
                    checkpoint();
                    return first.failure().isPresent();
                });
                assertThat(first.failure().orElseThrow())
                        .isInstanceOf(FencedException.class)
                        .hasMessageContaining("another snapshotter of this network has taken over");
                long last = checkpoint();
                await().atMost(PATIENCE)
                        .until(() -> manifest(cluster.next(second)).checkpointIndex() == last);
            }
        }
        assertThat(broker.table(Topics.MANIFESTS)).hasSize(3);
        assertNoChunkIsMissingOrTooMany();
    }

    @Test
    void snapshotterThatIsStartedTwiceInOneDirectoryDoesNotFenceItself() throws Exception {
        try (var first = cluster.start(3)) {
            snapshot(first);
            try (var second = cluster.create(3, directory.resolve("store"))) {
                second.start();
                await().atMost(PATIENCE).until(() -> second.failure().isPresent());
            }
            snapshot(first);
        }
        assertThat(broker.table(Topics.MANIFESTS)).hasSize(2);
    }

    private PublishedSnapshot snapshot(Snapshotter snapshotter) throws InterruptedException {
        checkpoint();
        return cluster.next(snapshotter);
    }

    private long checkpoint() {
        cluster.write(history.commit(0, 3));
        cluster.write(history.untilCheckpoint());
        return history.checkpoint();
    }

    private static void assertNoChunkIsMissingOrTooMany() throws Exception {
        Map<String, PublishedSnapshot> manifests = broker.table(Topics.MANIFESTS);
        assertThat(broker.table(Topics.CHUNKS).keySet()).isEqualTo(named(manifests));
    }
}
