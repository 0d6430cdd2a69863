package dev.meshlog.ingest.radio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.meshlog.ingest.LinkContext;
import dev.meshlog.ingest.RadioClaims;
import dev.meshlog.schemas.radio.LinkEventKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A serial line made of a pair of pseudo terminals, one end of which speaks to the simulated radio. */
class SerialLinkTest {
    private static final Duration LONG = Duration.ofSeconds(60);

    @TempDir
    private Path directory;

    @Test
    void serialLineSpeaksTheSameProtocol() throws Exception {
        assumeTrue(hasSocat(), "socat is not there: 'apt-get install socat' makes this test run");
        Path device = directory.resolve("radio");
        var sink = new CollectingSink();
        var packets = RadioScript.packets("mesh-a.frames").subList(0, 40);
        var behaviour = new SimulatedRadio.Behaviour(0x3000, packets, 5, 0, false, 1);
        try (var radio = new SimulatedRadio(behaviour, 0, line -> {})) {
            Process socat = new ProcessBuilder(
                            "socat", "pty,raw,echo=0,link=" + device, "tcp:127.0.0.1:" + radio.port())
                    .inheritIO()
                    .start();
            var source = source(device);
            try {
                await().atMost(LONG).until(() -> Files.exists(device));
                CompletableFuture<Void> running = CompletableFuture.runAsync(() -> run(source, sink));
                await().atMost(LONG).until(() -> sink.kinds().contains(LinkEventKind.CONNECTED));
                await().atMost(LONG)
                        .until(() -> sink.messages().stream()
                                        .filter(message ->
                                                CollectingSink.parsed(message).getId() > 0)
                                        .count()
                                == 40);
                source.close();
                running.get(30, TimeUnit.SECONDS);
                assertThat(sink.events.get(0).ownNode()).isEqualTo(0x3000L);
            } finally {
                source.close();
                socat.destroy();
                assertThat(socat.waitFor(60, TimeUnit.SECONDS)).isTrue();
            }
        }
    }

    @Test
    void absentPortIsNamed() {
        assertThatThrownBy(
                        () -> new SerialConnector(directory.resolve("nothing").toString(), 115_200).connect())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("nothing");
    }

    private static RadioSource source(Path device) {
        return new RadioSource(
                "bench",
                "serial " + device,
                new SerialConnector(device.toString(), RadioLinks.BAUD_RATE),
                Timing.DEFAULT,
                new LinkContext(
                        Path.of("unused"), Clock.systemUTC(), new Random(1), new RadioClaims(), new RadioPorts()),
                System::nanoTime);
    }

    private static void run(RadioSource source, CollectingSink sink) {
        try {
            source.run(sink);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static boolean hasSocat() throws InterruptedException {
        try {
            return new ProcessBuilder(List.of("socat", "-V")).start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
    }
}
