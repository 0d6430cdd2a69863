package dev.meshlog.streams.http;

import static dev.meshlog.streams.query.TablesFixture.AT;
import static dev.meshlog.streams.query.TablesFixture.entry;
import static dev.meshlog.streams.query.TablesFixture.key;
import static dev.meshlog.streams.query.TablesFixture.named;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.meshlog.ledger.Network;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.Hex;
import dev.meshlog.schemas.NodeNumber;
import dev.meshlog.schemas.RecordPosition;
import dev.meshlog.schemas.Topic;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.radio.AlertKind;
import dev.meshlog.schemas.radio.KeyDecision;
import dev.meshlog.schemas.radio.KeyDecisionKind;
import dev.meshlog.schemas.radio.LinkEvent;
import dev.meshlog.schemas.radio.LinkEventKind;
import dev.meshlog.schemas.radio.PacketEncryption;
import dev.meshlog.schemas.radio.RadioAlert;
import dev.meshlog.schemas.radio.RadioPacket;
import dev.meshlog.schemas.radio.Reception;
import dev.meshlog.schemas.testing.TestBroker;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Questions about radio tables whose records stand in real topics. */
class RadioServerTest {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    @TempDir
    private static Path directory;

    private static TestBroker broker;
    private static RadioRoutes radio;
    private static LedgerServer server;

    @BeforeAll
    static void start() throws Exception {
        broker = TestBroker.start(directory.resolve("broker"));
        broker.recreateTopics();
        put(Topics.NODES, node("home", 1), named("home", 1, "Station Ost", "OST"));
        put(Topics.NODES, node("home", 2), named("home", 2, "Station West", "WST"));
        put(Topics.NODES, node("home", 3), named("home", 3, null, null));
        put(Topics.NODES, node("away", 1), named("away", 1, "Elsewhere", null));
        put(Topics.PUBKEYS, node("home", 1), entry("home", 1, key(1), key(9)));
        put(Topics.PUBKEYS, node("home", 2), entry("home", 2, key(1)));
        put(
                Topics.LINKS,
                "roof",
                new LinkEvent(
                        "home", "roof", LinkEventKind.CONNECTED, null, 7L, Map.of(), Map.of("firmware", "2.7.26"), AT));
        put(
                Topics.LINKS,
                "roof",
                new LinkEvent("home", "roof", LinkEventKind.COUNTERS, null, 7L, Map.of("frames", 5L), Map.of(), AT));
        for (int id = 1; id <= 30; id++) {
            put(Topics.PACKETS, node("home", 1 + id % 2), packet("home", 1 + id % 2, id, id % 3 == 0 ? 4 : 1, 8));
        }
        radio = new RadioRoutes(
                broker.cluster(),
                () -> AT,
                new RadioEvents.Patience(Duration.ofMillis(300), Duration.ofMinutes(1), Duration.ofSeconds(5)));
        server = new LedgerServer(HttpSettings.loopback(0), broker.cluster(), new Network(1).genesis);
        server.follow(radio);
    }

    @AfterAll
    static void stop() {
        server.close();
        broker.close();
    }

    @Test
    void nodesAndKeysComeInPages() throws Exception {
        JsonNode first = get("/radio/nodes?limit=2&network=home", 200);
        assertThat(texts(first.path("nodes"), "node")).containsExactly(node("home", 1), node("home", 2));
        JsonNode second =
                get("/radio/nodes?network=home&after=" + first.path("next").asText(), 200);
        assertThat(texts(second.path("nodes"), "node")).containsExactly(node("home", 3));
        assertThat(second.has("next")).isFalse();
        assertThat(texts(get("/radio/keys?network=home", 200).path("keys"), "fingerprint"))
                .hasSize(2);
        assertThat(texts(get("/radio/keys?network=home&without=true", 200).path("keys"), "node"))
                .containsExactly(node("home", 3));
        get("/radio/keys?limit=0", 400);
        get("/radio/keys?stat=CONFLICT", 400);
        get("/radio/keys?state=ODD", 400);
        get("/radio/nothing", 404);
    }

    @Test
    void oneNodeIsFoundByNumberNameAndPrefix() throws Exception {
        assertThat(get("/radio/nodes/home/!00000002", 200).path("longName").asText())
                .isEqualTo("Station West");
        assertThat(get("/radio/keys/Station%20West", 200)
                        .path("sharedWith")
                        .path(0)
                        .asText())
                .isEqualTo(node("home", 1));
        assertThat(get("/radio/nodes/2", 200).path("keyState").asText()).isEqualTo("PINNED");
        get("/radio/nodes/!0000abcd", 404);
    }

    @Test
    @DisplayName("PS-14 over HTTP: an ambiguous prefix is refused with the candidates")
    void ambiguousPrefixIsRefusedWithTheCandidates() throws Exception {
        JsonNode refused = get("/radio/keys/station", 409);
        assertThat(refused.path("code").asText()).isEqualTo("AMBIGUOUS");
        assertThat(refused.path("message").asText()).contains(node("home", 1), node("home", 2));
        get("/radio/nodes/!00000001", 409);
    }

    @Test
    void linkShowsWhatItsEventsSayTogether() throws Exception {
        JsonNode link = get("/radio/links", 200).path("links").path(0);
        assertThat(link.path("state").asText()).isEqualTo("CONNECTED");
        assertThat(link.path("counters").path("frames").asLong()).isEqualTo(5);
        assertThat(link.path("facts").path("firmware").asText()).isEqualTo("2.7.26");
        assertThat(link.path("radio").asText()).isEqualTo("!00000007");
    }

    @Test
    void packetsAreTheNewestOrThoseBehindAPlace() throws Exception {
        JsonNode newest = get("/radio/packets?network=home&limit=4", 200);
        assertThat(ids(newest)).containsExactly(27L, 28L, 29L, 30L);
        assertThat(ids(get("/radio/packets?from=home/!00000002&port=NODEINFO&limit=2", 200)))
                .containsExactly(21L, 27L);
        var all = new ArrayList<Long>();
        String place = "&since=2026-01-01T00:00:00Z";
        for (int page = 0; page < 12; page++) {
            JsonNode some = get("/radio/packets?network=home&limit=7" + place, 200);
            all.addAll(ids(some));
            place = "&after=" + some.path("next").asText();
        }
        assertThat(all).doesNotHaveDuplicates().hasSize(30);
        get("/radio/packets?after=x", 400);
        get("/radio/packets?after=radio.links:0.0.0.0.0.0", 400);
        get("/radio/packets?port=9999", 400);
    }

    @Test
    void decisionIsWrittenAndAnsweredOnceTheTableShowsIt() throws Exception {
        put(Topics.PUBKEYS, node("other", 5), entry("other", 5, key(3), key(4), key(5)));
        put(Topics.PUBKEYS, node("other", 6), entry("other", 6, key(3)));
        await().atMost(PATIENCE).until(() -> status("/radio/keys/other/!00000006") == 200);
        assertThat(post("/radio/keys/other/!00000006/accept", "{}", 409)
                        .path("message")
                        .asText())
                .contains("nothing is in conflict");
        assertThat(post("/radio/keys/other/!00000005/accept", "{}", 409)
                        .path("message")
                        .asText())
                .contains("2 conflicting keys");
        post("/radio/keys/other/!00000005/accept", "{\"keys\":1}", 400);
        post("/radio/keys/other/!00000005/bless", "{}", 404);
        assertThat(send(HttpRequest.newBuilder(uri("/radio/keys/other/!00000005/accept"))
                                .POST(HttpRequest.BodyPublishers.ofString("{}"))
                                .header("Content-Type", "text/plain"))
                        .statusCode())
                .as("what a web page could send")
                .isEqualTo(415);
        assertThat(broker.values(Topics.KEY_DECISIONS)).isEmpty();

        var answer = CompletableFuture.supplyAsync(() -> posted(
                "/radio/keys/other/!00000005/accept",
                "{\"key\":\"" + Hex.of(key(5)) + "\",\"by\":\"ann\",\"reason\":\"new radio\"}"));
        await().atMost(PATIENCE).until(() -> broker.values(Topics.KEY_DECISIONS).size() == 1);
        KeyDecision decision = broker.values(Topics.KEY_DECISIONS).get(0);
        assertThat(decision.getKind()).isEqualTo(KeyDecisionKind.ACCEPT);
        assertThat(decision.getKey()).isEqualTo(key(5));
        assertThat(decision.getReplaces()).isEqualTo(key(3));
        assertThat(decision.getBy()).isEqualTo("ann");
        put(Topics.PUBKEYS, node("other", 5), entry("other", 5, key(5)));
        JsonNode shown = JSON.readTree(answer.get().body());
        assertThat(shown.path("shown").asBoolean()).isTrue();
        assertThat(shown.path("before").path("key").asText()).isEqualTo(Hex.of(key(3)));
        assertThat(shown.path("after").path("key").asText()).isEqualTo(Hex.of(key(5)));
    }

    @Test
    void eventsGoOnWithoutAGapBehindTheLastOneThatWasSeen() throws Exception {
        String path = "/radio/events?kinds=alerts&network=ev";
        String last;
        try (Listener listener = new Listener(path, null)) {
            String begin = listener.awaitLine("id: ");
            assertThat(begin).contains("radio.alerts:");
            alert("ev", "one");
            alert("elsewhere", "not for us");
            assertThat(listener.awaitLine("event: ")).isEqualTo("event: alerts");
            assertThat(listener.awaitLine("data: ")).contains("\"sentence\":\"one\"");
            listener.awaitLine(": alive");
            last = listener.lastId();
        }
        for (String sentence : List.of("two", "three", "four")) {
            alert("ev", sentence);
        }
        try (Listener listener = new Listener(path, last)) {
            var heard = new ArrayList<String>();
            for (int i = 0; i < 3; i++) {
                heard.add(JSON.readTree(listener.awaitLine("data: ").substring(6))
                        .path("sentence")
                        .asText());
            }
            assertThat(heard).containsExactlyInAnyOrder("two", "three", "four");
        }
        await().atMost(PATIENCE).until(() -> radio.streams() == 0);
        get("/radio/events?kinds=gossip", 400);
        get("/radio/events?after=nonsense", 400);
    }

    @Test
    void clientThatDoesNotReadIsDropped() throws Exception {
        URI uri = URI.create(server.url());
        try (var socket = new Socket()) {
            socket.setReceiveBufferSize(4 << 10);
            socket.connect(new java.net.InetSocketAddress(uri.getHost(), uri.getPort()));
            socket.getOutputStream()
                    .write("GET /radio/events?kinds=packets&network=big HTTP/1.1\r\nHost: x\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            await().atMost(PATIENCE).until(() -> radio.streams() == 1);
            await().atMost(PATIENCE).until(() -> {
                try (var producer = broker.cluster().producer()) {
                    for (int id = 1; id <= 200; id++) {
                        var unused = producer.send(new ProducerRecord<>(
                                Topics.PACKETS.name(),
                                node("big", 1),
                                Cluster.encode(Topics.PACKETS, packet("big", 1, id, 256, 2_000))));
                    }
                }
                return radio.streams() == 0;
            });
        }
    }

    private static void alert(String network, String sentence) {
        put(
                Topics.ALERTS,
                node(network, sentence.length()),
                new RadioAlert(network, AlertKind.KEY_CHANGED, 1L, null, sentence, null, AT));
    }

    private static RadioPacket packet(String network, long from, long id, int port, int bytes) {
        ByteBuffer payload = ByteBuffer.wrap(new byte[bytes]);
        return RadioPacket.newBuilder()
                .setNetwork(network)
                .setFrom(from)
                .setTo(NodeNumber.BROADCAST)
                .setId(id)
                .setChannel(0)
                .setEncryption(PacketEncryption.NONE)
                .setPortNum(port)
                .setPayload(payload)
                .setReception(Reception.newBuilder()
                        .setLink("roof")
                        .setReceivedAtMs(AT)
                        .setEvidence(new RecordPosition(Topics.FRAMES.name(), 0, id))
                        .build())
                .build();
    }

    private static String node(String network, long number) {
        return NodeNumber.key(network, number);
    }

    private static <V extends SpecificRecordBase> void put(Topic<String, V> topic, String key, V value) {
        broker.write(topic, key, Cluster.encode(topic, value));
    }

    private static List<String> texts(JsonNode list, String field) {
        var texts = new ArrayList<String>();
        list.forEach(item -> texts.add(item.path(field).asText()));
        return texts;
    }

    private static List<Long> ids(JsonNode page) {
        var ids = new ArrayList<Long>();
        page.path("packets").forEach(packet -> ids.add(packet.path("id").asLong()));
        return ids;
    }

    private static URI uri(String path) {
        return URI.create(server.url() + path);
    }

    private static JsonNode get(String path, int status) throws Exception {
        HttpResponse<String> response = send(HttpRequest.newBuilder(uri(path)));
        assertThat(response.statusCode()).as("%s: %s", path, response.body()).isEqualTo(status);
        return JSON.readTree(response.body());
    }

    private static int status(String path) throws Exception {
        return send(HttpRequest.newBuilder(uri(path))).statusCode();
    }

    private static JsonNode post(String path, String body, int status) throws Exception {
        HttpResponse<String> response = posted(path, body);
        assertThat(response.statusCode()).as("%s: %s", path, response.body()).isEqualTo(status);
        return JSON.readTree(response.body());
    }

    private static HttpResponse<String> posted(String path, String body) {
        return send(HttpRequest.newBuilder(uri(path))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** A client of the events, as a browser is one. */
    private static final class Listener implements AutoCloseable {
        private final BufferedReader lines;
        private String lastId = "";

        Listener(String path, @org.jspecify.annotations.Nullable String lastSeen) throws Exception {
            HttpRequest.Builder request = HttpRequest.newBuilder(uri(path));
            if (lastSeen != null) {
                request.header("Last-Event-ID", lastSeen);
            }
            var response = CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
            assertThat(response.statusCode()).isEqualTo(200);
            lines = new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
        }

        String awaitLine(String start) throws IOException {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("id: ")) {
                    lastId = line.substring(4);
                }
                if (line.startsWith(start)) {
                    return line;
                }
            }
            throw new AssertionError("the stream ended before '" + start + "'");
        }

        String lastId() {
            return lastId;
        }

        @Override
        public void close() throws IOException {
            lines.close();
        }
    }
}
