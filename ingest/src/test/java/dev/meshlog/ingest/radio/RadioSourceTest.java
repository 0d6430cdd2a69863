package dev.meshlog.ingest.radio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.meshlog.ingest.LinkContext;
import dev.meshlog.ingest.LinkException;
import dev.meshlog.ingest.RadioClaims;
import dev.meshlog.schemas.radio.LinkEventKind;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import javax.net.SocketFactory;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class RadioSourceTest {
    private static final Duration LONG = Duration.ofSeconds(60);
    /** Quick to come back, slow to give up: a loaded machine must not look like a dead radio. */
    private static final Timing QUICK = new Timing(
            Duration.ofSeconds(20),
            Duration.ofSeconds(20),
            Duration.ofMinutes(30),
            Duration.ofMillis(10),
            Duration.ofMillis(50),
            Duration.ofMinutes(1),
            Duration.ofMillis(20),
            Duration.ofMillis(50));

    private final CollectingSink sink = new CollectingSink();
    private final LinkContext context =
            new LinkContext(Path.of("unused"), Clock.systemUTC(), new Random(1), new RadioClaims(), new RadioPorts());

    @Test
    void connectedRadioSaysWhatItIs() throws Exception {
        try (var radio = radio(0x2000);
                var link = new Running("roof", radio.port(), QUICK)) {
            await().atMost(LONG).until(() -> sink.kinds().contains(LinkEventKind.CONNECTED));
            assertThat(sink.events.get(0).ownNode()).isEqualTo(0x2000L);
            assertThat(sink.events.get(0).facts())
                    .containsEntry("node", "!00002000")
                    .containsEntry("firmware", "2.8.0.simulated")
                    .containsEntry("hardware", "37")
                    .containsEntry("reboots", "1")
                    .containsEntry("nodesKnown", "250");
            link.source.close();
            link.result.get(10, TimeUnit.SECONDS);
            assertThat(sink.kinds()).doesNotContain(LinkEventKind.LOST);
        }
    }

    @Test
    void restartIsTold() throws Exception {
        try (var radio = radio(0x2000);
                var link = new Running("roof", radio.port(), QUICK)) {
            await().atMost(LONG).until(() -> connected() == 1);
            radio.restart();
            await().atMost(LONG).until(() -> connected() == 2);
            assertThat(sink.kinds())
                    .containsExactly(
                            LinkEventKind.CONNECTED,
                            LinkEventKind.LOST,
                            LinkEventKind.REBOOTED,
                            LinkEventKind.CONNECTED);
            assertThat(link.result).isNotDone();
        }
    }

    @Test
    void otherProgramOnTheRadioIsTold() throws Exception {
        try (var radio = radio(0x2000);
                var link = new Running("roof", radio.port(), QUICK)) {
            await().atMost(LONG).until(() -> connected() == 1);
            try (var rival = new Socket(InetAddress.getLoopbackAddress(), radio.port())) {
                await().atMost(LONG).until(() -> sink.kinds().contains(LinkEventKind.TAKEN_OVER));
                assertThat(rival.isConnected()).isTrue();
            }
            assertThat(sink.kinds()).doesNotContain(LinkEventKind.REBOOTED);
            assertThat(link.result).isNotDone();
        }
    }

    @Test
    void mutedRadioIsLostAndComesBack() throws Exception {
        var impatient = new Timing(
                Duration.ofMillis(300),
                Duration.ofMillis(300),
                Duration.ofMinutes(30),
                Duration.ofMillis(10),
                Duration.ofMillis(50),
                Duration.ofMinutes(1),
                Duration.ofMillis(20),
                Duration.ofMillis(50));
        try (var radio = radio(0x2000);
                var link = new Running("roof", radio.port(), impatient)) {
            await().atMost(LONG).until(() -> connected() > 0);
            radio.mute();
            await().atMost(LONG)
                    .until(() -> sink.events.stream()
                            .anyMatch(event -> event.detail().contains("no answer")));
            assertThat(link.result).isNotDone();
        }
    }

    @Test
    void absentRadioIsToldOnceAndFoundWhenItIsThere() throws Exception {
        int port;
        try (var gone = radio(0x2000)) {
            port = gone.port();
        }
        try (var link = new Running("roof", port, QUICK)) {
            await().atMost(LONG).until(() -> sink.kinds().contains(LinkEventKind.LOST));
            try (var radio = new SimulatedRadio(behaviour(0x2000), port, line -> {})) {
                await().atMost(LONG).until(() -> connected() == 1);
                assertThat(radio.connections()).isEqualTo(1);
            }
            assertThat(link.result).isNotDone();
        }
        assertThat(sink.kinds().stream().filter(LinkEventKind.LOST::equals).count())
                .isLessThan(4);
    }

    @Test
    void secondLinkToTheSameRadioStops() throws Exception {
        try (var radio = radio(0x2000);
                var sameBehindAnotherAddress = radio(0x2000);
                var first = new Running("roof", radio.port(), QUICK)) {
            await().atMost(LONG).until(() -> connected() == 1);
            try (var second = new Running("roof-again", sameBehindAnotherAddress.port(), QUICK)) {
                assertThatThrownBy(() -> second.result.get(60, TimeUnit.SECONDS))
                        .isInstanceOf(ExecutionException.class)
                        .cause()
                        .isInstanceOf(LinkException.class)
                        .hasMessageContaining("the same radio as link roof, node !00002000");
            }
            assertThat(first.result).isNotDone();
        }
    }

    @Test
    @DisplayName("RC-04 a radio has one connection of ours at a time")
    void radioHasOneConnectionAtATime() throws Exception {
        try (var radio = radio(0x2000);
                var link = new Running("roof", radio.port(), QUICK)) {
            for (int i = 1; i <= 5; i++) {
                int sessions = i;
                await().atMost(LONG).until(() -> connected() == sessions);
                assertThat(radio.connections()).isEqualTo(i);
                radio.restart();
            }
            assertThat(link.result).isNotDone();
        }
    }

    private long connected() {
        return sink.kinds().stream().filter(LinkEventKind.CONNECTED::equals).count();
    }

    private static SimulatedRadio radio(int node) throws IOException {
        return new SimulatedRadio(behaviour(node), 0, line -> {});
    }

    private static SimulatedRadio.Behaviour behaviour(int node) {
        return new SimulatedRadio.Behaviour(node, List.of(), 10, 0, true, 1);
    }

    private final class Running implements AutoCloseable {
        private final RadioSource source;
        private final FutureTask<Boolean> result;

        Running(String link, int port, Timing timing) {
            source = new RadioSource(
                    link,
                    "tcp 127.0.0.1:" + port,
                    new TcpConnector("127.0.0.1", port, SocketFactory.getDefault()),
                    timing,
                    context,
                    System::nanoTime);
            result = new FutureTask<>(() -> {
                source.run(sink);
                return true;
            });
            var thread = new Thread(result, link);
            thread.setDaemon(true);
            thread.start();
        }

        @Override
        public void close() {
            source.close();
        }
    }
}
