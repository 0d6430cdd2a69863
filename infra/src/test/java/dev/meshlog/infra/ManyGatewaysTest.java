package dev.meshlog.infra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import dev.meshlog.infra.broker.DataDirectory;
import dev.meshlog.infra.broker.EmbeddedBroker;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.NodeNumber;
import dev.meshlog.schemas.Topic;
import dev.meshlog.schemas.TopicReader;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.meshtastic.Data;
import dev.meshlog.schemas.meshtastic.MeshPacket;
import dev.meshlog.schemas.meshtastic.ServiceEnvelope;
import dev.meshlog.schemas.meshtastic.User;
import dev.meshlog.schemas.radio.KeyEventKind;
import dev.meshlog.schemas.radio.KeyState;
import dev.meshlog.schemas.radio.LinkEventKind;
import dev.meshlog.schemas.radio.PublicKeyEntry;
import dev.meshlog.schemas.radio.RadioNode;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * Envelopes of many gateways, over two links at once, each packet through several gateways of both and some envelopes twice, into a Meshlog without a
 * ledger that is killed in their midst. A third link's radio is never there.
 */
class ManyGatewaysTest {
    private static final Pattern FRAMES = Pattern.compile("frames (\\d+)  packets");
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final String NETWORK = "town";
    private static final int NODES = 20;
    private static final int PACKETS = 600;
    private static final int HEARD_BY = 8;
    private static final int GATEWAYS = 40;
    /** One envelope in each link's share of a packet is published again, as a broker does that was not sure. */
    private static final int ENVELOPES = PACKETS * (HEARD_BY + 2);

    private final HttpClient client = HttpClient.newHttpClient();

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path directory;

    @Test
    @DisplayName(
            "PS-01 PS-03 PS-09 PS-10 PS-12 PS-13 LV-21 RC-06 each packet is there once and each reception too, tables and counters outlive kill,"
                    + " restart and damage")
    void eachPacketIsThereOnceWithAllItsReceptions() throws Exception {
        long seed = Long.getLong("meshlog.seed", System.nanoTime());
        System.out.println("repeat with -Dtest=ManyGatewaysTest -Dmeshlog.seed=" + seed);
        var random = new Random(seed);
        configure(record(random));

        try (MeshlogProcess up = up()) {
            awaitFrames(up, ENVELOPES / 10 + random.nextInt(ENVELOPES / 2));
            up.kill();
            up.awaitEnd(PATIENCE);
        }
        try (MeshlogProcess up = up()) {
            up.awaitPrinted("all parts work");
            radioTablesAreAnsweredWithoutLedgerAndRadio();
            awaitFrames(up, ENVELOPES);
            stop(up);
        }
        Map<String, Object> tables = verified();

        int damaged = damageStates(random);
        assertThat(damaged).isPositive();
        try (MeshlogProcess up = up()) {
            up.awaitPrinted("all parts work");
            awaitFrames(up, ENVELOPES);
            stop(up);
        }
        assertThat(verified()).as("seed %d", seed).isEqualTo(tables);
    }

    private MeshlogProcess up() {
        return MeshlogProcess.start(directory, "up", "--data", "data", "--port", "0");
    }

    private static void stop(MeshlogProcess up) {
        up.terminate();
        assertThat(up.awaitEnd(Duration.ofMinutes(1)).out()).contains("stopping");
    }

    private static void awaitFrames(MeshlogProcess up, int count) {
        await(count + " frames")
                .atMost(PATIENCE)
                .failFast("up ended", () -> !up.isAlive())
                .until(() -> newest(up.out()) >= count);
    }

    private static long newest(String text) {
        long newest = -1;
        for (Matcher matcher = FRAMES.matcher(text); matcher.find(); ) {
            newest = Long.parseLong(matcher.group(1));
        }
        return newest;
    }

    /** What each link hears, a line an envelope. */
    private static Map<String, List<String>> record(Random random) {
        var links = new TreeMap<String, List<String>>(Map.of("east", new ArrayList<>(), "west", new ArrayList<>()));
        for (int packet = 0; packet < PACKETS; packet++) {
            int first = random.nextInt(GATEWAYS);
            for (int i = 0; i < HEARD_BY; i++) {
                List<String> lines = Objects.requireNonNull(links.get(i % 2 == 0 ? "east" : "west"));
                String line = line(packet, (first + i) % GATEWAYS);
                lines.add(line);
                if (i < 2) {
                    lines.add(line);
                }
            }
        }
        return links;
    }

    /** Every fifth packet is a NODEINFO, with the node's key. */
    private static String line(int packet, int gateway) {
        int node = 1 + packet % NODES;
        String name = NodeNumber.text(0x9000 + gateway);
        var data = Data.newBuilder();
        if (packet / NODES % 5 == 0) {
            byte[] key = new byte[32];
            key[0] = (byte) node;
            key[31] = 1;
            data.setPortNum(4)
                    .setPayload(User.newBuilder()
                            .setLongName(ByteString.copyFromUtf8("Node " + node))
                            .setPublicKey(ByteString.copyFrom(key))
                            .build()
                            .toByteString());
        } else {
            data.setPortNum(1).setPayload(ByteString.copyFromUtf8("text " + packet));
        }
        ServiceEnvelope envelope = ServiceEnvelope.newBuilder()
                .setPacket(MeshPacket.newBuilder()
                        .setFrom(node)
                        .setTo(-1)
                        .setId(1_000 + packet)
                        .setRxTime(1_790_000_000 + packet)
                        .setRxSnr(gateway)
                        .setDecoded(data))
                .setChannelId(ByteString.copyFromUtf8("LongFast"))
                .setGatewayId(ByteString.copyFromUtf8(name))
                .build();
        return JSON.createObjectNode()
                .put("topic", "msh/EU_868/2/e/LongFast/" + name)
                .put("payload", Base64.getEncoder().encodeToString(envelope.toByteArray()))
                .toString();
    }

    private void configure(Map<String, List<String>> links) throws IOException {
        int nobody;
        try (var socket = new ServerSocket(0)) {
            nobody = socket.getLocalPort();
        }
        var yaml = new StringBuilder("ledger: {enabled: false}\nhttp: {listen: '127.0.0.1:0'}\nradio:\n  links:\n")
                .append("    - {name: gone, network: %s, type: tcp, host: 127.0.0.1, port: %d}%n"
                        .formatted(NETWORK, nobody));
        for (Map.Entry<String, List<String>> link : links.entrySet()) {
            Path file = Files.write(directory.resolve(link.getKey() + ".mqtt.jsonl"), link.getValue());
            yaml.append("    - {name: %s, network: %s, type: file, path: '%s', messagesPerSecond: 300}%n"
                    .formatted(link.getKey(), NETWORK, file));
        }
        Files.writeString(Files.createDirectory(directory.resolve("data")).resolve("meshlog.yaml"), yaml);
    }

    private void radioTablesAreAnsweredWithoutLedgerAndRadio() throws Exception {
        assertThat(ask("/healthz", 200).path("alive").asBoolean()).isTrue();
        assertThat(ask("/readyz", 200).path("ready").asBoolean()).isTrue();
        assertThat(ask("/status", 404).path("code").asText()).isEqualTo("NO_LEDGER");
        await().atMost(PATIENCE)
                .until(() -> ask("/radio/links", 200).findValuesAsText("link").contains("gone"));
        await().atMost(PATIENCE)
                .until(() -> ask("/radio/keys", 200).path("keys").size() == NODES);
        assertThat(ask("/radio/keys/!00000003", 200).path("name").asText()).isEqualTo("Node 3");
        var decided = client.send(
                HttpRequest.newBuilder(url("/radio/keys/!00000003/verify"))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString("{\"by\":\"ann\"}"))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(decided.statusCode()).as(decided.body()).isIn(200, 202);
    }

    private URI url(String question) throws IOException {
        return URI.create(
                Files.readString(directory.resolve("data").resolve("http")).strip() + question);
    }

    private JsonNode ask(String question, int status) throws Exception {
        HttpResponse<String> answer =
                client.send(HttpRequest.newBuilder(url(question)).build(), HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        return JSON.readTree(answer.body());
    }

    /** Each kept state of the tables' application gets a byte turned over or loses its end. */
    private int damageStates(Random random) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.walk(directory.resolve("data").resolve("streams"))) {
            files = all.filter(file -> file.toString().contains("rocksdb"))
                    .filter(file -> file.getFileName().toString().matches("CURRENT|MANIFEST.*|.*\\.sst|.*\\.log"))
                    .filter(file -> file.toFile().length() > 0)
                    .sorted()
                    .toList();
        }
        for (Path file : files) {
            try (var open = new RandomAccessFile(file.toFile(), "rw")) {
                if (random.nextInt(3) == 0) {
                    open.setLength(random.nextLong(open.length()));
                } else {
                    long at = random.nextLong(open.length());
                    open.seek(at);
                    int there = open.read();
                    open.seek(at);
                    open.write(there ^ (1 << random.nextInt(8)));
                }
            }
        }
        return files.size();
    }

    /** The tables, once all about their topics is found right. */
    private Map<String, Object> verified() {
        try (DataDirectory data = DataDirectory.open(directory.resolve("data"));
                EmbeddedBroker broker = EmbeddedBroker.start(data.resolve("broker"), data.clusterId(), 0)) {
            Cluster cluster = Cluster.at(broker.bootstrapServers());
            everyEnvelopeIsAFrameOnce(cluster);
            everyPacketOnceWithEveryReception(cluster);
            countersNeverGoBack(cluster);
            everyNodesKeyIsNewOnce(cluster);
            var tables = new TreeMap<String, Object>();
            for (Topic<String, ?> topic : List.of(Topics.NODES, Topics.PUBKEYS, Topics.EDGES)) {
                TopicReader.readAll(cluster, topic, rec -> tables.put(topic.name() + " " + rec.key(), rec.value()));
            }
            assertThat(tables).hasSize(2 * NODES);
            for (int node = 1; node <= NODES; node++) {
                String key = NodeNumber.key(NETWORK, node);
                assertThat(((RadioNode) Objects.requireNonNull(tables.get(Topics.NODES.name() + " " + key)))
                                .getPackets())
                        .isEqualTo(PACKETS / NODES);
                assertThat(((PublicKeyEntry) Objects.requireNonNull(tables.get(Topics.PUBKEYS.name() + " " + key)))
                                .getState())
                        .isEqualTo(node == 3 ? KeyState.VERIFIED : KeyState.PINNED);
            }
            return tables;
        }
    }

    private static void everyEnvelopeIsAFrameOnce(Cluster cluster) {
        var places = new ArrayList<String>();
        TopicReader.readAll(
                cluster,
                Topics.FRAMES,
                rec -> places.add(rec.key() + " " + rec.value().getSource().getEnd()));
        assertThat(places).hasSize(ENVELOPES).doesNotHaveDuplicates();
    }

    private static void everyPacketOnceWithEveryReception(Cluster cluster) {
        var packets = new ArrayList<String>();
        TopicReader.readAll(
                cluster,
                Topics.PACKETS,
                rec -> packets.add(rec.key() + " " + rec.value().getId()));
        assertThat(packets).hasSize(PACKETS).doesNotHaveDuplicates();
        var receptions = new ArrayList<String>();
        var first = new ArrayList<String>();
        TopicReader.readAll(cluster, Topics.RECEPTIONS, rec -> {
            String packet = rec.key() + " " + rec.value().getId();
            var reception = rec.value().getReception();
            receptions.add(packet + " " + reception.getLink() + " " + reception.getGateway());
            assertThat(NodeNumber.text(0x9000 + Math.round(reception.getSnr())))
                    .as("how strong it was there")
                    .isEqualTo(reception.getGateway());
            if (rec.value().getFirst()) {
                first.add(packet);
            }
        });
        assertThat(receptions).hasSize(PACKETS * HEARD_BY).doesNotHaveDuplicates();
        assertThat(first).containsExactlyInAnyOrderElementsOf(packets);
    }

    /** Over all that was ever published, both sides of the kill. */
    private static void countersNeverGoBack(Cluster cluster) {
        var links = new HashMap<String, Map<String, Long>>();
        TopicReader.readAll(cluster, Topics.LINKS, rec -> {
            if (rec.value().getKind() == LinkEventKind.COUNTERS) {
                Map<String, Long> now = rec.value().getCounters();
                links.getOrDefault(rec.key(), Map.of())
                        .forEach((name, before) -> assertThat(now.getOrDefault(name, 0L))
                                .as("%s of %s", name, rec.key())
                                .isGreaterThanOrEqualTo(before));
                links.put(rec.key(), now);
            }
        });
        assertThat(links.keySet()).containsExactlyInAnyOrder("east", "west");
        var sums = new HashMap<String, Long>();
        links.values().forEach(link -> link.forEach((name, value) -> sums.merge(name, value, Long::sum)));
        assertThat(sums)
                .containsEntry("frames", (long) ENVELOPES)
                .containsEntry("packets", (long) PACKETS)
                .containsEntry("duplicates", (long) ENVELOPES - PACKETS)
                .doesNotContainKey("rejected");
        var counted = new HashMap<String, Long>();
        TopicReader.readAll(cluster, Topics.NODES, rec -> {
            long packets = rec.value().getPackets();
            assertThat(packets).as(rec.key()).isGreaterThanOrEqualTo(counted.getOrDefault(rec.key(), 0L));
            counted.put(rec.key(), packets);
        });
    }

    private static void everyNodesKeyIsNewOnce(Cluster cluster) {
        var kinds = new ArrayList<KeyEventKind>();
        var nodes = new HashSet<String>();
        TopicReader.readAll(cluster, Topics.KEY_EVENTS, rec -> {
            kinds.add(rec.value().getKind());
            nodes.add(rec.key());
        });
        assertThat(nodes).hasSize(NODES);
        assertThat(kinds.stream().filter(KeyEventKind.NEW::equals)).hasSize(NODES);
        assertThat(kinds).containsOnly(KeyEventKind.NEW, KeyEventKind.VERIFIED).hasSize(NODES + 1);
    }
}
