package dev.meshlog.ingest.virtual;

import dev.meshlog.ingest.LinkContext;
import dev.meshlog.ingest.LinkException;
import dev.meshlog.ingest.LiveSink;
import dev.meshlog.ingest.LiveSource;
import dev.meshlog.ingest.RadioClaims;
import dev.meshlog.ingest.Received;
import dev.meshlog.ingest.radio.RadioLinks;
import dev.meshlog.ingest.radio.RadioPort;
import dev.meshlog.ingest.radio.RadioPorts;
import dev.meshlog.ingest.radio.RelayQueue;
import dev.meshlog.ingest.radio.Timing;
import dev.meshlog.schemas.Topic;
import dev.meshlog.schemas.meshtastic.ToRadio;
import dev.meshlog.schemas.radio.LinkEventKind;
import dev.meshlog.schemas.radio.SentMessage;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** A link to a radio without Kafka behind it. */
final class RunningLink implements AutoCloseable {
    private static final Timing QUICK = new Timing(
            Duration.ofSeconds(20),
            Duration.ofSeconds(20),
            Duration.ofMinutes(30),
            Duration.ofMillis(10),
            Duration.ofMillis(50),
            Duration.ofMinutes(1),
            Duration.ofMillis(20),
            Duration.ofMillis(50));

    final RadioPort port;
    final List<SentMessage> sent = new CopyOnWriteArrayList<>();
    private final LiveSource source;
    private final Thread thread = new Thread(this::run, "link");

    RunningLink(int radioPort) {
        var ports = new RadioPorts();
        port = ports.of("roof");
        var context = new LinkContext(Path.of("unused"), Clock.systemUTC(), new Random(1), new RadioClaims(), ports);
        source = RadioLinks.tcp("127.0.0.1", radioPort, QUICK, 1 << 20).opener().open("roof", context);
    }

    void start() {
        thread.start();
    }

    /** Hands everything over at once. */
    RelayQueue relays() {
        return (packet, handedOver) -> {
            boolean said = port.send(ToRadio.newBuilder().setPacket(packet).build());
            if (said) {
                handedOver.run();
            }
            return said;
        };
    }

    private void run() {
        try {
            source.run(new Sink());
        } catch (LinkException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        source.close();
        try {
            thread.join(10_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private final class Sink implements LiveSink {
        @Override
        public void keep(List<Received> batch) {
            // What a radio says is not what these tests are about.
        }

        @Override
        public boolean offer(List<Received> batch) {
            return true;
        }

        @Override
        public void report(
                LinkEventKind kind, @Nullable String detail, @Nullable Long ownNode, Map<String, String> facts) {
            // Nor is what becomes of the link.
        }

        @Override
        public <V> boolean write(Topic<String, V> topic, V value) {
            return !(value instanceof SentMessage message) || sent.add(message);
        }
    }
}
