package dev.meshlog.snapshotter;

import static dev.meshlog.snapshotter.SnapshotCluster.PATIENCE;
import static dev.meshlog.snapshotter.SnapshotCluster.manifest;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.state.Manifest;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.ledger.Checkpoint;
import dev.meshlog.schemas.ledger.CommitRecord;
import dev.meshlog.schemas.ledger.LogPosition;
import dev.meshlog.schemas.testing.TestBroker;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A snapshotter whose store can't go on begins from a snapshot, from no other than a whole and certified one, and never from nothing. */
class StoreRebuildTest {
    private static TestBroker broker;

    @TempDir
    Path directory;

    private final History history = new History(17);
    private SnapshotCluster cluster;
    private Path store;

    @BeforeAll
    static void startBroker(@TempDir Path brokerDirectory) throws Exception {
        broker = TestBroker.start(brokerDirectory);
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    /** Two snapshots; the changes before the second one are gone. */
    @BeforeEach
    void twoSnapshots() throws Exception {
        broker.recreateTopics();
        cluster = new SnapshotCluster(broker, directory);
        store = directory.resolve("store");
        try (var snapshotter = cluster.start(3)) {
            checkpoint();
            cluster.next(snapshotter);
        }
        try (Stream<Path> files = Files.walk(store)) {
            for (Path file : files.toList()) {
                Path copy = directory
                        .resolve("early")
                        .resolve(store.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(copy);
                } else {
                    Files.copy(file, copy);
                }
            }
        }
        try (var snapshotter = cluster.start(3)) {
            checkpoint();
            cluster.next(snapshotter);
        }
        broker.deleteBefore(Topics.CHANGES, 0, broker.records(Topics.CHANGES).size() - 1);
    }

    @Test
    void storeThatIsLostIsMadeAgainFromTheNewestSnapshot() throws Exception {
        goesOn(cluster.start(3, directory.resolve("new")));
    }

    @Test
    void storeThatIsTooOldIsMadeAgain() throws Exception {
        goesOn(cluster.start(3, directory.resolve("early")));
        assertThat(directory.resolve("early.old")).doesNotExist();
    }

    @Test
    void storeThatIsDamagedIsMadeAgainAndTheOldOneKept() throws Exception {
        try (Stream<Path> files = Files.list(store)) {
            for (Path file : files.filter(each -> each.getFileName().toString().startsWith("MANIFEST"))
                    .toList()) {
                Files.write(file, new byte[] {1, 2, 3});
            }
        }
        goesOn(cluster.start(3));
        assertThat(directory.resolve("store.damaged")).isDirectory();
    }

    @Test
    void damagedSnapshotIsNoBaseAndWhatIsWrongIsSaid() throws Exception {
        String digests = newest().digestsId().hex();
        broker.write(Topics.CHUNKS, digests, null);
        broker.write(Topics.CHUNKS, digests, "garbage".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        forgetGoodCopies(digests);

        refuses("chunks are missing or damaged", "does not have commit 5", "meshlog snapshot import");
    }

    @Test
    void snapshotThatNobodyVouchesForIsNoBase() throws Exception {
        Snapshotter untrusting = untrusting();
        try (untrusting) {
            untrusting.start();
            await().atMost(PATIENCE).until(() -> untrusting.failure().isPresent());
            assertThat(untrusting.failure().orElseThrow()).hasMessageContaining("nobody knows its signers");
        }
    }

    @Test
    void snapshotThatTheLedgerBeganWithIsABaseWhoeverSignedForIt() throws Exception {
        var began = CommitRecord.newBuilder()
                .setIndex(newest().commitIndex())
                .setCommitHash(newest().commitHash().fixed())
                .setPreviousHash(Hash.ZERO.fixed())
                .setLeader(Hash.ZERO.fixed())
                .setLeaderRound(newest().leaderRound())
                .setLeaderProducer(Hash.ZERO.fixed())
                .setEpoch(0)
                .setVertices(List.of())
                .setTransactions(0)
                .setFailedTransactions(0)
                .setCheckpoint(new Checkpoint(2L, newest().stateRoot().fixed(), newest().entries()))
                .setPosition(new LogPosition(0L, 0L))
                .setInstalled(true)
                .build();
        broker.write(Topics.COMMITS, Long.toString(began.getIndex()), Cluster.encode(Topics.COMMITS, began));

        goesOn(cluster.follow(untrusting()));
    }

    private Snapshotter untrusting() {
        return new Snapshotter(
                broker.cluster(),
                new Snapshotter.Network(
                        History.NETWORK,
                        History.BITS,
                        History::genesis,
                        (manifest, certificate) -> java.util.Optional.of("nobody knows its signers")),
                new Snapshotter.Settings(
                        directory.resolve("new"), java.time.Duration.ZERO, 3, java.util.Optional.empty()),
                java.time.Clock.systemUTC());
    }

    private void goesOn(Snapshotter snapshotter) throws Exception {
        try (snapshotter) {
            checkpoint();
            Manifest third = manifest(cluster.next(snapshotter));

            assertThat(third.checkpointIndex()).isEqualTo(3);
            assertThat(third.stateRoot()).isEqualTo(history.root(3));
            assertThat(cluster.restore(third).root(3)).isEqualTo(history.root(3));
        }
    }

    private void refuses(String... why) {
        try (var snapshotter = cluster.start(3, directory.resolve("new"))) {
            await().atMost(PATIENCE).until(() -> snapshotter.failure().isPresent());
            assertThat(snapshotter.failure().orElseThrow().getMessage()).contains(why);
        }
    }

    private Manifest newest() throws Exception {
        for (var each : broker.table(Topics.MANIFESTS).values()) {
            if (manifest(each).checkpointIndex() == 2) {
                return manifest(each);
            }
        }
        throw new IllegalStateException();
    }

    /** Every record of the chunk but the last: what compaction does in its own time. */
    private void forgetGoodCopies(String chunk) {
        List<org.apache.kafka.clients.consumer.ConsumerRecord<String, byte[]>> last =
                broker.undecoded(Topics.CHUNKS).stream()
                        .filter(rec -> rec.key().equals(chunk))
                        .toList();
        assertThat(last).hasSize(3);
        broker.recreate(Topics.CHUNKS);
        broker.write(Topics.CHUNKS, chunk, last.get(2).value());
    }

    private void checkpoint() {
        cluster.write(history.commit(0, 5));
        cluster.write(history.untilCheckpoint());
    }
}
