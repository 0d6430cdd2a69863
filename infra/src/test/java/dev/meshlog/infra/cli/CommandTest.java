package dev.meshlog.infra.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meshlog.infra.MeshlogProcess;
import dev.meshlog.infra.MeshlogProcess.Ended;
import dev.meshlog.infra.broker.EmbeddedBroker;
import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.state.MemoryStateStore;
import dev.meshlog.ledger.state.State;
import dev.meshlog.schemas.Hex;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command as people run it: in a process of its own. */
class CommandTest {
    private static final Duration STOP = Duration.ofSeconds(10);
    private static final String WORKS = "all parts work";

    @TempDir
    private Path work;

    @Test
    void wrongUseIsCodeTwo() {
        for (String[] arguments : new String[][] {
            {},
            {"--frobnicate"},
            {"up", "--frobnicate"},
            {"upp"},
            {"up", "--port", "x"},
            {"up", "--port", "70000"},
            {"up", "--frames", "x.frames"},
            {"broker", "--port", "-1"},
            {"broker", "--bootstrap-servers", "x:1"},
            {"up", "--demo", "--config", "x.yaml"},
            {"up", "--demo", "--play", "x.frames"},
            {"up", "--virtual-node", "127.0.0.1:4403"},
            {"replay", "--follow"},
            {"replay", "--to-commit", "1", "--to-time", "2026-11-21T05:00:00Z"},
            {"replay", "--to-time", "yesterday"},
            {"diff", "snapshot:1", "commit:1"}
        }) {
            var out = new StringWriter();
            var err = new StringWriter();
            int code = Meshlog.commandLine()
                    .setOut(new PrintWriter(out))
                    .setErr(new PrintWriter(err))
                    .execute(arguments);
            assertThat(code).as("%s", List.of(arguments)).isEqualTo(2);
            assertThat(err.toString())
                    .containsAnyOf("Usage: meshlog", "Possible solutions", "Did you mean")
                    .doesNotContain("Exception", "\tat ");
            assertThat(out.toString()).isEmpty();
        }
        assertThat(MeshlogProcess.run(work, "up", "--frobnicate").exitCode()).isEqualTo(2);
    }

    @Test
    void onlyAValidatorRegistersAgain() {
        var err = new StringWriter();
        int code = Meshlog.commandLine()
                .setErr(new PrintWriter(err))
                .execute("up", "--data", work.resolve("data").toString(), "--port", "0", "--register");

        assertThat(code).isEqualTo(2);
        assertThat(err.toString()).contains("--register goes with --mode validator: a bootstrap never does");
    }

    @Test
    void exampleConfigurationIsRight() throws IOException {
        Ended example = MeshlogProcess.run(work, "config", "example");
        assertThat(example.exitCode()).isZero();
        Files.writeString(work.resolve("meshlog.yaml"), example.out());
        Ended check = MeshlogProcess.run(work, "config", "check");
        assertThat(check.err()).isEmpty();
        assertThat(check.exitCode()).isZero();
        Files.writeString(work.resolve("meshlog.yaml"), example.out() + "\nbroker2: 1\n");
        Ended wrong = MeshlogProcess.run(work, "config", "check");
        assertThat(wrong.exitCode()).isEqualTo(1);
        assertThat(wrong.err())
                .startsWith("error: meshlog.yaml")
                .contains("broker2")
                .doesNotContain("\tat ");
    }

    @Test
    void portInUseIsNamed() throws IOException {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Ended ended =
                    MeshlogProcess.run(work, "up", "--data", "data", "--port", Integer.toString(taken.getLocalPort()));
            assertThat(ended.exitCode()).isEqualTo(1);
            assertThat(ended.err())
                    .startsWith("error: port " + taken.getLocalPort())
                    .contains("is in use", "--port")
                    .doesNotContain("\tat ");
        }
    }

    @Test
    void directoryOfAnotherVersionIsRefused() throws IOException {
        Files.createDirectories(work.resolve("data"));
        String later = "{\"format\" : 99, \"clusterId\" : \"x\"}";
        Path meta = Files.writeString(work.resolve("data").resolve("meshlog.json"), later);
        for (String command : new String[] {"up", "topics"}) {
            Ended ended = MeshlogProcess.run(work, command, "--data", "data");
            assertThat(ended.exitCode()).isEqualTo(1);
            assertThat(ended.err()).contains("data format 99").doesNotContain("\tat ");
        }
        assertThat(meta).hasContent(later);
    }

    @Test
    void unreachableBrokerIsReportedInTime() throws IOException {
        int nobody;
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobody = socket.getLocalPort();
        }
        try (var process = MeshlogProcess.start(work, "topics", "--bootstrap-servers", "127.0.0.1:" + nobody)) {
            // 15 s for the broker, the rest for the start of the process on a busy machine.
            Ended ended = process.awaitEnd(Duration.ofSeconds(30));
            assertThat(ended.exitCode()).isEqualTo(1);
            assertThat(ended.err())
                    .contains("error: no Kafka broker answers at 127.0.0.1:" + nobody, "--kafka-config")
                    .doesNotContain("\tat ");
        }
    }

    @Test
    void commandWithoutDataSaysWhatToDo() {
        Ended ended = MeshlogProcess.run(work, "keys", "--data", "nowhere");
        assertThat(ended.exitCode()).isEqualTo(1);
        assertThat(ended.err()).contains("there is no Meshlog data in", "meshlog up", "--bootstrap-servers");
        assertThat(work.resolve("nowhere")).doesNotExist();
    }

    /** One directory through its life: run, looked into, stopped, looked into again, continued, misused. */
    @Test
    void upStopsInTimeAndGoesOn() throws IOException {
        Files.copy(recording("firmware-2.7.26-session.frames"), work.resolve("session.frames"));
        Files.writeString(work.resolve("meshlog.yaml"), """
                radio: {links: [{name: sim, network: sim, type: file, path: session.frames}]}
                ledger: {minRoundIntervalMs: 50, idleRoundIntervalMs: 50}
                snapshots: {intervalSeconds: 1}
                """);
        long commit;
        try (var up = MeshlogProcess.start(work, "up", "--data", "data", "--port", "0")) {
            up.awaitPrinted(WORKS);
            Ended second = MeshlogProcess.run(work, "up", "--data", "data", "--port", "0");
            assertThat(second.exitCode()).isEqualTo(1);
            assertThat(second.err()).contains("another Meshlog runs in " + work.resolve("data"));
            assertThat(look("topics").out())
                    .contains("radio.frames", "ledger.commits")
                    .doesNotContain(" missing");
            assertThat(look("topics", "diff").out()).contains("no difference");
            assertThat(look("keys").out()).contains("sim/!");
            assertThat(look("keys", "--json").out()).startsWith("[{");
            assertThat(look("ledger", "status").out()).contains("commitHash");
            assertThat(look("tx", "keygen", "alice.pem").out()).hasSize(65);
            assertThat(look("tx", "create", "--key", "alice.pem", "--text", "hello")
                            .out())
                    .contains("OK in commit", "created ");
            recomputeRoot(look("dump-state", "--raw").out());
            up.terminate();
            Ended ended = up.awaitEnd(STOP);
            assertThat(ended.out()).contains("stopping");
            assertThat(ended.err()).isEmpty();
        }
        for (String name : List.of("endpoint", "http")) {
            assertThat(work.resolve("data").resolve(name))
                    .as("left only by a process that was cut off while it closed")
                    .doesNotExist();
        }
        commit = commit(look("ledger", "status").out());
        assertThat(commit).isPositive();
        try (var broker = MeshlogProcess.start(work, "broker", "--data", "data", "--port", "0")) {
            broker.awaitPrinted("Kafka at 127.0.0.1:");
            assertThat(look("keys").out())
                    .as("through the broker that runs alone")
                    .contains("sim/!");
            broker.terminate();
            assertThat(broker.awaitEnd(STOP).err()).isEmpty();
        }
        assertThat(look("topics").out()).contains("radio.frames");
        assertThat(look("keys").out()).contains("sim/!");
        recomputeRoot(look("dump-state", "--raw").out());
        assertThat(look("replay", "--to", "state", "--verify-signatures").out()).contains("state roots are EQUAL");
        assertThat(look("replay", "--json", "--to-commit", "1", "--to", "first").out())
                .contains("\"commitIndex\":1,", "\"differences\":[]");
        assertThat(look("dump-state", "--raw", "--dir", "first").out()).startsWith("# commit 1 ");
        assertThat(look("diff", "first", "commit:1").out()).isEqualTo("the states are EQUAL\n");
        Ended diff = MeshlogProcess.run(work, "diff", "first", "state", "--data", "data");
        assertThat(diff.exitCode()).isEqualTo(3);
        assertThat(diff.out()).startsWith("buckets [").contains("~ chain commit=1->", " entries DIFFER");

        try (var up = MeshlogProcess.start(work, "up", "--data", "data", "--port", "0")) {
            up.awaitPrinted(WORKS);
            up.terminate();
            assertThat(up.awaitEnd(STOP).err()).isEmpty();
        }
        assertThat(commit(look("ledger", "status").out())).isGreaterThanOrEqualTo(commit);

        Files.delete(work.resolve("data").resolve("genesis.json"));
        Files.delete(work.resolve("data").resolve("keys").resolve("validator.pem"));
        Ended other = MeshlogProcess.run(work, "up", "--data", "data", "--port", "0");
        assertThat(other.exitCode()).isEqualTo(1);
        assertThat(other.err()).contains("belong to network").doesNotContain("\tat ");
    }

    @Test
    void tamperedExpectationIsCodeThree() throws IOException {
        Path frames = work.resolve("session.frames");
        Files.copy(recording("firmware-2.7.26-session.frames"), frames);
        var expected = new ObjectMapper().createObjectNode().put("frames", 131);
        ObjectNode keys = expected.putObject("keys");
        for (int node = 1; node <= 30; node++) {
            keys.put("!000000%02x".formatted(node), "00".repeat(32));
        }
        Files.writeString(work.resolve("expected.json"), expected.toString());
        Ended ended = MeshlogProcess.run(
                work,
                "up",
                "--demo",
                "--data",
                "data",
                "--port",
                "0",
                "--frames",
                "session.frames",
                "--expected",
                "expected.json");
        assertThat(ended.exitCode()).as(ended.out() + ended.err()).isEqualTo(3);
        assertThat(ended.out())
                .contains("DIFFER from the expected ones", "frames: expected 131, got 132", "state roots are EQUAL");
        assertThat(ended.out().lines().filter(line -> line.contains(": expected ")))
                .hasSizeLessThanOrEqualTo(10);
    }

    @Test
    void namedClusterIsUsedInsteadOfTheEmbeddedBroker() {
        String id = Uuid.randomUuid().toString();
        try (var broker = EmbeddedBroker.start(work.resolve("own"), id, 0)) {
            String at = broker.bootstrapServers();
            Ended empty = MeshlogProcess.run(work, "ledger", "status", "--bootstrap-servers", at);
            assertThat(empty.exitCode()).isEqualTo(1);
            assertThat(empty.err()).contains("has no topic", "topics apply");
            assertThat(MeshlogProcess.run(work, "topics", "diff", "--bootstrap-servers", at)
                            .exitCode())
                    .isEqualTo(3);
            try (var up = MeshlogProcess.start(work, "up", "--data", "data", "--bootstrap-servers", at)) {
                up.awaitPrinted(WORKS);
                assertThat(look("topics", "diff").exitCode()).isZero();
                assertThat(look("replay").out())
                        .as("so soon there is no checkpoint")
                        .containsAnyOf("no checkpoint was published yet", "state roots are EQUAL");
                up.terminate();
                assertThat(up.awaitEnd(STOP).err()).isEmpty();
            }
            assertThat(work.resolve("data").resolve("broker")).doesNotExist();
            Ended without = MeshlogProcess.run(work, "topics", "--data", "data");
            assertThat(without.exitCode()).isEqualTo(1);
            assertThat(without.err()).contains("used another cluster", "--bootstrap-servers");
            assertThat(MeshlogProcess.run(work, "ledger", "status", "--data", "data", "--bootstrap-servers", at)
                            .out())
                    .contains("commit");
        }
    }

    private Ended look(String command, String... more) {
        var arguments = new java.util.ArrayList<>(List.of(command));
        arguments.addAll(List.of(more));
        arguments.addAll(List.of("--data", "data"));
        Ended ended = MeshlogProcess.run(work, arguments.toArray(new String[0]));
        assertThat(ended.exitCode())
                .as("%s\n%s\n%s", arguments, ended.out(), ended.err())
                .isZero();
        assertThat(ended.err()).as("%s", arguments).isEmpty();
        return ended;
    }

    private void recomputeRoot(String dump) throws IOException {
        int bucketBits = GenesisConfig.ofJson(
                        Files.readString(work.resolve("data").resolve("genesis.json")))
                .bucketBits();
        var state = new State(new MemoryStateStore(), bucketBits);
        List<String> lines = dump.lines().toList();
        String before = "";
        for (String line : lines.subList(1, lines.size())) {
            String[] entry = line.split(" ", -1);
            assertThat(entry[0]).isGreaterThan(before);
            before = entry[0];
            state.put(Hex.parse(entry[0]), Hex.parse(entry[1]));
        }
        Matcher header = Pattern.compile("# checkpoint (\\d+) ([0-9a-f]{64})").matcher(lines.get(0));
        assertThat(header.matches()).as(lines.get(0)).isTrue();
        assertThat(state.root(Long.parseLong(header.group(1))).hex()).isEqualTo(header.group(2));
    }

    private static long commit(String status) {
        Matcher commit = Pattern.compile("(?m)^commit +(\\d+)$").matcher(status);
        assertThat(commit.find()).as(status).isTrue();
        return Long.parseLong(commit.group(1));
    }

    private static InputStream recording(String name) {
        return Objects.requireNonNull(CommandTest.class.getResourceAsStream("/recordings/" + name), name);
    }
}
