package dev.meshlog.infra.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import dev.meshlog.infra.MeshlogProcess;
import dev.meshlog.ingest.IngestApp;
import dev.meshlog.schemas.Hex;
import dev.meshlog.schemas.NodeNumber;
import dev.meshlog.schemas.meshtastic.Data;
import dev.meshlog.schemas.meshtastic.FromRadio;
import dev.meshlog.schemas.meshtastic.MeshPacket;
import dev.meshlog.schemas.meshtastic.NodeInfo;
import dev.meshlog.schemas.meshtastic.Routing;
import dev.meshlog.schemas.meshtastic.ToRadio;
import dev.meshlog.schemas.wire.FrameParser;
import dev.meshlog.schemas.wire.FramePiece;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code meshlog up --play FILE --virtual-node HOST:PORT}, as people run it. */
class PlayedRecordingTest {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Pattern ADDRESS =
            Pattern.compile("virtual node of network mesh-a-\\w+ at 127\\.0\\.0\\.1:(\\d+)");
    private static final int TEXT = 1;
    private static final int ROUTING = 5;
    private static final int NO_INTERFACE = 4;

    private final Collection<FromRadio> told = new ConcurrentLinkedQueue<>();

    @TempDir
    private Path work;

    @Test
    void clientSeesEveryNodeWithItsKeyAndCannotSend() throws Exception {
        Files.write(work.resolve("mesh-a.frames"), recording("mesh-a.frames"));
        try (var meshlog = MeshlogProcess.start(
                work,
                "up",
                "--data",
                "data",
                "--port",
                "0",
                "--play",
                "mesh-a.frames",
                "--virtual-node",
                "127.0.0.1:0")) {
            meshlog.awaitPrinted("all parts work");
            Matcher address = ADDRESS.matcher(meshlog.out());
            assertThat(address.find()).as(meshlog.out()).isTrue();
            assertThat(meshlog.out()).doesNotContain("ledger");
            try (var client = new Socket(InetAddress.getLoopbackAddress(), Integer.parseInt(address.group(1)))) {
                var reader = new Thread(() -> read(client), "client");
                reader.setDaemon(true);
                reader.start();
                say(client, ToRadio.newBuilder().setWantConfigId(7).build());
                Map<Long, String> expected = expectedKeys();
                await().atMost(PATIENCE).untilAsserted(() -> assertThat(keys()).containsAllEntriesOf(expected));
                await().atMost(PATIENCE).until(() -> told.stream().anyMatch(FromRadio::hasPacket));
                say(
                        client,
                        ToRadio.newBuilder()
                                .setPacket(MeshPacket.newBuilder()
                                        .setId(55)
                                        .setTo(-1)
                                        .setDecoded(Data.newBuilder()
                                                .setPortNum(TEXT)
                                                .setPayload(ByteString.copyFromUtf8("hello"))))
                                .build());
                await().atMost(PATIENCE).until(() -> told.stream().anyMatch(PlayedRecordingTest::isRefusal));
            }
            meshlog.terminate();
            // On a busy machine the broker complains of itself.
            assertThat(meshlog.awaitEnd(PATIENCE).err()).doesNotContain("Exception", "at dev.meshlog");
        }
    }

    private Map<Long, String> keys() {
        var keys = new TreeMap<Long, String>();
        for (FromRadio each : told) {
            NodeInfo node = each.getNodeInfo();
            if (each.hasNodeInfo() && !node.getUser().getPublicKey().isEmpty()) {
                keys.put(
                        NodeNumber.of(node.getNum()),
                        Hex.of(node.getUser().getPublicKey().toByteArray()));
            }
        }
        return keys;
    }

    private static boolean isRefusal(FromRadio message) {
        Data answer = message.getPacket().getDecoded();
        try {
            return answer.getPortNum() == ROUTING
                    && answer.getRequestId() == 55
                    && Routing.parseFrom(answer.getPayload()).getErrorReason() == NO_INTERFACE;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private void read(Socket client) {
        var parser = FrameParser.fromRadio(0);
        byte[] chunk = new byte[8192];
        try {
            int read = client.getInputStream().read(chunk);
            while (read >= 0) {
                for (FramePiece piece : parser.feed(chunk, 0, read)) {
                    told.add(FromRadio.parseFrom(((FramePiece.Frame) piece).payload()));
                }
                read = client.getInputStream().read(chunk);
            }
        } catch (IOException e) {
            // Closed by one of the two.
        }
    }

    private static void say(Socket client, ToRadio message) throws IOException {
        byte[] payload = message.toByteArray();
        client.getOutputStream()
                .write(ByteBuffer.allocate(4 + payload.length)
                        .putShort((short) 0x94C3)
                        .putShort((short) payload.length)
                        .put(payload)
                        .array());
    }

    private static Map<Long, String> expectedKeys() throws IOException {
        JsonNode expected = new ObjectMapper().readTree(recording("mesh-a.expected.json"));
        var keys = new TreeMap<Long, String>();
        expected.get("keys")
                .properties()
                .forEach(entry -> keys.put(
                        NodeNumber.parse(entry.getKey()), entry.getValue().asText()));
        return keys;
    }

    private static byte[] recording(String name) throws IOException {
        try (InputStream in = IngestApp.class.getResourceAsStream("/recordings/" + name)) {
            return Objects.requireNonNull(in, name).readAllBytes();
        }
    }
}
