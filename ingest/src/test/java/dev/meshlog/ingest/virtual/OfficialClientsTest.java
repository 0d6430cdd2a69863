package dev.meshlog.ingest.virtual;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import dev.meshlog.ingest.keysync.KeyLink;
import dev.meshlog.ingest.keysync.KeySyncSettings;
import dev.meshlog.ingest.simulation.RadioLimits;
import dev.meshlog.ingest.simulation.RadioModel;
import dev.meshlog.ingest.simulation.SimulatedRadioServer;
import dev.meshlog.schemas.Hex;
import dev.meshlog.schemas.NodeNumber;
import dev.meshlog.schemas.meshtastic.Data;
import dev.meshlog.schemas.meshtastic.FromRadio;
import dev.meshlog.schemas.meshtastic.MeshPacket;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The JavaScript library of the Meshtastic project against a virtual node. It is GPL-3.0: fetched for this test, never part of Meshlog. Of its
 * stream parser, this shows that start bytes inside a key do not stop it.
 */
class OfficialClientsTest {
    private static final Duration LONG = Duration.ofMinutes(2);
    private static final int CLIENTS = 10;
    private static final String SESSION = "firmware-2.7.26-session.frames";
    private static final long AWKWARD = 0x94c3L;
    private static final int TEXT = 1;
    /** The recorded radio's own number. */
    private static final long OWN = NodeNumber.parse("!b565b26c");

    private static final String[] FILES = {"package.json", "package-lock.json", "clients.mjs", "frames.mjs"};
    private static final ObjectMapper JSON = new ObjectMapper();

    private final List<JsonNode> said = new CopyOnWriteArrayList<>();

    @TempDir
    private static Path directory;

    /** The recording has a key with start bytes in it. */
    @Test
    void startBytesInAPayloadStopTheirParserAndANumberInFrontDoesNot() throws Exception {
        List<FromRadio> messages = Recorded.messages(SESSION);
        Path recorded = directory.resolve("recorded.frames");
        Path told = directory.resolve("told.frames");
        try (InputStream in = OfficialClientsTest.class.getResourceAsStream("/recordings/" + SESSION);
                OutputStream out = Files.newOutputStream(told)) {
            Files.copy(Objects.requireNonNull(in), recorded);
            for (FromRadio message : messages) {
                out.write(DeviceFrames.frame(message.toByteString()));
            }
        }
        assertThat(framesFound(recorded)).isEqualTo(51);
        assertThat(framesFound(told)).isEqualTo(messages.size()).isEqualTo(132);
    }

    @Test
    void tenOfThemReadEveryKeySendAndReceive() throws Exception {
        Map<Long, String> expected = expectedKeys();
        var tables = new FixedTables();
        expected.forEach((node, key) -> tables.key(node, Hex.parse(key)));
        byte[] awkward = new byte[32];
        awkward[0] = (byte) 0x94;
        awkward[1] = (byte) 0xc3;
        awkward[20] = (byte) 0x94;
        awkward[21] = (byte) 0xc3;
        tables.key(AWKWARD, awkward);
        expected.put(AWKWARD, Hex.of(awkward));

        // It knows nobody: every node and every key that a client gets is from the tables.
        try (var radio = new SimulatedRadioServer(new RadioModel(OWN, RadioLimits.MEASURED), 0);
                var link = new RunningLink(radio.port());
                var keys = KeyLink.open("mesh-a", link.port, tables, KeySyncSettings.DEFAULT, Clock.systemUTC());
                var node = VirtualNode.ofLink(
                        VirtualNodeSettings.at(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)),
                        "mesh-a",
                        link.port,
                        keys,
                        tables,
                        InstantSource.system())) {
            int port = node.start().getPort();
            link.start();
            Process clients =
                    start("node", "clients.mjs", "127.0.0.1", Integer.toString(port), Integer.toString(CLIENTS));
            try {
                await().atMost(LONG)
                        .until(() -> radio.look(RadioModel::transmitted).stream()
                                .anyMatch(sent ->
                                        text(sent.packet()).equals(ByteString.copyFromUtf8("hello from JavaScript"))));
                await().atMost(LONG).until(() -> said.stream().anyMatch(each -> each.has("acknowledged")));
                List<JsonNode> configured =
                        said.stream().filter(each -> each.has("keys")).toList();
                assertThat(configured).hasSize(CLIENTS);
                for (JsonNode client : configured) {
                    assertThat(client.get("own").longValue()).isEqualTo(OWN);
                    assertThat(keys(client.get("keys"))).isEqualTo(expected);
                }
                radio.hear(MeshPacket.newBuilder()
                        .setFrom((int) AWKWARD)
                        .setTo(-1)
                        .setId(7)
                        .setDecoded(Data.newBuilder()
                                .setPortNum(TEXT)
                                .setPayload(ByteString.copyFromUtf8("hello from the mesh")))
                        .build());
                await().atMost(LONG)
                        .until(() -> said.stream()
                                        .filter(each -> "hello from the mesh"
                                                .equals(each.path("text").asText()))
                                        .count()
                                == CLIENTS);
            } finally {
                clients.destroy();
            }
        }
    }

    private static ByteString text(MeshPacket packet) {
        return packet.getDecoded().getPayload();
    }

    private int framesFound(Path file) throws Exception {
        Process parser = process("node", "frames.mjs", file.toString()).start();
        try (BufferedReader lines = parser.inputReader(StandardCharsets.UTF_8)) {
            return Integer.parseInt(Objects.requireNonNull(lines.readLine(), "no count"));
        }
    }

    /** Fetches the packages at the versions and with the hashes of the lock file; runs none of their scripts. */
    @BeforeAll
    static void install() throws Exception {
        for (String file : FILES) {
            try (InputStream in = OfficialClientsTest.class.getResourceAsStream("javascript/" + file)) {
                Files.copy(Objects.requireNonNull(in, file), directory.resolve(file));
            }
        }
        assumeTrue(
                runs("node", "--version") && runs("npm", "--version"),
                "node and npm are not there: 'apt-get install nodejs npm' makes this test run");
        assumeTrue(
                runs("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"),
                "npm can't fetch the official client's packages: with a network this test runs");
    }

    private static boolean runs(String... command) throws InterruptedException {
        try {
            Process process = process(command)
                    .redirectOutput(directory.resolve("output").toFile())
                    .start();
            return process.waitFor(LONG.toSeconds(), TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    private Process start(String... command) throws IOException {
        Process process = process(command).start();
        var reader = new Thread(
                () -> process.inputReader(StandardCharsets.UTF_8).lines().forEach(line -> said.add(parsed(line))),
                "clients");
        reader.setDaemon(true);
        reader.start();
        return process;
    }

    private static ProcessBuilder process(String... command) {
        return new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectError(new File(directory.toFile(), "errors"));
    }

    private static JsonNode parsed(String line) {
        try {
            return JSON.readTree(line);
        } catch (IOException e) {
            throw new UncheckedIOException(line, e);
        }
    }

    private static Map<Long, String> expectedKeys() throws IOException {
        try (InputStream in = OfficialClientsTest.class.getResourceAsStream("/recordings/mesh-a.expected.json")) {
            var keys = new TreeMap<Long, String>();
            JSON.readTree(in)
                    .get("keys")
                    .properties()
                    .forEach(entry -> keys.put(
                            NodeNumber.parse(entry.getKey()), entry.getValue().asText()));
            return keys;
        }
    }

    private static Map<Long, String> keys(JsonNode told) {
        var keys = new TreeMap<Long, String>();
        told.properties()
                .forEach(entry -> keys.put(
                        Long.parseLong(entry.getKey()), entry.getValue().asText()));
        return keys;
    }
}
