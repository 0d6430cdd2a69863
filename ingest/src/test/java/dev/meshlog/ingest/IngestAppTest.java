package dev.meshlog.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.read.ListAppender;
import dev.meshlog.schemas.Hex;
import dev.meshlog.schemas.Topic;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.radio.LinkEvent;
import dev.meshlog.schemas.radio.LinkEventKind;
import dev.meshlog.schemas.radio.RadioFrame;
import dev.meshlog.schemas.radio.RejectedFrame;
import dev.meshlog.schemas.testing.TestBroker;
import dev.meshlog.schemas.wire.RejectReason;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

class IngestAppTest {
    private static final Duration LONG = Duration.ofSeconds(60);
    /** Of today: the broker soon deletes what is older than its topic keeps. */
    private static Clock clock;

    @TempDir
    private static Path directory;

    private static TestBroker broker;

    @BeforeAll
    static void start() throws Exception {
        broker = TestBroker.startWithTopics(directory.resolve("broker"));
        clock = Clock.fixed(Instant.now().truncatedTo(ChronoUnit.MILLIS), ZoneOffset.UTC);
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    @Test
    void recordingIsKeptMessageByMessage() throws Exception {
        Path file = recording("mesh-a.frames");
        play(link("whole", file));
        List<RadioFrame> frames = broker.values(Topics.FRAMES, "whole");
        assertThat(frames).hasSize(1512);
        assertThat(frames.get(1511).getSource()).isNotNull();
        assertThat(frames).allMatch(frame -> frame.getReceivedAtMs().equals(clock.instant()));
        assertThat(frames).allMatch(frame -> frame.getNetwork().equals("mesh-a"));
        assertThat(rebuilt(frames)).isEqualTo(Files.readAllBytes(file));
        assertThat(events("whole")).containsExactly(LinkEventKind.OPENED, LinkEventKind.CLOSED);

        play(link("whole", file));
        assertThat(broker.values(Topics.FRAMES, "whole")).as("played again").hasSize(1512);
    }

    @Test
    void envelopesKeepTheirTopic() throws Exception {
        play(link("mqtt", recording("mesh-a.mqtt.jsonl")));
        assertThat(broker.values(Topics.FRAMES, "mqtt"))
                .hasSize(1258)
                .allMatch(frame -> "msh/EU_868/2/e/LongFast/!b565b26c".equals(frame.getMqttTopic()));
    }

    @Test
    void killedAnywhereNothingIsLostAndNothingIsTwice() throws Exception {
        byte[] stream = withNoise(bytes("mesh-a.frames"));
        Path file = Files.write(directory.resolve("killed.frames"), stream);
        // Slow enough that a busy machine gets to all kills before the end of the file.
        var paced = new LinkConfig("killed", "mesh-a", new LinkConfig.FileSource(file, Pace.perSecond(20)));
        int before = -1;
        for (int kill = 0; kill < 4; kill++) {
            var app = new IngestApp(new IngestConfig(
                    broker.cluster().properties(), List.of(paced), directory.resolve("spools"), clock));
            app.start();
            int floor = before;
            await().atMost(LONG)
                    .until(() -> broker.values(Topics.FRAMES, "killed").size() > floor + 50);
            // Another producer of the same link fences the first one in the middle of whatever it is doing.
            fence("mesh-a", "killed");
            assertThat(app.awaitFinished(LONG)).isTrue();
            assertThat(app.state("killed")).isEqualTo(LinkState.FAILED);
            app.close();
            before = broker.values(Topics.FRAMES, "killed").size();
        }
        assertThat(before).isBetween(204, 1511);
        play(link("killed", file));
        assertThat(everything("killed")).isEqualTo(stream);
        assertThat(events("killed")).contains(LinkEventKind.FAILED);
    }

    @Test
    void closedInTheMiddleItGoesOnWhereItWas() throws Exception {
        Path file = recording("mesh-a.frames");
        var paced = new LinkConfig("paced", "mesh-a", new LinkConfig.FileSource(file, Pace.perSecond(50)));
        var app = new IngestApp(
                new IngestConfig(broker.cluster().properties(), List.of(paced), directory.resolve("spools"), clock));
        app.start();
        await().atMost(LONG).until(() -> !broker.values(Topics.FRAMES, "paced").isEmpty());
        long began = System.nanoTime();
        app.close();
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(5));
        assertThat(app.state("paced")).isEqualTo(LinkState.CLOSED);
        assertThat(broker.values(Topics.FRAMES, "paced")).hasSizeLessThan(1512);
        play(link("paced", file));
        assertThat(rebuilt(broker.values(Topics.FRAMES, "paced"))).isEqualTo(Files.readAllBytes(file));
    }

    @Test
    void otherFileUnderTheSameNameIsRefusedAndOtherLinksGoOn() throws Exception {
        play(link("reused", recording("firmware-2.7.26-config.frames")));
        IngestApp app = play(
                link("reused", recording("firmware-2.7.26-session.frames")),
                link("missing", directory.resolve("nowhere.frames")),
                link("healthy", recording("firmware-2.7.26.mqtt.jsonl")));
        assertThat(app.state("reused")).isEqualTo(LinkState.FAILED);
        assertThat(app.state("missing")).isEqualTo(LinkState.FAILED);
        assertThat(app.isFinished("healthy")).isTrue();
        assertThat(details("reused")).anyMatch(detail -> detail.contains("give this one a link name of its own"));
        assertThat(details("missing")).anyMatch(detail -> detail.contains("nowhere.frames"));
        assertThat(broker.values(Topics.FRAMES, "healthy")).hasSize(16);
    }

    @Test
    void badInputIsKeptWithItsReason() throws Exception {
        byte[] noise = new byte[5000];
        Arrays.fill(noise, (byte) 7);
        play(link("noisy", Files.write(directory.resolve("noisy.frames"), noise)));
        String lines =
                "{\"topic\":\"msh/2/e/X/!1\",\"payload\":\"AAAA\"}\n\nnot json\n{\"topic\":\"t\",\"payload\":\"!\"}\n[]";
        play(link("lines", Files.writeString(directory.resolve("lines.jsonl"), lines)));

        assertThat(broker.values(Topics.RADIO_REJECTED, "noisy"))
                .singleElement()
                .satisfies(rejected -> {
                    assertThat(rejected.getReason()).isEqualTo(RejectReason.NOISE.name());
                    assertThat(rejected.getLength()).isEqualTo(5000);
                    assertThat(rejected.getBytes().remaining()).isEqualTo(4096);
                });
        assertThat(broker.values(Topics.FRAMES, "lines")).hasSize(1);
        assertThat(broker.values(Topics.RADIO_REJECTED, "lines"))
                .extracting(RejectedFrame::getReason)
                .containsExactly("LINE_MALFORMED", "LINE_MALFORMED", "LINE_MALFORMED");
    }

    @Test
    void secretsAppearNowhere() throws Exception {
        var log = new ListAppender<ILoggingEvent>();
        var root = (Logger) LoggerFactory.getLogger("dev.meshlog");
        log.start();
        root.addAppender(log);
        var links = new ArrayList<LinkConfig>();
        var secrets = new ArrayList<byte[]>();
        for (String name : new String[] {"firmware-2.7.26-session.frames", "firmware-2.7.26-config.frames"}) {
            byte[] stream = bytes(name);
            secrets.addAll(privateKeys(stream));
            links.add(link("whole-" + links.size(), recording(name)));
            for (int cut : new int[] {1, 3, 50, 300, 500, stream.length - 100}) {
                Path head = directory.resolve("head-" + links.size() + ".frames");
                Path tail = directory.resolve("tail-" + links.size() + ".frames");
                Files.write(head, Arrays.copyOf(stream, cut));
                Files.write(tail, Arrays.copyOfRange(stream, cut, stream.length));
                links.add(link("head-" + links.size(), head));
                links.add(link("tail-" + links.size(), tail));
            }
            byte[] withoutHeaders = stream.clone();
            for (int i = 0; i + 1 < stream.length; i++) {
                if (stream[i] == (byte) 0x94 && stream[i + 1] == (byte) 0xC3) {
                    withoutHeaders[i] = 0;
                }
            }
            links.add(link(
                    "bare-" + links.size(),
                    Files.write(directory.resolve("bare-" + links.size() + ".frames"), withoutHeaders)));
        }
        assertThat(secrets).hasSize(2);

        play(links.toArray(LinkConfig[]::new));
        root.detachAppender(log);
        for (byte[] secret : secrets) {
            for (Topic<String, ?> topic : List.of(Topics.FRAMES, Topics.RADIO_REJECTED, Topics.LINKS)) {
                for (ConsumerRecord<String, byte[]> record : broker.undecoded(topic)) {
                    assertNotIn(record.value(), secret);
                }
            }
            for (ILoggingEvent event : log.list) {
                String trace =
                        event.getThrowableProxy() == null ? "" : ThrowableProxyUtil.asString(event.getThrowableProxy());
                assertNotIn((event.getFormattedMessage() + trace).getBytes(StandardCharsets.ISO_8859_1), secret);
            }
        }
        assertThat(broker.values(Topics.FRAMES, "whole-0"))
                .hasSize(132)
                .anyMatch(frame -> frame.getRedacted().contains("config.security.private_key"));
    }

    @Test
    void configurationIsChecked() {
        Path file = Path.of("a.frames");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new IngestConfig(
                        Map.of(), List.of(link("a", file), link("a", file)), directory.resolve("spools"), clock));
        assertThatIllegalArgumentException().isThrownBy(() -> link("No Name", file));
        assertThatIllegalArgumentException().isThrownBy(() -> link("a", Path.of("a.pcap")));
        assertThatIllegalArgumentException().isThrownBy(() -> Pace.perSecond(0));
    }

    private static void assertNotIn(byte[] bytes, byte[] secret) {
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        assertThat(text).doesNotContain(new String(secret, 4, 16, StandardCharsets.ISO_8859_1));
        assertThat(text).doesNotContainIgnoringCase(Hex.of(secret).substring(8, 32));
        assertThat(text)
                .doesNotContain(Base64.getEncoder().encodeToString(secret).substring(0, 24));
    }

    /** {@code Config.security.private_key} stands behind the public key: tag 12, length 32. */
    private static List<byte[]> privateKeys(byte[] stream) {
        var keys = new ArrayList<byte[]>();
        for (int i = 0; i + 70 < stream.length; i++) {
            if (stream[i] == 0x42
                    && stream[i + 2] == 0x0a
                    && stream[i + 3] == 0x20
                    && stream[i + 36] == 0x12
                    && stream[i + 37] == 0x20) {
                byte[] key = Arrays.copyOfRange(stream, i + 38, i + 70);
                if (keys.stream().noneMatch(known -> Arrays.equals(known, key))) {
                    keys.add(key);
                }
            }
        }
        return keys;
    }

    private static IngestApp play(LinkConfig... links) throws InterruptedException {
        try (var app = new IngestApp(
                new IngestConfig(broker.cluster().properties(), List.of(links), directory.resolve("spools"), clock))) {
            app.start();
            assertThat(app.awaitFinished(LONG)).isTrue();
            return app;
        }
    }

    private static void fence(String network, String link) {
        Map<String, Object> properties = Map.of(
                "bootstrap.servers",
                broker.cluster().bootstrapServers(),
                "transactional.id",
                "meshlog-ingest-" + network + "-" + link);
        try (var producer = new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer())) {
            producer.initTransactions();
        }
    }

    private static LinkConfig link(String name, Path file) {
        return new LinkConfig(name, "mesh-a", new LinkConfig.FileSource(file, Pace.FAST));
    }

    private static List<LinkEventKind> events(String link) {
        return broker.values(Topics.LINKS, link).stream()
                .map(LinkEvent::getKind)
                .toList();
    }

    private static List<String> details(String link) {
        return broker.values(Topics.LINKS, link).stream()
                .map(LinkEvent::getDetail)
                .filter(Objects::nonNull)
                .toList();
    }

    /** Frames and rejected bytes of a link in the order of their positions: the file. */
    private static byte[] everything(String link) {
        var parts = new TreeMap<Long, byte[]>();
        for (RadioFrame frame : broker.values(Topics.FRAMES, link)) {
            parts.put(Objects.requireNonNull(frame.getSource()).getEnd(), framed(frame));
        }
        for (RejectedFrame rejected : broker.values(Topics.RADIO_REJECTED, link)) {
            parts.put(Objects.requireNonNull(rejected.getSource()).getEnd(), bytes(rejected.getBytes()));
        }
        var stream = new ByteArrayOutputStream();
        parts.values().forEach(stream::writeBytes);
        return stream.toByteArray();
    }

    private static byte[] rebuilt(List<RadioFrame> frames) {
        var stream = new ByteArrayOutputStream();
        frames.forEach(frame -> stream.writeBytes(framed(frame)));
        return stream.toByteArray();
    }

    private static byte[] framed(RadioFrame frame) {
        byte[] payload = bytes(frame.getPayload());
        return ByteBuffer.allocate(payload.length + 4)
                .putShort((short) 0x94C3)
                .putShort((short) payload.length)
                .put(payload)
                .array();
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }

    /** A byte of noise before every hundredth frame. */
    private static byte[] withNoise(byte[] frames) {
        var stream = new ByteArrayOutputStream();
        int count = 0;
        for (int at = 0; at < frames.length; count++) {
            int length = 4 + ((frames[at + 2] & 0xff) << 8) + (frames[at + 3] & 0xff);
            if (count % 100 == 99) {
                stream.writeBytes(new byte[] {0});
            }
            stream.write(frames, at, length);
            at += length;
        }
        return stream.toByteArray();
    }

    private static Path recording(String name) throws IOException {
        Path file = directory.resolve(name);
        if (!Files.exists(file)) {
            Files.write(file, bytes(name));
        }
        return file;
    }

    private static byte[] bytes(String name) {
        try (InputStream in = IngestAppTest.class.getResourceAsStream("/recordings/" + name)) {
            return Objects.requireNonNull(in, name).readAllBytes();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(name, e);
        }
    }
}
