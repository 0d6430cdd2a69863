package dev.meshlog.infra.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshlog.infra.MeshlogProcess;
import dev.meshlog.infra.radio.RadioGeneration;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.Failpoint;
import dev.meshlog.schemas.radio.RadioNode;
import dev.meshlog.streams.query.RadioTables;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A rebuild that is kept, killed at each of its steps, and done again; what is left of it is cleaned up. */
class RadioRebuildKilledTest {
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final int NODES = 12;

    @TempDir
    private Path data;

    private RadioDirectory directory;

    @BeforeEach
    void open() {
        directory = new RadioDirectory(data);
    }

    @Test
    @DisplayName("PS-03 PS-10 a rebuild that is killed anywhere ends in right tables, and nothing of it stays")
    void killedRebuildEndsInRightTables() throws Exception {
        var unused = directory.begin(NODES);

        assertThat(directory.rebuild(0, "--keep")).contains("\"equal\":true");
        assertThat(RadioGeneration.live(data)).isEqualTo(new RadioGeneration(0));
        assertThat(data.resolve("streams").resolve("meshlog-radio-1")).isDirectory();
        directory.onBroker(cluster -> {
            assertThat(RadioDirectory.topics(cluster))
                    .contains("meshlog-radio-1.radio.nodes", "meshlog-radio-1.radio.pubkeys");
            RadioDirectory.damage(cluster);
        });

        dieAt(Failpoint.REBUILD_SENT);
        assertThat(RadioGeneration.live(data)).isEqualTo(new RadioGeneration(0));
        directory.onBroker(cluster ->
                assertThat(node1(cluster)).as("nothing of it is to be seen").isEqualTo("forged"));

        dieAt(Failpoint.REBUILD_WRITTEN);
        assertThat(RadioGeneration.live(data)).isEqualTo(new RadioGeneration(0));
        directory.onBroker(cluster -> {
            isRight(cluster, NODES);
            var frames = directory.receive(cluster, NODES + 1, 1);
            directory.runLive(cluster, NODES + 1);
            isRight(cluster, NODES + 1);
            RadioDirectory.damage(cluster);
            assertThat(frames.topic()).isEqualTo("radio.frames");
        });

        dieAt(Failpoint.REBUILD_LIVE);
        RadioGeneration live = RadioGeneration.live(data);
        assertThat(live.number()).isPositive();
        assertThat(directory.radio(0, "clean"))
                .contains("removed meshlog-radio\n", "removed meshlog-radio-1\n")
                .contains("removed the copies that " + live.applicationId())
                .doesNotContain("removed " + live.applicationId() + "\n");
        assertThat(data.resolve("streams")).isDirectoryNotContaining(path -> !path.endsWith(live.applicationId()));
        assertThat(directory.radio(0, "clean")).as("nothing is left").doesNotContain("removed");
        directory.onBroker(cluster -> {
            assertThat(RadioDirectory.topics(cluster))
                    .noneMatch(topic -> topic.matches("meshlog-radio(-[0-9]+)?\\.radio.*"))
                    .filteredOn(topic -> topic.startsWith("meshlog-radio"))
                    .isNotEmpty()
                    .allMatch(topic -> topic.startsWith(live.applicationId() + "-"));
            var frames = directory.receive(cluster, NODES + 2, 1);
            directory.runLive(cluster, NODES + 2);
            isRight(cluster, NODES + 2);
            assertThat(frames.topic()).isEqualTo("radio.frames");
        });
        assertThat(directory.rebuild(0)).contains("\"equal\":true", "\"differences\":[]");
    }

    private void dieAt(Failpoint step) {
        try (var killed =
                MeshlogProcess.startToDieAt(step, 1, data, "radio", "rebuild", "--apply", "--data", data.toString())) {
            MeshlogProcess.Ended ended = killed.awaitEnd(PATIENCE);
            assertThat(ended.exitCode())
                    .as("%s: %s %s", step, ended.out(), ended.err())
                    .isEqualTo(137);
        }
    }

    private static void isRight(Cluster cluster, int nodes) {
        RadioTables tables = RadioTables.read(cluster);
        assertThat(tables.nodes()).hasSize(nodes);
        assertThat(tables.keys()).hasSize(nodes);
        assertThat(node1(cluster)).isEqualTo("Node 1");
    }

    private static String node1(Cluster cluster) {
        RadioNode node =
                Objects.requireNonNull(RadioTables.read(cluster).nodes().get(RadioDirectory.node(1)));
        return String.valueOf(node.getLongName());
    }
}
