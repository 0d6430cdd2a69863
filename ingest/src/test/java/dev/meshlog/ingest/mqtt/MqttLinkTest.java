package dev.meshlog.ingest.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import dev.meshlog.ingest.IngestApp;
import dev.meshlog.ingest.IngestConfig;
import dev.meshlog.ingest.LinkConfig;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.meshtastic.ServiceEnvelope;
import dev.meshlog.schemas.radio.LinkEventKind;
import dev.meshlog.schemas.radio.RadioFrame;
import dev.meshlog.schemas.radio.RejectedFrame;
import dev.meshlog.schemas.testing.TestBroker;
import dev.meshlog.schemas.wire.MessageLimits;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From a real broker into Kafka. */
class MqttLinkTest {
    private static final Duration LONG = Duration.ofMinutes(4);
    private static final int LOAD = 8_000;

    @TempDir
    private Path directory;

    private TestBroker kafka;

    @BeforeEach
    void start() throws Exception {
        kafka = TestBroker.startWithTopics(directory.resolve("kafka"));
    }

    @AfterEach
    void stop() {
        kafka.close();
    }

    @Test
    void twoBrokersWithTheSamePacketsGiveTheFramesOfBoth() throws Exception {
        try (var one = Mosquitto.start(directory.resolve("one"));
                var two = Mosquitto.start(directory.resolve("two"));
                var toOne = new Gateway(one.port());
                var toTwo = new Gateway(two.port());
                var app = new IngestApp(new IngestConfig(
                        kafka.cluster().properties(),
                        List.of(link("one", one.port()), link("two", two.port())),
                        directory.resolve("spools"),
                        Clock.systemUTC()))) {
            app.start();
            await().atMost(LONG).until(() -> isConnected("one") && isConnected("two"));
            toOne.sendIds(0, 300);
            toTwo.sendIds(0, 300);
            await().atMost(LONG)
                    .until(() -> frames("one").size() == 300 && frames("two").size() == 300);
            assertThat(ids("one")).isEqualTo(numbers(300)).isEqualTo(ids("two"));
            assertThat(frames("one"))
                    .allMatch(frame -> String.valueOf(frame.getMqttTopic()).startsWith("msh/EU_868/2/e/LongFast/!"));
        }
    }

    @Test
    void killedUnderLoadAndFloodedWithNonsenseItLosesNothing() throws Exception {
        long seed = new Random().nextLong();
        var random = new Random(seed);
        try (var broker = Mosquitto.start(directory.resolve("broker"));
                var gateway = new Gateway(broker.port());
                var hostile = new Gateway(broker.port())) {
            Process ingest = ingest(broker.port());
            try {
                await().atMost(LONG).until(() -> isConnected("town"));
                for (int round = 0; round < 4; round++) {
                    flood(hostile, random);
                    hostile.awaitSent();
                    gateway.sendIds(round * LOAD / 4, (round + 1) * LOAD / 4);
                    if (round < 2) {
                        int some = round * LOAD / 4 + random.nextInt(LOAD / 4);
                        await().atMost(LONG).until(() -> ids("town").size() >= some);
                        ingest.destroyForcibly().waitFor();
                        ingest = ingest(broker.port());
                    }
                }
                await().atMost(LONG).until(() -> ids("town").size() == LOAD);
                assertThat(ids("town")).as("seed %d", seed).isEqualTo(numbers(LOAD));
                assertThat(ingest.isAlive()).as("within its memory").isTrue();
            } finally {
                ingest.destroyForcibly().waitFor();
            }
        }
        assertThat(frames("town").stream()
                        .map(frame -> Objects.requireNonNull(frame.getSource()).getEnd())
                        .distinct())
                .as("what the spool had is in Kafka once; what the broker sent again is another record")
                .hasSameSizeAs(frames("town"));
        List<RejectedFrame> refused = kafka.values(Topics.RADIO_REJECTED, "town");
        assertThat(refused)
                .hasSizeBetween(1, 3 * 2 * Unkept.DEAD_LETTERS_A_MINUTE)
                .allMatch(frame -> frame.getBytes().remaining() <= MessageLimits.DEAD_LETTER)
                .anyMatch(frame -> frame.getLength() == 1 << 20);
    }

    /** A gateway that wants to do harm. */
    private static void flood(Gateway hostile, Random random) throws Exception {
        for (int i = 0; i < 20; i++) {
            hostile.send(Gateway.topic(666), new byte[1 << 20], MqttQos.AT_LEAST_ONCE, false);
        }
        for (int i = 0; i < 1000; i++) {
            byte[] envelope = Gateway.envelope(1, 1, 666);
            envelope[random.nextInt(4)] ^= (byte) (1 << random.nextInt(8));
            byte[] noise = new byte[random.nextInt(64)];
            random.nextBytes(noise);
            String topic = "msh/" + "\u202e/".repeat(random.nextInt(40)) + "2/e/[2J";
            hostile.send(topic, random.nextBoolean() ? noise : Arrays.copyOf(envelope, 9), MqttQos.AT_MOST_ONCE, false);
        }
    }

    private Process ingest(int port) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx96m",
                        "-XX:+ExitOnOutOfMemoryError",
                        "-cp",
                        System.getProperty("java.class.path"),
                        MqttIngest.class.getName(),
                        kafka.cluster().bootstrapServers(),
                        directory.resolve("spools").toString(),
                        Integer.toString(port))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        directory.resolve("ingest.log").toFile()))
                .start();
    }

    private static LinkConfig link(String name, int port) {
        return new LinkConfig(name, "mesh-a", RunningSource.options(port).toLive(LinkConfig.Live.DEFAULT_SPOOL_BYTES));
    }

    private boolean isConnected(String link) {
        return kafka.values(Topics.LINKS, link).stream().anyMatch(event -> event.getKind() == LinkEventKind.CONNECTED);
    }

    private List<RadioFrame> frames(String link) {
        return kafka.values(Topics.FRAMES, link);
    }

    private Set<Integer> ids(String link) throws IOException {
        var ids = new TreeSet<Integer>();
        for (RadioFrame frame : frames(link)) {
            ids.add(ServiceEnvelope.parseFrom(frame.getPayload()).getPacket().getId());
        }
        return ids;
    }

    private static Set<Integer> numbers(int count) {
        return IntStream.range(0, count).boxed().collect(Collectors.toSet());
    }
}
