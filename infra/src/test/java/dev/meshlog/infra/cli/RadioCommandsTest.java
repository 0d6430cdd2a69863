package dev.meshlog.infra.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import dev.meshlog.infra.broker.EmbeddedBroker;
import dev.meshlog.infra.topics.TopicProvisioning;
import dev.meshlog.schemas.Bytes32;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.Hex;
import dev.meshlog.schemas.NodeNumber;
import dev.meshlog.schemas.RecordPosition;
import dev.meshlog.schemas.Topic;
import dev.meshlog.schemas.TopicReader;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.meshtastic.NodeInfo;
import dev.meshlog.schemas.meshtastic.User;
import dev.meshlog.schemas.radio.AlertKind;
import dev.meshlog.schemas.radio.ConflictingKey;
import dev.meshlog.schemas.radio.FrameKind;
import dev.meshlog.schemas.radio.KeyDecision;
import dev.meshlog.schemas.radio.KeyEvent;
import dev.meshlog.schemas.radio.KeyEventKind;
import dev.meshlog.schemas.radio.KeySource;
import dev.meshlog.schemas.radio.KeyState;
import dev.meshlog.schemas.radio.PacketEncryption;
import dev.meshlog.schemas.radio.PublicKeyEntry;
import dev.meshlog.schemas.radio.RadioAlert;
import dev.meshlog.schemas.radio.RadioFrame;
import dev.meshlog.schemas.radio.RadioNode;
import dev.meshlog.schemas.radio.RadioPacket;
import dev.meshlog.schemas.radio.Reception;
import dev.meshlog.streams.query.KeyDecisions;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the commands about the radio tables print, over records in real topics. */
class RadioCommandsTest {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Instant OLD = Instant.parse("2026-01-02T03:04:05Z");

    @TempDir
    private static Path directory;

    private static EmbeddedBroker broker;
    private static Cluster cluster;

    @BeforeAll
    static void fill() throws Exception {
        broker = EmbeddedBroker.start(
                directory.resolve("broker"), Uuid.randomUuid().toString(), 0);
        cluster = Cluster.at(broker.bootstrapServers());
        try (Admin admin = cluster.admin()) {
            var unused = new TopicProvisioning(admin).apply();
        }
        Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        node("home", 0xb73120eaL, "Station Ost", "OST", now);
        node("home", 0xb7312fffL, "Station West", "WST", OLD);
        node("home", 4L, "No key", null, now);
        node("home", 5L, null, null, OLD);
        node("home", 6L, "evil\u001b]0;x\u0007\u202e", null, OLD);
        key("home", 0xb73120eaL, key(1), key(8));
        key("home", 0xb7312fffL, key(1));
        for (int id = 1; id <= 3; id++) {
            put(
                    Topics.PACKETS,
                    NodeNumber.key("home", 4),
                    RadioPacket.newBuilder()
                            .setNetwork("home")
                            .setFrom(4L)
                            .setTo(NodeNumber.BROADCAST)
                            .setId((long) id)
                            .setChannel(0L)
                            .setEncryption(PacketEncryption.NONE)
                            .setPortNum(id == 3 ? 4 : 1)
                            .setPayload(ByteBuffer.wrap(
                                    id == 3
                                            ? User.newBuilder()
                                                    .setLongName(ByteString.copyFromUtf8("No key"))
                                                    .build()
                                                    .toByteArray()
                                            : new byte[] {'h', 'i', (byte) ('0' + id)}))
                            .setReception(Reception.newBuilder()
                                    .setLink("roof")
                                    .setReceivedAtMs(OLD)
                                    .setEvidence(new RecordPosition(Topics.FRAMES.name(), 0, (long) id))
                                    .build())
                            .build());
        }
        put(
                Topics.KEY_EVENTS,
                NodeNumber.key("home", 7),
                new KeyEvent(
                        "home",
                        7L,
                        KeyEventKind.CHANGED,
                        key(2),
                        key(1),
                        KeySource.PACKET_MQTT,
                        OLD,
                        new RecordPosition(Topics.FRAMES.name(), 0, 1L),
                        List.of(),
                        null));
        put(
                Topics.ALERTS,
                NodeNumber.key("home", 7),
                new RadioAlert("home", AlertKind.KEY_CHANGED, 7L, null, "Another key\u001b[2J.", null, OLD));
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    @Test
    @DisplayName("KY-01 KY-02 how many nodes were seen, with and without a key, and which")
    void tableSaysWhoHasAKeyAndWhoHasNone() {
        String all = run(0, "keys", "--network", "home");
        assertThat(all)
                .contains("5 nodes seen, 2 with a key, 3 without")
                .contains("shown: 1 keys of 2 nodes; 1 keys are shared by 2 nodes; 0 low-entropy; 1 in conflict");
        assertThat(all.lines()).allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(100));
        assertThat(run(0, "keys", "--network", "home", "--without"))
                .contains("home/!00000004", "No key", "home/!00000005")
                .doesNotContain("!b73120ea");
        assertThat(run(0, "keys", "--network", "home", "--state", "conflict"))
                .contains("home/!b73120ea")
                .doesNotContain("!b7312fff");
        assertThat(json(run(0, "keys", "--network", "home", "--json"))).hasSize(2);
    }

    @Test
    @DisplayName("KY-03 a window of 48 h is 48 h, however many packets came")
    void windowIsATimeAndNotANumberOfPackets() {
        assertThat(run(0, "keys", "--network", "home", "--since", "48h"))
                .contains("2 nodes seen, 1 with a key, 1 without");
        assertThat(run(0, "nodes", "--network", "home", "--since", "48h")).contains("2 nodes");
        assertThat(run(2, "keys", "--since", "yesterday")).contains("neither a time");
    }

    @Test
    @DisplayName("KY-04 nothing heard is said")
    void nothingHeardIsSaid() {
        assertThat(run(0, "keys", "--network", "nowhere")).contains("No node fits");
    }

    @Test
    @DisplayName("KY-05 KY-06 KY-07 a node's key, no key, no NODEINFO and no such node are four answers")
    void fourAnswersAboutOneNode() {
        assertThat(run(0, "keys", "!B73120EA"))
                .contains(Hex.of(key(1)), KeyDecisions.fingerprint(key(8).bytes()))
                .contains("first seen   2026-01-02T03:04:05Z PACKET_RADIO")
                .contains("radio.frames-3@1", "same key     home/!b7312fff")
                .contains("a radio said on 2026-01-02T03:05:05Z that it has this key")
                .contains("meshlog keys accept !b73120ea");
        assertThat(run(0, "keys", "no key"))
                .contains("it says who it is, but no key came with that")
                .contains("ask it for its NODEINFO (a request for telemetry brings no key)")
                .contains("no radio has listed the node");
        assertThat(run(0, "keys", "home/!00000005")).contains("its NODEINFO was not");
        assertThat(run(1, "keys", "!0000abcd")).contains("no link has heard of a node '!0000abcd'");
    }

    /** What a person sees of it is in no way that of a dead connection: no link has ever run here. */
    @Test
    @DisplayName("RC-06 what is asked is answered from the tables, with no link anywhere")
    void tablesAnswerWithoutAnyLink() {
        assertThat(run(0, "links")).doesNotContain("connected");
        assertThat(json(run(0, "keys", "!b73120ea", "--json")).path("key").asText())
                .isEqualTo(Hex.of(key(1)));
        assertThat(run(0, "nodes", "!b73120ea")).contains("Station Ost");
    }

    @Test
    void applyingToAnotherClusterIsRefused() {
        assertThat(run(1, "radio", "rebuild", "--apply")).contains("works with the embedded broker alone");
    }

    @Test
    @DisplayName("PS-14 an ambiguous prefix is no node: the candidates are printed")
    void ambiguousPrefixPrintsTheCandidates() {
        assertThat(run(2, "keys", "!b731")).contains("fits 2 nodes", "home/!b73120ea", "Station West");
        assertThat(run(2, "nodes", "station")).contains("fits 2 nodes");
        assertThat(run(2, "packets", "--from", "station")).contains("fits 2 nodes");
        JsonNode candidates = json(out(2, "keys", "station", "--json"));
        assertThat(candidates.path("candidates")).hasSize(2);
    }

    @Test
    void nameCantSteerTheTerminal() {
        for (String[] command : new String[][] {
            {"nodes"},
            {"nodes", "!00000006"},
            {"nodes", "--json"},
            {"keys", "!00000006"},
            {"keys", "--without"},
            {"keys", "watch", "--since", "2020-01-01T00:00:00Z", "--max", "2"}
        }) {
            assertThat(run(0, command))
                    .as("%s", List.of(command))
                    .contains("\\u001")
                    .doesNotContain("\u001b", "\u0007", "\u202e");
        }
    }

    @Test
    void packetsAreShownWithTheirContent() {
        assertThat(run(0, "packets", "--network", "home").lines())
                .hasSize(3)
                .anySatisfy(line -> assertThat(line).contains("home/!00000004 > all TEXT_MESSAGE {\"text\":\"hi1\"}"))
                .anySatisfy(line -> assertThat(line).contains("NODEINFO", "\"long_name\":\"No key\""));
        assertThat(run(0, "packets", "--from", "4", "--port", "nodeinfo").lines())
                .hasSize(1);
        assertThat(run(0, "packets", "--limit", "2", "--since", "2020-01-01T00:00:00Z")
                        .lines())
                .hasSize(2);
        assertThat(json(run(0, "packets", "--limit", "1", "--json")).path("id").asLong())
                .isEqualTo(3);
        assertThat(run(2, "packets", "--port", "512")).contains("--port");
    }

    @Test
    void watchShowsEventsAndAlerts() {
        assertThat(run(0, "keys", "watch", "--since", "2020-01-01T00:00:00Z", "--max", "2"))
                .contains("home/!00000007 CHANGED " + KeyDecisions.fingerprint(key(2).bytes()) + " PACKET_MQTT")
                .contains("ALERT KEY_CHANGED: Another key");
    }

    @Test
    void decisionIsWrittenAndAwaited() {
        key("decide", 1, key(1), key(2));
        key("decide", 2, key(1));
        assertThat(run(1, "keys", "accept", "decide/!00000002")).contains("nothing is in conflict");
        assertThat(run(1, "keys", "accept", "decide/!00000001", "--key", Hex.of(key(3))))
                .contains("no conflicting key of !00000001");
        assertThat(run(1, "keys", "verify", "home/!00000004")).contains("has no key to decide about");
        assertThat(decisions("decide/!00000001")).isEmpty();

        var accepted = CompletableFuture.supplyAsync(() ->
                run(0, "keys", "accept", "decide/!00000001", "--by", "ann", "--reason", "new radio", "--wait", "120"));
        await().atMost(PATIENCE).until(() -> decisions("decide/!00000001").size() == 1);
        KeyDecision decision = decisions("decide/!00000001").get(0);
        assertThat(decision.getKey()).isEqualTo(key(2));
        assertThat(decision.getReplaces()).isEqualTo(key(1));
        assertThat(decision.getBy()).isEqualTo("ann");
        key("decide", 1, key(2));
        assertThat(accepted.join())
                .containsSubsequence(
                        "before:", Hex.of(key(1)), "written to radio.key-decisions-", "after:", Hex.of(key(2)));
        assertThat(run(1, "keys", "remove", "decide/!00000001", "--wait", "1"))
                .contains("the table does not show it after 1 s");
    }

    @Test
    @DisplayName("DB-06 KS-23 KS-29 KS-30 LV-19 what is exported in any form is imported as the same keys")
    void everyFormIsImportedAsTheSameKeys() throws Exception {
        key("trip", 0xabcdef01L, key(0xfb));
        node("trip", 0xabcdef01L, "Löwe, \"der\" 🦁", "🦁", OLD);
        var imported = new TreeMap<String, ByteString>();
        for (String format : List.of("json", "csv", "nodes")) {
            Path file = directory.resolve("trip." + format);
            assertThat(run(0, "keys", "export", "--network", "trip", "--format", format, "--output", file.toString()))
                    .contains("1 nodes written");
            assertThat(out(0, "keys", "export", "--network", "trip", "--format", format))
                    .as("standard output has the document and nothing else")
                    .isEqualTo(Files.readString(file));
            assertThat(run(0, "keys", "import", file.toString(), "--format", format, "--network", "trip", "--dry-run"))
                    .contains("1 nodes would be imported, 1 of them with a key; 0 records are bad");
            long before = imported().size();
            assertThat(run(0, "keys", "import", file.toString(), "--format", format, "--network", "trip"))
                    .contains("1 nodes written to radio.frames, 1 of them with a key; 0 records are bad");
            List<RadioFrame> frames = imported();
            assertThat(frames).hasSize((int) before + 1);
            RadioFrame frame = frames.get(frames.size() - 1);
            assertThat(frame.getNetwork()).isEqualTo("trip");
            assertThat(frame.getLink()).isEqualTo("import");
            NodeInfo info = NodeInfo.parseFrom(ByteString.copyFrom(frame.getPayload()));
            assertThat(NodeNumber.of(info.getNum())).isEqualTo(0xabcdef01L);
            assertThat(info.getUser().getLongName().toStringUtf8()).isEqualTo("Löwe, \"der\" 🦁");
            imported.put(format, info.getUser().getPublicKey());
        }
        assertThat(imported.values())
                .allSatisfy(key ->
                        assertThat(key).isEqualTo(ByteString.copyFrom(key(0xfb).bytes())));
        assertThat(run(1, "keys", "export", "--format", "nodes")).contains("knows no networks");
        Path hex = Files.writeString(
                directory.resolve("hex"), "{\"!00000009\":{\"user\":{\"publicKey\":\"" + Hex.of(key(3)) + "\"}}}");
        assertThat(out(1, "keys", "import", hex.toString(), "--format", "nodes", "--network", "trip", "--dry-run"))
                .contains("line 1: !00000009: the key: keys are 32 bytes in base64 here: it has 48 bytes");
    }

    private static List<RadioFrame> imported() {
        var frames = new ArrayList<RadioFrame>();
        TopicReader.readAll(cluster, Topics.FRAMES, rec -> {
            if (rec.value().getKind() == FrameKind.IMPORTED_NODE) {
                frames.add(rec.value());
            }
        });
        return frames;
    }

    private static List<KeyDecision> decisions(String node) {
        var decisions = new ArrayList<KeyDecision>();
        TopicReader.readAll(cluster, Topics.KEY_DECISIONS, rec -> {
            if (rec.key().equals(node)) {
                decisions.add(rec.value());
            }
        });
        return decisions;
    }

    private static void node(
            String network, long number, @Nullable String name, @Nullable String shortName, Instant heard) {
        put(
                Topics.NODES,
                NodeNumber.key(network, number),
                RadioNode.newBuilder()
                        .setNetwork(network)
                        .setNode(number)
                        .setLongName(name)
                        .setShortName(shortName)
                        .setLastHeardMs(heard)
                        .build());
    }

    private static void key(String network, long number, Bytes32 key, Bytes32... conflicting) {
        var evidence = new RecordPosition(Topics.FRAMES.name(), 3, 1L);
        put(
                Topics.PUBKEYS,
                NodeNumber.key(network, number),
                PublicKeyEntry.newBuilder()
                        .setNetwork(network)
                        .setNode(number)
                        .setState(conflicting.length == 0 ? KeyState.PINNED : KeyState.CONFLICT)
                        .setKey(key)
                        .setFingerprint(KeyDecisions.fingerprint(key.bytes()))
                        .setSource(KeySource.PACKET_RADIO)
                        .setLastSource(KeySource.RADIO_NODEDB)
                        .setFirstSeenMs(OLD)
                        .setLastSeenMs(OLD.plusSeconds(60))
                        .setEvidence(evidence)
                        .setConflicts(Arrays.stream(conflicting)
                                .map(other ->
                                        new ConflictingKey(other, false, KeySource.PACKET_MQTT, OLD, OLD, evidence))
                                .toList())
                        .setPrevious(List.of())
                        .setRefused(List.of())
                        .build());
    }

    private static Bytes32 key(int fill) {
        byte[] bytes = new byte[32];
        Arrays.fill(bytes, (byte) fill);
        return new Bytes32(bytes);
    }

    private static <V extends SpecificRecordBase> void put(Topic<String, V> topic, String key, V value) {
        try (var producer = cluster.producer()) {
            producer.send(new ProducerRecord<>(topic.name(), key, Cluster.encode(topic, value)))
                    .get();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(text, e);
        }
    }

    private record Printed(String out, String err) {}

    private static Printed execute(int exitCode, String... arguments) {
        var all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--bootstrap-servers", broker.bootstrapServers()));
        var out = new StringWriter();
        var err = new StringWriter();
        int code = Meshlog.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(all.toArray(new String[0]));
        assertThat(code).as("%s: %s %s", all, out, err).isEqualTo(exitCode);
        return new Printed(out.toString(), err.toString());
    }

    private static String out(int exitCode, String... arguments) {
        return execute(exitCode, arguments).out();
    }

    /** What is printed: to standard error when the command is to fail. */
    private static String run(int exitCode, String... arguments) {
        Printed printed = execute(exitCode, arguments);
        return exitCode == 0 ? printed.out() : printed.err();
    }
}
