package dev.meshlog.ingest.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.meshtastic.MeshPacket;
import dev.meshlog.schemas.meshtastic.ServiceEnvelope;
import dev.meshlog.schemas.radio.LinkEventKind;
import dev.meshlog.schemas.testing.TestBroker;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A minute of a public broker: too long for every build. How it is called stands in docs/radio-mqtt.md. */
class MqttLoad {
    private static final int SECONDS = Integer.getInteger("meshlog.mqtt.seconds", 60);
    private static final int RATE = Integer.getInteger("meshlog.mqtt.rate", 5000);
    private static final int GATEWAYS = 200;
    /** So many gateways hear each packet. */
    private static final int HEARD_BY = 10;

    private static final Duration LONG = Duration.ofMinutes(10);

    @TempDir
    private Path directory;

    @Test
    void everythingThatGatewaysPublishIsKept() throws Exception {
        int count = SECONDS * RATE;
        var gateways = new ArrayList<Gateway>();
        try (var kafka = TestBroker.startWithTopics(directory.resolve("kafka"));
                var broker = Mosquitto.start(directory.resolve("broker"), "upgrade_outgoing_qos true")) {
            Process ingest = ingest(kafka, broker.port());
            try {
                await().atMost(LONG)
                        .until(() -> kafka.values(Topics.LINKS, "town").stream()
                                .anyMatch(event -> event.getKind() == LinkEventKind.CONNECTED));
                for (int i = 0; i < GATEWAYS; i++) {
                    gateways.add(new Gateway(broker.port()));
                }
                long began = System.nanoTime();
                publish(gateways, count, began);
                double published = seconds(began);
                List<ConsumerRecord<String, byte[]>> frames = new ArrayList<>();
                await().atMost(LONG).pollInterval(Duration.ofSeconds(2)).until(() -> {
                    frames.clear();
                    frames.addAll(kafka.undecoded(Topics.FRAMES));
                    return frames.size() >= count;
                });
                double kept = seconds(began);
                Map<Integer, Integer> receptions = new HashMap<>();
                var places = new HashSet<Long>();
                for (ConsumerRecord<String, byte[]> each : frames) {
                    var frame = Topics.FRAMES.values().deserializer().deserialize(Topics.FRAMES.name(), each.value());
                    MeshPacket packet =
                            ServiceEnvelope.parseFrom(frame.getPayload()).getPacket();
                    receptions.merge(packet.getId(), 1, Integer::sum);
                    places.add(Objects.requireNonNull(frame.getSource()).getEnd());
                }
                assertThat(receptions).hasSize(count / HEARD_BY);
                assertThat(receptions.values()).allMatch(times -> times == HEARD_BY);
                assertThat(places).hasSize(count);
                System.out.printf(
                        "%d envelopes of %d packets from %d gateways: published in %.1f s, in Kafka after %.1f s%n%s%n",
                        count, receptions.size(), GATEWAYS, published, kept, memory(ingest));
            } finally {
                gateways.forEach(Gateway::close);
                ingest.destroyForcibly().waitFor();
            }
        }
    }

    /** With quality of service 0, as radios do. */
    private static void publish(List<Gateway> gateways, int count, long began) {
        for (int i = 0; i < count; i++) {
            long due = began + TimeUnit.SECONDS.toNanos(1) / RATE * i;
            while (System.nanoTime() < due) {
                LockSupport.parkNanos(due - System.nanoTime());
            }
            int packet = i / HEARD_BY;
            int gateway = (packet * 7 + i % HEARD_BY) % GATEWAYS;
            byte[] envelope = Gateway.envelope(1 + packet % 2000, packet, gateway);
            gateways.get(gateway).send(Gateway.topic(gateway), envelope, MqttQos.AT_MOST_ONCE, false);
        }
    }

    private Process ingest(TestBroker kafka, int port) throws Exception {
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
                .redirectOutput(directory.resolve("ingest.log").toFile())
                .start();
    }

    private static String memory(Process process) throws Exception {
        Path status = Path.of("/proc", Long.toString(process.pid()), "status");
        return Files.isReadable(status)
                ? "memory of the process at its highest: "
                        + Files.readAllLines(status).stream()
                                .filter(line -> line.startsWith("VmHWM:"))
                                .map(line -> line.substring(6).strip())
                                .findFirst()
                                .orElse("?")
                : "";
    }

    private static double seconds(long began) {
        return (System.nanoTime() - began) / 1e9;
    }
}
