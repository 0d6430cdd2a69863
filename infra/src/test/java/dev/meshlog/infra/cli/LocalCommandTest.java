package dev.meshlog.infra.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.meshlog.infra.MeshlogProcess;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Five processes: the command, three nodes of its first start, and one node of its second. */
class LocalCommandTest {
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    @TempDir
    Path directory;

    @Test
    void nodesOfALoadedNetworkAreEqualAndNoneStaysBehind() throws Exception {
        String data = directory.resolve("network").toString();
        MeshlogProcess.Ended ended;
        try (var local = MeshlogProcess.start(
                directory,
                "local",
                "--data",
                data,
                "--validators",
                "2",
                "--listeners",
                "1",
                "--load",
                "20",
                "--duration",
                "5s",
                "--check",
                "--json")) {
            ended = local.awaitEnd(PATIENCE);
        }
        assertThat(ended.exitCode()).as(ended.err()).isZero();

        List<JsonNode> lines = new ArrayList<>();
        for (String line : ended.out().lines().toList()) {
            lines.add(new ObjectMapper().readTree(line));
        }
        assertThat(lines).hasSize(4);
        for (String field : Set.of("commit", "commitHash", "stateRoot", "dump", "transactions")) {
            assertThat(lines.subList(0, 3).stream().map(line -> line.get(field)).distinct())
                    .as(field)
                    .hasSize(1);
        }
        JsonNode summary = lines.get(3);
        assertThat(summary.get("verdict").asText()).isEqualTo("equal");
        assertThat(summary.get("lost").asLong()).isZero();
        assertThat(summary.get("accepted").asLong())
                .isPositive()
                .isEqualTo(summary.get("results").get("OK").asLong());
        assertThat(lines.get(2).get("transactions").asLong())
                .isEqualTo(summary.get("accepted").asLong());
        assertThat(nodesOf(data)).isEmpty();

        try (var again = MeshlogProcess.start(directory, "local", "--data", data)) {
            await().atMost(PATIENCE).until(() -> !nodesOf(data).isEmpty());
            again.kill();
        }
        await().atMost(PATIENCE).until(() -> nodesOf(data).isEmpty());
    }

    @Test
    void whatCanNotBeIsRefused() {
        assertThat(refusalOf("local", "--check")).contains("--check needs --duration");
        assertThat(refusalOf("local", "--validators", "0")).contains("at least one validator");
        assertThat(refusalOf("local", "--duration", "long")).contains("no while");
    }

    private static String refusalOf(String... arguments) {
        var err = new StringWriter();
        assertThat(Meshlog.commandLine().setErr(new PrintWriter(err)).execute(arguments))
                .isEqualTo(2);
        return err.toString();
    }

    /** Processes whose command names the network's directory as that of a node. */
    private static List<ProcessHandle> nodesOf(String data) {
        return ProcessHandle.allProcesses()
                .filter(process -> List.of(process.info().arguments().orElse(new String[0])).stream()
                        .anyMatch(argument -> argument.startsWith(data + "/")))
                .toList();
    }
}
