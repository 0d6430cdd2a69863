package dev.meshlog.streams.radio;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import dev.meshlog.schemas.Bytes32;
import dev.meshlog.schemas.NodeNumber;
import dev.meshlog.schemas.Topic;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.meshtastic.Data;
import dev.meshlog.schemas.meshtastic.FromRadio;
import dev.meshlog.schemas.meshtastic.MeshPacket;
import dev.meshlog.schemas.meshtastic.MyNodeInfo;
import dev.meshlog.schemas.meshtastic.NodeInfo;
import dev.meshlog.schemas.meshtastic.ServiceEnvelope;
import dev.meshlog.schemas.meshtastic.User;
import dev.meshlog.schemas.radio.AlertKind;
import dev.meshlog.schemas.radio.FrameKind;
import dev.meshlog.schemas.radio.KeyDecision;
import dev.meshlog.schemas.radio.KeyDecisionKind;
import dev.meshlog.schemas.radio.KeyEvent;
import dev.meshlog.schemas.radio.KeyEventKind;
import dev.meshlog.schemas.radio.LinkEvent;
import dev.meshlog.schemas.radio.LinkEventKind;
import dev.meshlog.schemas.radio.PublicKeyEntry;
import dev.meshlog.schemas.radio.RadioAlert;
import dev.meshlog.schemas.radio.RadioEdges;
import dev.meshlog.schemas.radio.RadioFrame;
import dev.meshlog.schemas.radio.RadioNode;
import dev.meshlog.schemas.radio.RadioPacket;
import dev.meshlog.schemas.radio.RadioReception;
import dev.meshlog.schemas.radio.RadioTelemetry;
import dev.meshlog.schemas.radio.RejectedFrame;
import dev.meshlog.schemas.wire.FrameParser;
import dev.meshlog.schemas.wire.FramePiece;
import dev.meshlog.schemas.wire.Redaction;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.jspecify.annotations.Nullable;

/** The radio topology, spoken to in terms of radios. */
final class RadioFixture implements AutoCloseable {
    static final String NETWORK = "mesh-a";
    static final ObjectMapper JSON = new ObjectMapper();

    private final TopologyTestDriver driver;
    private final TestInputTopic<String, byte[]> frames;
    private final TestInputTopic<String, byte[]> decisions;
    private final TestInputTopic<String, LinkEvent> linkEvents;
    final List<RadioPacket> packets = new ArrayList<>();
    final List<RadioReception> receptions = new ArrayList<>();
    final List<RadioTelemetry> telemetry = new ArrayList<>();
    final List<KeyEvent> keyEvents = new ArrayList<>();
    final List<RadioAlert> alerts = new ArrayList<>();
    final List<RejectedFrame> rejected = new ArrayList<>();
    final List<RadioNode> nodeRecords = new ArrayList<>();
    final Map<String, RadioNode> nodes = new TreeMap<>();
    final Map<String, RadioEdges> edges = new TreeMap<>();
    final Map<String, PublicKeyEntry> keys = new TreeMap<>();
    final Map<String, LinkEvent> counters = new TreeMap<>();
    private final TestOutputTopic<String, RadioPacket> packetsOut;
    private final TestOutputTopic<String, RadioReception> receptionsOut;
    private final TestOutputTopic<String, RadioTelemetry> telemetryOut;
    private final TestOutputTopic<String, RadioNode> nodesOut;
    private final TestOutputTopic<String, RadioEdges> edgesOut;
    private final TestOutputTopic<String, PublicKeyEntry> keysOut;
    private final TestOutputTopic<String, KeyEvent> keyEventsOut;
    private final TestOutputTopic<String, RadioAlert> alertsOut;
    private final TestOutputTopic<String, RejectedFrame> rejectedOut;
    private final TestOutputTopic<String, LinkEvent> linksOut;
    private Instant now = Instant.ofEpochSecond(1_790_000_000);
    private int nextId = 1;

    RadioFixture(Path stateDirectory) {
        this(stateDirectory, RadioSettings.of(new ChannelKeys(List.of())));
    }

    RadioFixture(Path stateDirectory, RadioSettings settings) {
        var config = new RadioStreamsConfig(Map.of("bootstrap.servers", "nowhere:1"), stateDirectory, "test", 1);
        driver = new TopologyTestDriver(new RadioTopology(settings).get(), config.properties(), now);
        frames = driver.createInputTopic(Topics.FRAMES.name(), new StringSerializer(), new ByteArraySerializer());
        decisions =
                driver.createInputTopic(Topics.KEY_DECISIONS.name(), new StringSerializer(), new ByteArraySerializer());
        linkEvents = driver.createInputTopic(
                Topics.LINKS.name(),
                new StringSerializer(),
                Topics.LINKS.values().serializer());
        packetsOut = output(Topics.PACKETS);
        receptionsOut = output(Topics.RECEPTIONS);
        telemetryOut = output(Topics.TELEMETRY);
        nodesOut = output(Topics.NODES);
        edgesOut = output(Topics.EDGES);
        keysOut = output(Topics.PUBKEYS);
        keyEventsOut = output(Topics.KEY_EVENTS);
        alertsOut = output(Topics.ALERTS);
        rejectedOut = output(Topics.RADIO_REJECTED);
        linksOut = output(Topics.LINKS);
    }

    private <V> TestOutputTopic<String, V> output(Topic<String, V> topic) {
        return driver.createOutputTopic(
                topic.name(), topic.keys().deserializer(), topic.values().deserializer());
    }

    /** What the radio of a link says. */
    void radio(String link, FromRadio message) {
        radio(link, message.toByteString());
    }

    void radio(String link, ByteString payload) {
        frame(link, FrameKind.FROM_RADIO, Redaction.ofFromRadio(payload));
    }

    void mqtt(String link, ByteString envelope) {
        frame(link, FrameKind.SERVICE_ENVELOPE, Redaction.ofServiceEnvelope(envelope));
    }

    /** A node that the operator brings. */
    void imported(NodeInfo info) {
        frame("import", FrameKind.IMPORTED_NODE, new Redaction(info.toByteString(), List.of()));
    }

    /** A decision of the operator, at the time of the last frame. */
    void decide(int node, KeyDecisionKind kind, ByteString key, @Nullable ByteString replaces) {
        var decision = new KeyDecision(
                NETWORK,
                NodeNumber.of(node),
                kind,
                new Bytes32(key.toByteArray()),
                replaces == null ? null : new Bytes32(replaces.toByteArray()),
                "ann",
                "she called",
                now);
        decision(
                key(node), Topics.KEY_DECISIONS.values().serializer().serialize(Topics.KEY_DECISIONS.name(), decision));
    }

    void decision(String key, byte[] record) {
        decisions.pipeInput(key, record, now);
        collect();
    }

    void linkEvent(LinkEventKind kind, String link, String detail) {
        linkEvents.pipeInput(link, new LinkEvent(NETWORK, link, kind, detail, null, Map.of(), Map.of(), now), now);
        collect();
    }

    void later(Duration time) {
        now = now.plus(time);
    }

    Instant now() {
        return now;
    }

    private void frame(String link, FrameKind kind, Redaction payload) {
        now = now.plusMillis(10);
        var frame = new RadioFrame(
                NETWORK, link, kind, now, null, null, payload.payload().asReadOnlyByteBuffer(), payload.paths(), false);
        raw(link, Topics.FRAMES.values().serializer().serialize(Topics.FRAMES.name(), frame));
    }

    void raw(String link, byte[] record) {
        frames.pipeInput(link, record, now);
        collect();
    }

    /** A NODEINFO packet from the air, with a new packet id. */
    void nodeInfo(String link, int from, User user) {
        packet(link, from, nextId++, 4, user.toByteString());
    }

    void packet(String link, int from, int id, int port, ByteString payload) {
        radio(
                link,
                FromRadio.newBuilder()
                        .setPacket(MeshPacket.newBuilder()
                                .setFrom(from)
                                .setTo(-1)
                                .setId(id)
                                .setDecoded(Data.newBuilder().setPortNum(port).setPayload(payload)))
                        .build());
    }

    /** What a gateway uplinks. */
    void uplinked(String link, String gateway, MeshPacket packet) {
        mqtt(
                link,
                ServiceEnvelope.newBuilder()
                        .setPacket(packet)
                        .setChannelId(text("LongFast"))
                        .setGatewayId(text(gateway))
                        .build()
                        .toByteString());
    }

    /** The radio of a link says which node it is. */
    void ownNode(String link, int number) {
        radio(
                link,
                FromRadio.newBuilder()
                        .setMyInfo(MyNodeInfo.newBuilder().setMyNodeNum(number))
                        .build());
    }

    void nodeDb(String link, NodeInfo info) {
        radio(link, FromRadio.newBuilder().setNodeInfo(info).build());
    }

    void play(String link, String recording) {
        messages(link, recording).forEach(Runnable::run);
    }

    /** Each message of a recording, to be received when it is run. */
    List<Runnable> messages(String link, String recording) {
        var messages = new ArrayList<Runnable>();
        if (recording.endsWith(".frames")) {
            FrameParser parser = FrameParser.fromRadio(0);
            byte[] bytes = recording(recording);
            var pieces = new ArrayList<>(parser.feed(bytes, 0, bytes.length));
            pieces.addAll(parser.end());
            pieces.forEach(piece -> messages.add(() -> radio(link, ((FramePiece.Frame) piece).payload())));
        } else {
            new String(recording(recording), StandardCharsets.UTF_8)
                    .lines()
                    .map(RadioFixture::payload)
                    .forEach(envelope -> messages.add(() -> mqtt(link, envelope)));
        }
        return messages;
    }

    /** Counters, after the time at which they are published. */
    Map<String, Long> counters(String link) {
        driver.advanceWallClockTime(LinkCounters.EVERY);
        collect();
        return Objects.requireNonNull(counters.get(link), link).getCounters();
    }

    int publishedCounters() {
        driver.advanceWallClockTime(LinkCounters.EVERY);
        return linksOut.readKeyValuesToList().size();
    }

    RadioNode node(int number) {
        return Objects.requireNonNull(nodes.get(key(number)), () -> "node " + key(number));
    }

    PublicKeyEntry entry(int number) {
        return Objects.requireNonNull(keys.get(key(number)), () -> "key of " + key(number));
    }

    List<AlertKind> alertKinds() {
        return alerts.stream().map(RadioAlert::getKind).toList();
    }

    /** How many entries a store has, of all partitions. */
    long size(String store) {
        long size = 0;
        try (KeyValueIterator<Object, Object> entries =
                driver.getKeyValueStore(store).all()) {
            while (entries.hasNext()) {
                entries.next();
                size++;
            }
        }
        return size;
    }

    List<KeyEventKind> keyEventKinds() {
        return keyEvents.stream().map(KeyEvent::getKind).toList();
    }

    static String key(int number) {
        return NodeNumber.key(NETWORK, NodeNumber.of(number));
    }

    static JsonNode expected() {
        return json(new String(recording("mesh-a.expected.json"), StandardCharsets.UTF_8));
    }

    private static ByteString payload(String line) {
        return ByteString.copyFrom(
                Base64.getDecoder().decode(json(line).path("payload").asText()));
    }

    private static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static User user(ByteString key) {
        return User.newBuilder().setPublicKey(key).build();
    }

    static User named(String name) {
        return User.newBuilder().setLongName(text(name)).build();
    }

    static ByteString text(String text) {
        return ByteString.copyFromUtf8(text);
    }

    static ByteString publicKey(int seed) {
        byte[] key = new byte[32];
        Arrays.fill(key, (byte) seed);
        return ByteString.copyFrom(key);
    }

    private static byte[] recording(String name) {
        try (InputStream in = RadioFixture.class.getResourceAsStream("/recordings/" + name)) {
            return Objects.requireNonNull(in, name).readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(name, e);
        }
    }

    private void collect() {
        packetsOut.readKeyValuesToList().forEach(record -> packets.add(record.value));
        receptionsOut.readKeyValuesToList().forEach(record -> receptions.add(record.value));
        telemetryOut.readKeyValuesToList().forEach(record -> telemetry.add(record.value));
        alertsOut.readKeyValuesToList().forEach(record -> alerts.add(record.value));
        edgesOut.readKeyValuesToList().forEach(record -> edges.put(record.key, record.value));
        keyEventsOut.readKeyValuesToList().forEach(record -> keyEvents.add(record.value));
        rejectedOut.readKeyValuesToList().forEach(record -> rejected.add(record.value));
        for (KeyValue<String, RadioNode> record : nodesOut.readKeyValuesToList()) {
            nodeRecords.add(record.value);
            nodes.put(record.key, record.value);
        }
        for (KeyValue<String, PublicKeyEntry> record : keysOut.readKeyValuesToList()) {
            if (record.value == null) {
                keys.remove(record.key);
            } else {
                keys.put(record.key, record.value);
            }
        }
        for (KeyValue<String, LinkEvent> record : linksOut.readKeyValuesToList()) {
            if (record.value.getKind() == LinkEventKind.COUNTERS) {
                assertSums(record.value.getCounters());
                counters.put(record.key, record.value);
            }
        }
    }

    private static void assertSums(Map<String, Long> totals) {
        long sum = 0;
        for (String part : List.of("configFrames", "otherFrames", "packets", "duplicates", "rejected")) {
            sum += totals.getOrDefault(part, 0L);
        }
        assertThat(totals).containsEntry("frames", sum);
    }

    @Override
    public void close() {
        driver.close();
    }
}
