package dev.meshlog.infra.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.meshlog.infra.broker.EmbeddedBroker;
import dev.meshlog.infra.config.LinkSettings;
import dev.meshlog.infra.config.MeshlogConfig;
import dev.meshlog.infra.node.LedgerIdentity;
import dev.meshlog.infra.node.LocalNode;
import dev.meshlog.ledger.state.SnapshotRejection;
import dev.meshlog.ledger.trust.Trust;
import dev.meshlog.replayer.RecoveryException;
import dev.meshlog.replayer.RecoveryListener;
import dev.meshlog.replayer.Replayer;
import dev.meshlog.schemas.Buffers;
import dev.meshlog.schemas.Bytes64;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.Topic;
import dev.meshlog.schemas.TopicReader;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.ledger.RejectedInput;
import dev.meshlog.schemas.ledger.SignedVertex;
import dev.meshlog.schemas.ledger.SnapshotChunk;
import dev.meshlog.schemas.meshtastic.AdminMessage;
import dev.meshlog.schemas.meshtastic.Channel;
import dev.meshlog.schemas.meshtastic.ChannelSettings;
import dev.meshlog.schemas.meshtastic.Config;
import dev.meshlog.schemas.meshtastic.Data;
import dev.meshlog.schemas.meshtastic.FromRadio;
import dev.meshlog.schemas.meshtastic.MeshPacket;
import dev.meshlog.schemas.meshtastic.ModuleConfig;
import dev.meshlog.schemas.meshtastic.MqttConfig;
import dev.meshlog.schemas.meshtastic.NetworkConfig;
import dev.meshlog.schemas.radio.FrameKind;
import dev.meshlog.schemas.radio.LinkEvent;
import dev.meshlog.schemas.radio.LinkEventKind;
import dev.meshlog.schemas.radio.RadioFrame;
import dev.meshlog.schemas.radio.RejectedFrame;
import dev.meshlog.schemas.wire.FrameParser;
import dev.meshlog.schemas.wire.FramePiece;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * All parts on a real broker, fed with recordings that hold secrets, with damaged copies of them and with records that no Meshlog wrote. One run,
 * then everything it left is looked through.
 */
@SuppressWarnings("NullAway.Init") // set by run
class HostileInputTest {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final String SESSION = "firmware-2.7.26-session.frames";
    private static final String CONFIG = "firmware-2.7.26-config.frames";
    private static final String ENVELOPES = "firmware-2.7.26.mqtt.jsonl";
    private static final byte[] GARBAGE = "no record of anybody".getBytes(UTF_8);
    private static final long SEED = new Random().nextLong();

    @TempDir
    private static Path directory;

    private static final Set<ByteString> SECRETS = new TreeSet<>(ByteString.unsignedLexicographicalComparator());
    private static final List<ConsumerRecord<byte[], byte[]>> RECORDS = new ArrayList<>();
    private static EmbeddedBroker broker;
    private static Cluster cluster;
    private static LedgerIdentity identity;
    private static SignedVertex forged;
    private static String printed;

    @BeforeAll
    static void run() throws Exception {
        PrintStream realOut = System.out;
        PrintStream realErr = System.err;
        var captured = new ByteArrayOutputStream();
        System.setOut(new PrintStream(captured, true, ISO_8859_1));
        System.setErr(new PrintStream(captured, true, ISO_8859_1));
        try {
            Logging.toConsole(true, false);
            Logging.toFile(Files.createDirectories(directory.resolve("logs")), false);
            broker = EmbeddedBroker.start(
                    directory.resolve("broker"), Uuid.randomUuid().toString(), 0);
            cluster = Cluster.at(broker.bootstrapServers());
            feed();
        } finally {
            Logging.toConsole(false, false);
            System.setOut(realOut);
            System.setErr(realErr);
            printed = captured.toString(ISO_8859_1);
        }
    }

    @AfterAll
    static void close() {
        broker.close();
    }

    private static void feed() throws Exception {
        var config = new MeshlogConfig(
                null,
                null,
                new MeshlogConfig.Radio(null, links(), null, null, null, null),
                new MeshlogConfig.Ledger(null, null, null, null, 50, 50, null),
                new MeshlogConfig.Snapshots(1, null, null, null),
                null);
        try (var node = new LocalNode(cluster, config, directory, Clock.systemUTC())) {
            identity = node.prepareLedger();
            node.start();
            assertThat(node.ingest().orElseThrow().awaitFinished(PATIENCE)).isTrue();
            await().atMost(PATIENCE).until(() -> !values(Topics.MANIFESTS).isEmpty());
            writeWhatNoMeshlogWrites();
            int commits = values(Topics.COMMITS).size();
            await().atMost(PATIENCE).untilAsserted(() -> {
                assertThat(reasons()).containsKeys("MALFORMED", "BAD_SIGNATURE", "BAD_TRANSACTION");
                assertThat(counters("foreign")).containsEntry("frames", 3L);
                assertThat(counters("session")).containsEntry("frames", 132L);
                assertThat(values(Topics.COMMITS)).hasSizeGreaterThan(commits + 20);
            });
            assertThat(node.failure()).isEmpty();
        }
        RECORDS.addAll(everyRecord());
    }

    @Test
    void noSecretIsAnywhere() throws IOException {
        assertThat(SECRETS).hasSizeGreaterThanOrEqualTo(6);
        List<String> leaks = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> rec : RECORDS) {
            String where = rec.topic() + "-" + rec.partition() + "@" + rec.offset();
            search(where + " key", rec.key(), leaks);
            search(where + " value", rec.value(), leaks);
            rec.headers().forEach(header -> {
                search(where + " header name", header.key().getBytes(UTF_8), leaks);
                search(where + " header " + header.key(), header.value(), leaks);
            });
        }
        search("console", printed.getBytes(ISO_8859_1), leaks);
        try (var files = Files.list(directory.resolve("logs"))) {
            for (Path file : files.toList()) {
                search(file.toString(), Files.readAllBytes(file), leaks);
            }
        }
        assertThat(leaks).as("seed %d", SEED).isEmpty();
    }

    /** That the search would find something: topics of every kind were read, and the recordings do hold the secrets. */
    @Test
    void searchSeesEverything() throws IOException {
        Set<String> topics = new TreeSet<>();
        RECORDS.forEach(rec -> topics.add(rec.topic()));
        assertThat(topics)
                .contains(
                        "radio.frames",
                        "radio.rejected",
                        "radio.nodes",
                        "radio.links",
                        "ledger.commits",
                        "ledger.rejected")
                .contains("__consumer_offsets", "__transaction_state")
                .anyMatch(topic -> topic.endsWith("-changelog"))
                .anyMatch(topic -> topic.endsWith("-repartition"));
        assertThat(Files.readString(directory.resolve("logs").resolve("meshlog.log")))
                .contains("link session");
        List<String> found = new ArrayList<>();
        search("recording", recording(SESSION), found);
        ByteString secret = SECRETS.iterator().next();
        search("base64", ("x" + Base64.getEncoder().encodeToString(secret.toByteArray())).getBytes(UTF_8), found);
        search("hex", HexFormat.of().formatHex(secret.toByteArray()).getBytes(UTF_8), found);
        assertThat(found).anyMatch(leak -> leak.startsWith("recording"));
        assertThat(found).anyMatch(leak -> leak.startsWith("base64"));
        assertThat(found).anyMatch(leak -> leak.startsWith("hex"));
    }

    @Test
    void everyFrameOfTheSessionIsKept() throws IOException {
        List<ByteString> recorded = payloads(recording(SESSION));
        List<RadioFrame> kept = values(Topics.FRAMES).stream()
                .filter(frame -> frame.getLink().equals("session"))
                .toList();
        assertThat(recorded).hasSize(132);
        assertThat(kept).hasSize(132);
        for (int i = 0; i < recorded.size(); i++) {
            RadioFrame frame = kept.get(i);
            ByteString payload = ByteString.copyFrom(frame.getPayload().duplicate());
            assertThat(payload.size()).isEqualTo(recorded.get(i).size());
            assertThat(payload.equals(recorded.get(i)))
                    .as("frame %d, blanked: %s", i, frame.getRedacted())
                    .isEqualTo(frame.getRedacted().isEmpty());
        }
        assertThat(kept.stream().flatMap(frame -> frame.getRedacted().stream()).distinct())
                .contains("config.security.private_key");
    }

    @Test
    void damagedRadioInputIsCountedByReasonAndKept() {
        Map<String, Long> truncated = counters("truncated");
        assertThat(truncated).containsEntry("refused.FRAME_TRUNCATED", 1L);
        assertThat(counters("noise")).containsEntry("frames", 132L);
        assertThat(counters("noise").keySet()).anyMatch(name -> name.startsWith("refused."));
        assertThat(counters("mqtt-damaged")).containsEntry("refused.LINE_MALFORMED", 2L);
        for (String link : new String[] {"session", "noise", "flips", "foreign", "mqtt"}) {
            Map<String, Long> counters = counters(link);
            long parts = Set.of("packets", "duplicates", "configFrames", "otherFrames", "rejected").stream()
                    .mapToLong(name -> counters.getOrDefault(name, 0L))
                    .sum();
            assertThat(counters.get("frames")).as("%s: %s", link, counters).isEqualTo(parts);
        }
        Map<String, Long> reasons = new TreeMap<>();
        for (RejectedFrame rejected : values(Topics.RADIO_REJECTED)) {
            reasons.merge(rejected.getReason(), 1L, Long::sum);
            assertThat(rejected.getBytes().remaining()).isPositive();
        }
        assertThat(reasons)
                .containsKeys("FRAME_TRUNCATED", "NOISE", "LINE_MALFORMED", "PAYLOAD_UNDECODABLE")
                .containsEntry("RECORD_MALFORMED", 1L);
        assertThat(values(Topics.RADIO_REJECTED))
                .filteredOn(rejected -> rejected.getReason().equals("RECORD_MALFORMED"))
                .allSatisfy(rejected ->
                        assertThat(Buffers.array(rejected.getBytes())).isEqualTo(GARBAGE));
        assertThat(counters("foreign"))
                .as("an unknown variant is no fault")
                .containsEntry("otherFrames", 1L)
                .containsEntry("rejected", 2L);
    }

    @Test
    void foreignLedgerInputIsRejectedWithItsBytes() {
        assertThat(rejected("MALFORMED")).satisfiesExactlyInAnyOrder(input -> {
            assertThat(Buffers.array(input.getBytes())).isEqualTo(GARBAGE);
            assertThat(Objects.requireNonNull(input.getOrigin()).getTopic()).isEqualTo(Topics.VERTICES.name());
        });
        assertThat(rejected("BAD_SIGNATURE"))
                .singleElement()
                .satisfies(input -> assertThat(Topics.VERTICES
                                .values()
                                .deserializer()
                                .deserialize(Topics.VERTICES.name(), Buffers.array(input.getBytes())))
                        .isEqualTo(forged));
        assertThat(rejected("BAD_TRANSACTION")).singleElement().satisfies(input -> {
            assertThat(Buffers.array(input.getBytes())).isEqualTo(GARBAGE);
            assertThat(input.getLength()).isEqualTo(GARBAGE.length);
        });
    }

    /** Last by its effect: it replaces the chunks of all snapshots. */
    @Test
    void damagedChunkIsNeverUsed() throws Exception {
        String newest = "recovered";
        Map<String, SnapshotChunk> chunks = new LinkedHashMap<>();
        TopicReader.readAll(cluster, Topics.CHUNKS, rec -> chunks.put(rec.key(), rec.value()));
        emptyTheChunks();
        Set<String> damaged = new TreeSet<>();
        try (var producer = cluster.producer()) {
            for (var entry : chunks.entrySet()) {
                if (entry.getValue() != null) {
                    byte[] zstd = Buffers.array(entry.getValue().getZstd());
                    zstd[zstd.length / 2] ^= 0x10;
                    damaged.add(entry.getKey());
                    var chunk = new SnapshotChunk(
                            entry.getValue().getId(), entry.getValue().getSize(), ByteBuffer.wrap(zstd));
                    producer.send(new ProducerRecord<>(
                                    Topics.CHUNKS.name(), entry.getKey(), Cluster.encode(Topics.CHUNKS, chunk)))
                            .get();
                }
            }
        }
        var replayer = new Replayer(cluster, identity.genesis(), Clock.systemUTC());
        Path target = directory.resolve(newest);
        assertThatThrownBy(() -> replayer.recover(
                        new Replayer.Plan(target, false, Long.MAX_VALUE, new Trust.OfGenesis()), RecoveryListener.NONE))
                .isInstanceOf(RecoveryException.class)
                .hasMessageContaining("damaged");
        assertThat(target).doesNotExist();
        assertThat(values(Topics.LEDGER_REJECTED))
                .filteredOn(input -> input.getOrigin() != null
                        && input.getOrigin().getTopic().equals(Topics.CHUNKS.name()))
                .isNotEmpty()
                .allSatisfy(input -> {
                    assertThat(input.getReason()).isEqualTo(SnapshotRejection.FRAME_DAMAGED.name());
                    assertThat(damaged).anyMatch(id -> input.getDetail().contains(id));
                    assertThat(input.getBytes().remaining()).isPositive();
                });
        var report = replayer.recover(
                new Replayer.Plan(target, true, Long.MAX_VALUE, new Trust.OfGenesis()), RecoveryListener.NONE);
        assertThat(report.verified()).as("%s", report).isTrue();
    }

    private static List<LinkSettings> links() throws IOException {
        byte[] session = recording(SESSION);
        byte[] config = recording(CONFIG);
        var random = new Random(SEED);
        byte[] noise = new byte[700];
        random.nextBytes(noise);

        var files = new LinkedHashMap<String, byte[]>();
        files.put("session.frames", session);
        files.put("config.frames", config);
        files.put("synthetic.frames", synthetic());
        files.put("mqtt.jsonl", recording(ENVELOPES));
        files.put("noise.frames", concat(noise, session));
        files.put("truncated.frames", Arrays.copyOf(session, indexOf(session, privateKey(session)) + 20));
        files.put("truncated-config.frames", Arrays.copyOf(config, indexOf(config, privateKey(config)) + 31));
        files.put("flips.frames", flips(session));
        byte[] envelopes = recording(ENVELOPES);
        files.put(
                "mqtt-damaged.jsonl",
                concat("{\"topic\": \"x\"}\n".getBytes(UTF_8), Arrays.copyOf(envelopes, envelopes.length - 40)));
        var links = new ArrayList<LinkSettings>();
        Path recordings = Files.createDirectories(directory.resolve("input"));
        for (var file : files.entrySet()) {
            Path path = Files.write(recordings.resolve(file.getKey()), file.getValue());
            String name = file.getKey().substring(0, file.getKey().indexOf('.'));
            links.add(LinkSettings.file(name, "net-" + name, path.toString(), null));
        }
        collectSecrets(session);
        collectSecrets(config);
        collectSecrets(synthetic());
        return links;
    }

    /** The frame with the private key, once for each bit before the key flipped, each followed by a sound frame. */
    private static byte[] flips(byte[] session) throws InvalidProtocolBufferException {
        ByteString key = privateKey(session);
        ByteString payload = payloads(session).stream()
                .filter(each -> indexOf(each.toByteArray(), key) >= 0)
                .findFirst()
                .orElseThrow();
        byte[] frame = frame(payload);
        byte[] sound =
                frame(FromRadio.newBuilder().setConfigCompleteId(7).build().toByteString());
        var out = new ByteArrayOutputStream();
        for (int bit = 0; bit < 8 * indexOf(frame, key); bit++) {
            byte[] flipped = frame.clone();
            flipped[bit / 8] ^= (byte) (1 << (bit % 8));
            out.writeBytes(flipped);
            out.writeBytes(sound);
        }
        return out.toByteArray();
    }

    /** Secrets of the other kinds, which the recordings happen not to hold. */
    private static byte[] synthetic() {
        var random = new Random(7);
        byte[] psk = new byte[32];
        random.nextBytes(psk);
        byte[] passkey = new byte[8];
        random.nextBytes(passkey);
        List<FromRadio> messages = List.of(
                FromRadio.newBuilder()
                        .setChannel(Channel.newBuilder()
                                .setIndex(1)
                                .setSettings(ChannelSettings.newBuilder().setPsk(ByteString.copyFrom(psk))))
                        .build(),
                FromRadio.newBuilder()
                        .setConfig(Config.newBuilder()
                                .setNetwork(NetworkConfig.newBuilder()
                                        .setWifiPsk(ByteString.copyFromUtf8("a wireless pass phrase"))))
                        .build(),
                FromRadio.newBuilder()
                        .setModuleConfig(ModuleConfig.newBuilder()
                                .setMqtt(MqttConfig.newBuilder()
                                        .setUsername(ByteString.copyFromUtf8("mqtt-user-name"))
                                        .setPassword(ByteString.copyFromUtf8("mqtt-pass-word"))))
                        .build(),
                FromRadio.newBuilder()
                        .setPacket(MeshPacket.newBuilder()
                                .setFrom(5)
                                .setTo(6)
                                .setId(77)
                                .setDecoded(Data.newBuilder()
                                        .setPortNum(6)
                                        .setPayload(AdminMessage.newBuilder()
                                                .setSessionPasskey(ByteString.copyFrom(passkey))
                                                .build()
                                                .toByteString())))
                        .build());
        SECRETS.add(ByteString.copyFrom(passkey));
        var out = new ByteArrayOutputStream();
        messages.forEach(message -> out.writeBytes(frame(message.toByteString())));
        return out.toByteArray();
    }

    private static void collectSecrets(byte[] stream) throws InvalidProtocolBufferException {
        for (ByteString payload : payloads(stream)) {
            FromRadio message = FromRadio.parseFrom(payload);
            List.of(
                            message.getConfig().getSecurity().getPrivateKey(),
                            message.getConfig().getNetwork().getWifiPsk(),
                            message.getModuleConfig().getMqtt().getUsername(),
                            message.getModuleConfig().getMqtt().getPassword(),
                            message.getChannel().getSettings().getPsk())
                    .stream()
                    .filter(secret -> secret.size() > 1)
                    .forEach(SECRETS::add);
        }
    }

    private static ByteString privateKey(byte[] stream) throws InvalidProtocolBufferException {
        for (ByteString payload : payloads(stream)) {
            ByteString key =
                    FromRadio.parseFrom(payload).getConfig().getSecurity().getPrivateKey();
            if (!key.isEmpty()) {
                return key;
            }
        }
        throw new AssertionError("the recording holds no private key");
    }

    private static void writeWhatNoMeshlogWrites() throws Exception {
        SignedVertex genuine = values(Topics.VERIFIED).get(0);
        byte[] signature = genuine.getSignature().bytes().clone();
        signature[5] ^= 1;
        forged = new SignedVertex(genuine.getHeader(), new Bytes64(signature), genuine.getBody());
        try (var producer = cluster.producer()) {
            List<ProducerRecord<String, byte[]>> records = List.of(
                    new ProducerRecord<>(Topics.FRAMES.name(), "foreign", GARBAGE),
                    new ProducerRecord<>(
                            Topics.FRAMES.name(), "foreign", radioFrame(new byte[] {(byte) 0xFA, 0x06, 1, 1})),
                    new ProducerRecord<>(Topics.FRAMES.name(), "foreign", radioFrame(new byte[] {0x12, 0x7F, 1})),
                    new ProducerRecord<>(Topics.VERTICES.name(), "foreign", GARBAGE),
                    new ProducerRecord<>(Topics.VERTICES.name(), "foreign", Cluster.encode(Topics.VERTICES, forged)),
                    new ProducerRecord<>(Topics.TRANSACTIONS.name(), "foreign", GARBAGE));
            for (ProducerRecord<String, byte[]> rec : records) {
                producer.send(rec).get();
            }
        }
    }

    private static byte[] radioFrame(byte[] payload) {
        return Cluster.encode(
                Topics.FRAMES,
                new RadioFrame(
                        "foreign",
                        "foreign",
                        FrameKind.FROM_RADIO,
                        Instant.EPOCH,
                        null,
                        null,
                        ByteBuffer.wrap(payload),
                        List.of(),
                        false));
    }

    private static void emptyTheChunks() throws Exception {
        var resource = new ConfigResource(ConfigResource.Type.TOPIC, Topics.CHUNKS.name());
        try (Admin admin = cluster.admin();
                var consumer = cluster.consumer(Topics.CHUNKS)) {
            var toDelete = new LinkedHashMap<TopicPartition, RecordsToDelete>();
            consumer.endOffsets(TopicReader.partitions(consumer, Topics.CHUNKS))
                    .forEach((partition, end) -> toDelete.put(partition, RecordsToDelete.beforeOffset(end)));
            for (String policy : new String[] {"compact,delete", "compact"}) {
                admin.incrementalAlterConfigs(Map.of(
                                resource,
                                List.of(new AlterConfigOp(
                                        new ConfigEntry(TopicConfig.CLEANUP_POLICY_CONFIG, policy),
                                        AlterConfigOp.OpType.SET))))
                        .all()
                        .get();
                if (policy.contains("delete")) {
                    await().ignoreExceptions().until(() -> {
                        admin.deleteRecords(toDelete).all().get();
                        return true;
                    });
                }
            }
        }
    }

    /** Of all topics, internal ones included, and whether its transaction was committed or not. */
    private static List<ConsumerRecord<byte[], byte[]>> everyRecord() throws Exception {
        Map<String, Object> properties = new LinkedHashMap<>(cluster.consumerConfig());
        properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_uncommitted");
        properties.put(ConsumerConfig.EXCLUDE_INTERNAL_TOPICS_CONFIG, false);
        var all = new ArrayList<ConsumerRecord<byte[], byte[]>>();
        try (Admin admin = cluster.admin();
                var consumer =
                        new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            var partitions = new ArrayList<TopicPartition>();
            for (String topic : admin.listTopics(new ListTopicsOptions().listInternal(true))
                    .names()
                    .get()) {
                consumer.partitionsFor(topic)
                        .forEach(info -> partitions.add(new TopicPartition(topic, info.partition())));
            }
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                consumer.poll(Duration.ofSeconds(1)).forEach(all::add);
            }
        }
        return all;
    }

    private static void search(String where, byte[] bytes, List<String> leaks) {
        if (bytes == null) {
            return;
        }
        String text = new String(bytes, ISO_8859_1);
        String lower = text.toLowerCase(Locale.ROOT);
        for (ByteString secret : SECRETS) {
            byte[] raw = secret.toByteArray();
            // Half of a key is as bad as all of it.
            for (int at = 0; at + 8 <= raw.length; at++) {
                if (text.contains(new String(raw, at, 8, ISO_8859_1))) {
                    leaks.add(where + ": raw, from byte " + at + ": "
                            + HexFormat.of().formatHex(bytes));
                    break;
                }
            }
            if (lower.contains(HexFormat.of().formatHex(raw))) {
                leaks.add(where + ": hex");
            }
            for (int shift = 0; shift < 3; shift++) {
                byte[] whole = Arrays.copyOfRange(raw, shift, shift + (raw.length - shift) / 3 * 3);
                if (text.contains(Base64.getEncoder().encodeToString(whole))
                        || text.contains(Base64.getUrlEncoder().encodeToString(whole))) {
                    leaks.add(where + ": base64");
                }
            }
        }
    }

    private static Map<String, Long> counters(String link) {
        return values(Topics.LINKS).stream()
                .filter(event -> event.getLink().equals(link) && event.getKind() == LinkEventKind.COUNTERS)
                .reduce((before, after) -> after)
                .map(LinkEvent::getCounters)
                .orElse(Map.of());
    }

    private static Map<String, Long> reasons() {
        var reasons = new TreeMap<String, Long>();
        values(Topics.LEDGER_REJECTED).forEach(input -> reasons.merge(input.getReason(), 1L, Long::sum));
        return reasons;
    }

    private static List<RejectedInput> rejected(String reason) {
        return values(Topics.LEDGER_REJECTED).stream()
                .filter(input -> input.getReason().equals(reason))
                .toList();
    }

    private static <V> List<V> values(Topic<String, V> topic) {
        var values = new ArrayList<V>();
        // As bytes first: garbage that this test wrote stands there too.
        try (var consumer = new KafkaConsumer<>(
                cluster.consumerConfig(),
                new org.apache.kafka.common.serialization.StringDeserializer(),
                new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic.name()).stream()
                    .map(info -> new TopicPartition(topic.name(), info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            TopicReader.readToEnd(consumer, partitions, rec -> {
                if (rec.value() != null && !Arrays.equals(rec.value(), GARBAGE)) {
                    values.add(topic.values().deserializer().deserialize(topic.name(), rec.value()));
                }
            });
        }
        return values;
    }

    private static List<ByteString> payloads(byte[] stream) {
        FrameParser parser = FrameParser.fromRadio(0);
        var pieces = new ArrayList<>(parser.feed(stream, 0, stream.length));
        pieces.addAll(parser.end());
        return pieces.stream()
                .filter(FramePiece.Frame.class::isInstance)
                .map(piece -> ((FramePiece.Frame) piece).payload())
                .toList();
    }

    private static byte[] frame(ByteString payload) {
        return concat(
                new byte[] {(byte) 0x94, (byte) 0xC3, (byte) (payload.size() >> 8), (byte) payload.size()},
                payload.toByteArray());
    }

    private static int indexOf(byte[] bytes, ByteString part) {
        return new String(bytes, ISO_8859_1).indexOf(part.toString(ISO_8859_1));
    }

    private static byte[] concat(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    private static byte[] recording(String name) throws IOException {
        try (InputStream in = HostileInputTest.class.getResourceAsStream("/recordings/" + name)) {
            return Objects.requireNonNull(in, name).readAllBytes();
        }
    }
}
