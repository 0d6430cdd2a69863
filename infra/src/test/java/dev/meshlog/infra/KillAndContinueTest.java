package dev.meshlog.infra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.meshlog.infra.broker.DataDirectory;
import dev.meshlog.infra.broker.EmbeddedBroker;
import dev.meshlog.infra.node.ExpectedTables;
import dev.meshlog.infra.node.LedgerIdentity;
import dev.meshlog.infra.node.MeshView;
import dev.meshlog.ledger.trust.Trust;
import dev.meshlog.replayer.RecoveryListener;
import dev.meshlog.replayer.RecoveryReport;
import dev.meshlog.replayer.Replayer;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.Failpoint;
import dev.meshlog.schemas.Hex;
import dev.meshlog.schemas.TopicReader;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.ledger.CommitRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * The whole process is killed at random moments of the demo and at each step between a vertex and its commit; a plain {@code up} then goes on. Every frame, packet, commit and result is there once, and
 * the state is the one that an independent replay from genesis gives (O3, O4, O6, O7, O10 of the reliability oracles).
 */
class KillAndContinueTest {
    private static final Pattern FRAMES = Pattern.compile("frames (\\d+)  packets");
    private static final Pattern COMMITS = Pattern.compile("commits (\\d+) ");
    private static final Pattern SNAPSHOTS = Pattern.compile("snapshots (\\d+)");
    private static final int ALL_FRAMES = 1_512;
    private static final int ALL_PACKETS = 1_258;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path directory;

    @Test
    void nothingIsLostOrRepeated() throws IOException {
        long seed = Long.getLong("meshlog.seed", System.nanoTime());
        System.out.println("repeat with -Dtest=KillAndContinueTest -Dmeshlog.seed=" + seed);
        var random = new Random(seed);

        // Early, in the middle and late: frames are played for about 13 s.
        for (int[] window : new int[][] {{1, 250}, {300, 700}, {750, 1_300}}) {
            killWhenPlayed(window[0] + random.nextInt(window[1] - window[0]));
        }
        makeVerticesOften();
        // While vertices are made and ordered, each step twice in a row.
        for (Failpoint step : List.of(
                Failpoint.VERTEX_SIGNED, Failpoint.VERTEX_SENT, Failpoint.VERTEX_COMMITTED, Failpoint.VERTEX_APPLIED)) {
            dieAt(step, 1 + random.nextInt(3));
            dieAt(step, 1);
        }
        try (MeshlogProcess up = MeshlogProcess.start(directory, "up", "--data", "data", "--port", "0")) {
            up.awaitPrinted("all parts work");
            await("the recording is played to its end")
                    .atMost(Duration.ofSeconds(90))
                    .failFast("up ended", () -> !up.isAlive())
                    .until(() -> newest(FRAMES, up.out()) == ALL_FRAMES);
            long commits = newest(COMMITS, up.out());
            await("the ledger goes on")
                    .atMost(Duration.ofMinutes(1))
                    .failFast("up ended", () -> !up.isAlive())
                    .until(() -> newest(COMMITS, up.out()) > commits);
            await("a checkpoint has a snapshot")
                    .atMost(Duration.ofMinutes(2))
                    .failFast("up ended", () -> !up.isAlive())
                    .until(() -> newest(SNAPSHOTS, up.out()) >= 1);
            up.terminate();
            assertThat(up.awaitEnd(Duration.ofSeconds(10)).out()).contains("stopping");
        }
        verify();
    }

    private void killWhenPlayed(int frames) {
        try (MeshlogProcess demo = MeshlogProcess.start(directory, "up", "--demo", "--data", "data", "--port", "0")) {
            await("at least " + frames + " frames are played")
                    .atMost(Duration.ofMinutes(2))
                    .pollInterval(50, TimeUnit.MILLISECONDS)
                    .failFast("the demo ended", () -> !demo.isAlive())
                    .until(() -> newest(FRAMES, demo.out()) >= frames);
            demo.kill();
            demo.awaitEnd(Duration.ofSeconds(30));
        }
    }

    /** As the demo configured it, nothing to order means a vertex every five seconds. */
    private void makeVerticesOften() throws IOException {
        Path file = directory.resolve("data").resolve("meshlog.yaml");
        String demo = Files.readString(file);
        String often = demo.replace("idleRoundIntervalMs: 5000", "idleRoundIntervalMs: 200")
                .replace("intervalSeconds: 10", "intervalSeconds: 1");
        assertThat(often).isNotEqualTo(demo);
        Files.writeString(file, often);
    }

    private void dieAt(Failpoint step, int time) {
        try (MeshlogProcess up =
                MeshlogProcess.startToDieAt(step, time, directory, "up", "--data", "data", "--port", "0")) {
            assertThat(up.awaitEnd(Duration.ofMinutes(2)).exitCode())
                    .as("%s, time %d", step, time)
                    .isEqualTo(137);
        }
    }

    private void verify() {
        try (DataDirectory data = DataDirectory.open(directory.resolve("data"));
                EmbeddedBroker broker = EmbeddedBroker.start(data.resolve("broker"), data.clusterId(), 0)) {
            Cluster cluster = Cluster.at(broker.bootstrapServers());
            everyFrameOnceAndInOrder(cluster);
            everyPacketOnce(cluster);
            tablesAndCountersAreAsExpected(cluster, data);
            commitsFormOneChain(cluster);
            everyTransactionHasOneResult(cluster);
            replayGivesTheSameState(cluster, data);
        }
    }

    private static void everyFrameOnceAndInOrder(Cluster cluster) {
        List<Long> ends = new ArrayList<>();
        TopicReader.readAll(
                cluster, Topics.FRAMES, rec -> ends.add(rec.value().getSource().getEnd()));
        assertThat(ends).hasSize(ALL_FRAMES).doesNotHaveDuplicates().isSorted();
    }

    private static void everyPacketOnce(Cluster cluster) {
        List<String> packets = new ArrayList<>();
        TopicReader.readAll(
                cluster,
                Topics.PACKETS,
                rec -> packets.add(rec.key() + " " + rec.value().getId()));
        assertThat(packets).hasSize(ALL_PACKETS).doesNotHaveDuplicates();
    }

    private static void tablesAndCountersAreAsExpected(Cluster cluster, DataDirectory data) {
        ExpectedTables expected = ExpectedTables.read(data.resolve("recordings").resolve("mesh-a.expected.json"));
        try (var view = new MeshView(cluster)) {
            view.start();
            await("tables and counters")
                    .atMost(Duration.ofMinutes(1))
                    .untilAsserted(() ->
                            assertThat(expected.differences("mesh-a", view)).isEmpty());
        }
    }

    private static void commitsFormOneChain(Cluster cluster) {
        List<CommitRecord> commits = new ArrayList<>();
        TopicReader.readAll(cluster, Topics.COMMITS, rec -> commits.add(rec.value()));
        assertThat(commits).isNotEmpty();
        String previous = "00".repeat(32);
        Set<String> vertices = new HashSet<>();
        for (int i = 0; i < commits.size(); i++) {
            CommitRecord commit = commits.get(i);
            assertThat(commit.getIndex()).isEqualTo(i + 1);
            assertThat(Hex.of(commit.getPreviousHash())).isEqualTo(previous);
            commit.getVertices()
                    .forEach(id -> assertThat(vertices.add(Hex.of(id)))
                            .as("vertex %s is committed once", Hex.of(id))
                            .isTrue());
            previous = Hex.of(commit.getCommitHash());
        }
    }

    private static void everyTransactionHasOneResult(Cluster cluster) {
        long[] submitted = {0};
        TopicReader.readAll(cluster, Topics.TRANSACTIONS, rec -> submitted[0]++);
        List<String> results = new ArrayList<>();
        TopicReader.readAll(cluster, Topics.RESULTS, rec -> {
            assertThat(rec.value().getCode()).as("result of %s", rec.key()).isEqualTo("OK");
            results.add(rec.key());
        });
        assertThat(results).doesNotHaveDuplicates().hasSize((int) submitted[0]);
    }

    private void replayGivesTheSameState(Cluster cluster, DataDirectory data) {
        var genesis = LedgerIdentity.readGenesis(data.resolve("genesis.json"));
        var replayer = new Replayer(cluster, genesis, Clock.systemUTC());
        RecoveryReport whole = replayer.recover(
                new Replayer.Plan(directory.resolve("from-genesis"), true, Long.MAX_VALUE, new Trust.OfGenesis()),
                RecoveryListener.NONE);
        RecoveryReport recovered = replayer.recover(
                new Replayer.Plan(directory.resolve("from-snapshot"), false, Long.MAX_VALUE, new Trust.OfGenesis()),
                RecoveryListener.NONE);

        assertThat(whole.differences()).isEmpty();
        assertThat(whole.verified()).isTrue();
        assertThat(recovered.verified()).isTrue();
        assertThat(recovered.snapshotCheckpoint()).isPositive();
        assertThat(recovered.root()).isEqualTo(whole.root());
        assertThat(recovered.commitHash()).isEqualTo(whole.commitHash());
        assertThat(recovered.entries()).isEqualTo(whole.entries());
    }

    /** The last number that the pattern finds; −1 when it finds none. */
    private static long newest(Pattern pattern, String text) {
        long newest = -1;
        for (Matcher matcher = pattern.matcher(text); matcher.find(); ) {
            newest = Long.parseLong(matcher.group(1));
        }
        return newest;
    }
}
