package dev.meshlog.ingest.radio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.meshlog.ingest.LinkContext;
import dev.meshlog.ingest.RadioClaims;
import dev.meshlog.schemas.meshtastic.Data;
import dev.meshlog.schemas.meshtastic.FromRadio;
import dev.meshlog.schemas.meshtastic.MeshPacket;
import dev.meshlog.schemas.meshtastic.MyNodeInfo;
import dev.meshlog.schemas.meshtastic.QueueStatus;
import dev.meshlog.schemas.meshtastic.ToRadio;
import dev.meshlog.schemas.radio.LinkEventKind;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.SocketFactory;
import org.junit.jupiter.api.Test;

class HungRadioTest {
    private static final Duration LONG = Duration.ofSeconds(90);
    /** Slow to ask whether the radio lives: it does, it only reads nothing. */
    private static final Timing TIMING = new Timing(
            Duration.ofMinutes(5),
            Duration.ofSeconds(2),
            Duration.ofMinutes(30),
            Duration.ofMillis(10),
            Duration.ofMillis(50),
            Duration.ofMinutes(1),
            Duration.ofMillis(20),
            Duration.ofMillis(50));

    @Test
    void radioThatTakesNothingIsALostLinkAndNobodyWaitsForIt() throws Exception {
        var sink = new CollectingSink();
        var ports = new RadioPorts();
        try (var radio = new TalkingRadio()) {
            var context =
                    new LinkContext(Path.of("unused"), Clock.systemUTC(), new Random(1), new RadioClaims(), ports);
            var connector = new TcpConnector("127.0.0.1", radio.port(), SocketFactory.getDefault());
            var source = new RadioSource("roof", "the roof", connector, TIMING, context, System::nanoTime);
            var result = new FutureTask<>(() -> {
                source.run(sink);
                return true;
            });
            start(result);
            await().atMost(LONG).until(() -> sink.kinds().contains(LinkEventKind.CONNECTED));
            await().atMost(LONG).until(() -> {
                say(ports.of("roof"), 1_000);
                return sink.events.stream()
                        .anyMatch(event -> event.detail().equals("the roof: the radio took nothing for 2 s"));
            });
            await().atMost(LONG)
                    .until(() -> sink.kinds().stream()
                                    .filter(LinkEventKind.CONNECTED::equals)
                                    .count()
                            > 1);
            say(ports.of("roof"), 10_000);
            source.close();
            assertThat(result.get(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void halfAFrameIsContinuedByNoOther() throws Exception {
        var line = new BreakingLine();
        var time = new AtomicLong();
        try (var connection = QueuedConnection.open(line, "roof", Duration.ofSeconds(10), time::get)) {
            line.says.add(3);
            connection.write(new byte[] {1});
            // Whether it is taken depends on whether the first one has failed by now.
            boolean unused = accepts(connection);
            await().atMost(LONG).until(() -> !accepts(connection));
            assertThat(line.written).containsExactly((byte) 1);
            assertThat(connection.read(new byte[9], Duration.ZERO))
                    .as("what came before")
                    .isEqualTo(3);
            assertThat(connection.read(new byte[9], Duration.ZERO)).isZero();
            assertThatThrownBy(() -> connection.read(new byte[9], Duration.ZERO))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("the cable was pulled");
        }
    }

    @Test
    void radioThatTalksOnDoesNotHideThatItCanNotBeWrittenTo() throws Exception {
        var line = new BreakingLine();
        var time = new AtomicLong();
        try (var connection = QueuedConnection.open(line, "roof", Duration.ofSeconds(10), time::get)) {
            line.says.addAll(List.of(3, 4, 5));
            connection.write(new byte[] {1});
            await().atMost(LONG).until(() -> !accepts(connection));
            assertThat(connection.read(new byte[9], Duration.ZERO)).isEqualTo(3);
            time.addAndGet(Duration.ofSeconds(2).toNanos());
            assertThatThrownBy(() -> connection.read(new byte[9], Duration.ZERO))
                    .hasMessageContaining("the cable was pulled");
        }
    }

    private static boolean accepts(QueuedConnection connection) {
        try {
            connection.write(new byte[] {9});
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static void say(RadioPort port, int times) {
        ToRadio message = ToRadio.newBuilder()
                .setPacket(MeshPacket.newBuilder()
                        .setDecoded(Data.newBuilder().setPayload(ByteString.copyFrom(new byte[400]))))
                .build();
        for (int i = 0; i < times; i++) {
            var unused = port.send(message);
        }
    }

    private static void start(Runnable work) {
        var thread = new Thread(work, "hung-radio");
        thread.setDaemon(true);
        thread.start();
    }

    /** It takes one byte of the first frame and nothing of another. */
    private static final class BreakingLine implements RadioConnection {
        private final Deque<Integer> says = new ArrayDeque<>();
        private final List<Byte> written = new ArrayList<>();

        @Override
        public int read(byte[] into, Duration most) {
            Integer next = says.poll();
            return next == null ? 0 : next;
        }

        @Override
        public void write(byte[] bytes) throws IOException {
            written.add(bytes[0]);
            throw new IOException("the cable was pulled");
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    }

    /** It hears the request for its config and nothing else, and goes on talking. */
    private static final class TalkingRadio implements AutoCloseable {
        private final ServerSocket server = new ServerSocket();
        private volatile boolean closed;

        TalkingRadio() throws IOException {
            server.setReceiveBufferSize(4096);
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            start(this::accept);
        }

        int port() {
            return server.getLocalPort();
        }

        private void accept() {
            while (!closed) {
                try {
                    Socket socket = server.accept();
                    start(() -> talk(socket));
                } catch (IOException e) {
                    // Closed: the loop ends.
                }
            }
        }

        private void talk(Socket socket) {
            try (socket) {
                var in = new DataInputStream(socket.getInputStream());
                var unused = in.readShort();
                ToRadio wanted = ToRadio.parseFrom(in.readNBytes(in.readUnsignedShort()));
                FromRadio own = FromRadio.newBuilder()
                        .setMyInfo(MyNodeInfo.newBuilder().setMyNodeNum(0x2000))
                        .build();
                FromRadio end = FromRadio.newBuilder()
                        .setConfigCompleteId(wanted.getWantConfigId())
                        .build();
                socket.getOutputStream().write(RadioScript.frames(List.of(own, end)));
                byte[] status = RadioScript.frames(List.of(FromRadio.newBuilder()
                        .setQueueStatus(QueueStatus.getDefaultInstance())
                        .build()));
                var pause = new Object();
                while (!closed) {
                    socket.getOutputStream().write(status);
                    synchronized (pause) {
                        pause.wait(20);
                    }
                }
            } catch (IOException e) {
                // The link has had enough.
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public void close() throws IOException {
            closed = true;
            server.close();
        }
    }
}
