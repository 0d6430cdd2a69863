package dev.meshlog.ingest.mqtt;

import static org.awaitility.Awaitility.await;

import dev.meshlog.ingest.Backoff;
import dev.meshlog.ingest.LinkContext;
import dev.meshlog.ingest.LiveSink;
import dev.meshlog.ingest.RadioClaims;
import dev.meshlog.ingest.radio.RadioPorts;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** A source in a thread of its own. */
final class RunningSource implements AutoCloseable {
    private final MqttSource source;
    private final Thread thread;

    RunningSource(MqttOptions options, Path directory, LiveSink sink) {
        var context = new LinkContext(directory, Clock.systemUTC(), new Random(), new RadioClaims(), new RadioPorts());
        var pauses = new Backoff(Duration.ofMillis(100), Duration.ofMillis(500), context.random());
        source = new MqttSource("town", options, pauses, Duration.ofDays(1), context, System::nanoTime);
        thread = new Thread(() -> {
            try {
                source.run(sink);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    void start() {
        thread.start();
    }

    static MqttOptions options(int port, String... topics) {
        return new MqttOptions(
                "127.0.0.1",
                port,
                Optional.empty(),
                Optional.empty(),
                "meshlog-test-town",
                topics.length == 0 ? List.of("msh/#") : List.of(topics),
                1,
                MqttOptions.Strays.IGNORE,
                Duration.ofDays(1),
                Duration.ofSeconds(10),
                Duration.ofMinutes(30));
    }

    /** As it goes when the process ends: not the session. */
    @Override
    public void close() {
        source.close();
        await().atMost(Duration.ofMinutes(1)).until(() -> !thread.isAlive());
    }
}
