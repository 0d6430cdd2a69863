package dev.meshlog.infra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.meshlog.infra.broker.EmbeddedBroker;
import dev.meshlog.infra.topics.TopicProvisioning;
import dev.meshlog.ledger.rocksdb.RocksStateStore;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.Failpoint;
import dev.meshlog.schemas.SchemaTopic;
import dev.meshlog.schemas.TopicReader;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.ledger.PublishedSnapshot;
import dev.meshlog.snapshotter.ChunkFolder;
import dev.meshlog.snapshotter.SnapshotReader;
import dev.meshlog.snapshotter.SnapshotTable;
import dev.meshlog.snapshotter.SnapshotTrust;
import dev.meshlog.snapshotter.Snapshotter;
import dev.meshlog.snapshotter.StoredSnapshot;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The snapshotter's process dies as by kill −9 at a step, twice in a row, and then runs undisturbed: snapshots are whole, nothing is left over, and the
 * commit index of its store never goes back (O5, O6, O7 of the reliability oracles).
 */
class SnapshotterFailpointsTest {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int KILLED = 137;
    private static final int KEEP = 3;
    private static final int LOG_RECORDS = 1_000;

    @TempDir
    private static Path directory;

    private static EmbeddedBroker broker;
    private static Cluster cluster;
    private static CheckpointHistory history;

    @BeforeAll
    static void startBroker() throws Exception {
        broker = EmbeddedBroker.start(
                directory.resolve("broker"), Uuid.randomUuid().toString(), 0);
        cluster = Cluster.at(broker.bootstrapServers());
        try (Admin admin = cluster.admin()) {
            new TopicProvisioning(admin).apply();
        }
        new SchemaTopic(cluster).publish();
        history = new CheckpointHistory(cluster, 23);
        history.fillLog(LOG_RECORDS);
        Files.writeString(directory.resolve("genesis.json"), history.genesis.toJson());
        for (int i = 0; i < KEEP; i++) {
            runUndisturbed(history.commit());
        }
    }

    @AfterAll
    static void stopBroker() {
        history.close();
        broker.close();
    }

    @ParameterizedTest
    @EnumSource(
            names = {
                "CHANGES_TAKEN",
                "CHANGES_COMMITTED",
                "CHUNK_CUT",
                "CHUNKS_PUBLISHED",
                "MANIFEST_PUBLISHED",
                "MANIFEST_PRUNED",
                "CHUNKS_PRUNED",
                "LOG_SHORTENED"
            })
    void twoDeathsLeaveNothingBehind(Failpoint step) throws Exception {
        long commit = commitIndex();
        for (int death = 0; death < 2; death++) {
            history.commit();
            dieAt(step);
            assertThat(commitIndex()).isGreaterThanOrEqualTo(commit);
            commit = commitIndex();
        }
        long last = history.commit();
        runUndisturbed(last);

        assertThat(commitIndex()).isEqualTo(last);
        List<StoredSnapshot> snapshots = snapshots();
        assertThat(snapshots).hasSize(KEEP);
        Set<String> named = new HashSet<>();
        for (StoredSnapshot snapshot : snapshots) {
            long checkpoint = snapshot.manifest().checkpointIndex();
            assertThat(snapshot.manifest().stateRoot()).isEqualTo(history.root(checkpoint));
            assertThat(snapshot.replayFrom()).isEqualTo(CheckpointHistory.replayFrom(checkpoint));
            try (var chunks = new ChunkFolder(directory.resolve("chunks"), snapshot)) {
                chunks.fetch(cluster, fetched -> {});
                SnapshotReader.read(snapshot, chunks, SnapshotTrust.ofGenesis(history.genesis), chunk -> {});
            }
            snapshot.chunkSizes().keySet().forEach(id -> named.add(id.hex()));
        }
        assertThat(chunks()).isEqualTo(named);
        assertThat(logBegin()).isEqualTo(snapshots.get(0).replayFrom());
    }

    @Test
    void snapshotLeavesAsAFileAndComesBack() throws Exception {
        runUndisturbed(history.commit());
        assertThat(command("list", "--json"))
                .contains("\"checkpoint\":" + newestCheckpoint())
                .contains("\"log\":\"there\"");
        assertThat(command("export", "a.snapshot")).contains("is in a.snapshot");
        assertThat(command("import", "a.snapshot")).contains("is published");
        assertThat(command("verify", "newest")).contains("is whole");

        byte[] damaged = Files.readAllBytes(directory.resolve("a.snapshot"));
        damaged[damaged.length / 2] ^= 1;
        Files.write(directory.resolve("a.snapshot"), damaged);
        MeshlogProcess.Ended refused = run("import", "a.snapshot");
        assertThat(refused.exitCode()).isEqualTo(3);
        assertThat(refused.err()).contains("nothing is published");
    }

    private static String command(String... arguments) {
        MeshlogProcess.Ended ended = run(arguments);
        assertThat(ended.exitCode()).as(ended::err).isZero();
        return ended.out();
    }

    private static MeshlogProcess.Ended run(String... arguments) {
        List<String> all = new ArrayList<>(List.of("snapshot"));
        all.addAll(List.of(arguments));
        all.addAll(List.of("--bootstrap-servers", broker.bootstrapServers(), "--genesis", "genesis.json"));
        return MeshlogProcess.run(directory, all.toArray(new String[0]));
    }

    private static void dieAt(Failpoint step) {
        try (var process = MeshlogProcess.startToDieAt(
                step,
                1,
                directory,
                "snapshotter",
                "--bootstrap-servers",
                broker.bootstrapServers(),
                "--genesis",
                "genesis.json",
                "--data",
                "store",
                "--interval",
                "1",
                "--shorten-log",
                "--keep-log-for",
                "PT0S")) {
            assertThat(process.awaitEnd(PATIENCE).exitCode())
                    .as(() -> step + "\n" + process.err())
                    .isEqualTo(KILLED);
        }
    }

    private static void runUndisturbed(long untilCheckpoint) throws InterruptedException {
        BlockingQueue<PublishedSnapshot> published = new LinkedBlockingQueue<>();
        try (var snapshotter = new Snapshotter(
                cluster,
                Snapshotter.Network.of(history.genesis),
                new Snapshotter.Settings(directory.resolve("store"), Duration.ZERO, KEEP, Optional.of(Duration.ZERO)),
                Clock.systemUTC())) {
            snapshotter.onPublished(published::add);
            snapshotter.start();
            await().atMost(PATIENCE)
                    .failFast(
                            "the snapshotter stopped",
                            () -> snapshotter.failure().isPresent())
                    .until(() -> !published.isEmpty() && newestCheckpoint() == untilCheckpoint);
        }
    }

    private static long newestCheckpoint() {
        List<StoredSnapshot> snapshots = snapshots();
        return snapshots.get(snapshots.size() - 1).manifest().checkpointIndex();
    }

    private static long commitIndex() {
        try (RocksStateStore store = RocksStateStore.open(directory.resolve("store"), history.genesis.bucketBits())) {
            return store.number("commitIndex").orElse(0);
        }
    }

    private static List<StoredSnapshot> snapshots() {
        try (var table = new SnapshotTable(cluster, history.genesis.networkId())) {
            table.refresh();
            return table.snapshots();
        }
    }

    private static Set<String> chunks() {
        Set<String> chunks = new HashSet<>();
        TopicReader.readAllUndecoded(cluster, Topics.CHUNKS, rec -> {
            if (rec.value() == null) {
                chunks.remove(rec.key());
            } else {
                chunks.add(rec.key());
            }
        });
        return chunks;
    }

    private static long logBegin() {
        var partition = new TopicPartition(Topics.VERIFIED.name(), 0);
        try (var consumer = cluster.consumerToEnd(Topics.VERIFIED)) {
            return consumer.beginningOffsets(List.of(partition)).getOrDefault(partition, -1L);
        }
    }
}
