package dev.meshlog.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.meshtastic.MeshPacket;
import dev.meshlog.schemas.radio.FrameKind;
import dev.meshlog.schemas.radio.LinkEvent;
import dev.meshlog.schemas.radio.LinkEventKind;
import dev.meshlog.schemas.radio.RadioFrame;
import dev.meshlog.schemas.testing.TestBroker;
import dev.meshlog.schemas.wire.RejectReason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LiveLinkTest {
    private static final Duration LONG = Duration.ofMinutes(2);

    @TempDir
    private Path directory;

    private TestBroker broker;

    @BeforeEach
    void start() throws Exception {
        broker = TestBroker.startWithTopics(directory.resolve("broker"));
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    @Test
    @DisplayName("LV-20 what comes while the broker is away, over a shutdown too, is there once when it is back")
    void whatComesWhileTheBrokerIsAwayIsThereOnceWhenItIsBack() throws Exception {
        var source = new Numbers();
        var app = app(source, 1 << 20);
        app.start();
        source.send(0, 100);
        await().atMost(LONG).until(() -> received().size() == 100);

        broker.stop();
        source.send(100, 300);
        source.awaitKept(300);
        long began = System.nanoTime();
        app.close();
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(5));

        var second = new Numbers();
        try (var again = app(second, 1 << 20)) {
            again.start();
            second.send(300, 400);
            second.awaitKept(100);
            broker.restart();
            await().atMost(LONG).until(() -> received().size() >= 400);
            second.close();
            assertThat(again.awaitFinished(LONG)).isTrue();
        }
        assertThat(received()).isEqualTo(IntStream.range(0, 400).boxed().toList());
        assertThat(broker.values(Topics.FRAMES, "live"))
                .extracting(frame -> Objects.requireNonNull(frame.getSource()).getFingerprint())
                .hasSize(400)
                .containsOnly(spoolId());
    }

    @Test
    void fullSpoolHoldsTheSourceBackAndCountsWhatCannotWait() throws Exception {
        broker.stop();
        var source = new Numbers();
        var app = app(source, 1 << 20);
        app.start();
        source.sendLarge(600);
        await().atMost(LONG).until(() -> source.blocked());
        int keptBefore = source.kept.get();
        assertThat(keptBefore).isBetween(100, 599);
        assertThat(source.offer(1)).isFalse();
        broker.restart();
        source.awaitKept(600);
        assertThat(source.offer(2)).isTrue();
        source.close();
        assertThat(app.awaitFinished(LONG)).isTrue();
        app.close();
        assertThat(broker.values(Topics.FRAMES, "live")).hasSize(601);
        List<LinkEvent> events = broker.values(Topics.LINKS, "live");
        assertThat(events)
                .anyMatch(event -> event.getKind() == LinkEventKind.DROPPED
                        && String.valueOf(event.getDetail()).startsWith("dropped 1 message:"))
                .anyMatch(event -> event.getKind() == LinkEventKind.STATUS
                        && event.getFacts().containsKey("spoolBytes"));
    }

    @Test
    void messageLongerThanAnyPacketIsRejected() throws Exception {
        var source = new Numbers();
        try (var app = app(source, 1 << 20)) {
            app.start();
            source.sendLong(1 << 20);
            source.send(7, 8);
            await().atMost(LONG).until(() -> received().equals(List.of(7)));
        }
        assertThat(broker.values(Topics.RADIO_REJECTED, "live")).singleElement().satisfies(rejected -> {
            assertThat(rejected.getReason()).isEqualTo(RejectReason.MESSAGE_TOO_LONG.name());
            assertThat(rejected.getLength()).isGreaterThan(1 << 20);
            assertThat(rejected.getBytes().remaining()).isEqualTo(4096);
        });
    }

    @Test
    @DisplayName("PS-05 a damaged spool is put aside, told, and the link goes on")
    void damagedSpoolIsPutAsideAndTheLinkGoesOn() throws Exception {
        Path spool = directory.resolve("spools").resolve("live");
        Files.createDirectories(spool);
        Files.writeString(spool.resolve("CURRENT"), "nonsense");
        var source = new Numbers();
        try (var app = app(source, 1 << 20)) {
            app.start();
            source.send(0, 10);
            await().atMost(LONG).until(() -> received().size() == 10);
        }
        assertThat(broker.values(Topics.LINKS, "live"))
                .anyMatch(event -> String.valueOf(event.getDetail()).contains("was damaged"));
        try (Stream<Path> all = Files.list(directory.resolve("spools"))) {
            assertThat(all).anyMatch(path -> path.toString().contains("live.damaged-"));
        }
    }

    private String spoolId() throws IOException {
        try (var spool = new Spool(directory.resolve("spools").resolve("live"), 1 << 20)) {
            assertThat(spool.bytes()).isZero();
            return spool.id();
        }
    }

    private IngestApp app(LiveSource source, long spoolBytes) {
        var link =
                new LinkConfig("live", "mesh-a", new LinkConfig.Live("numbers", spoolBytes, (name, context) -> source));
        return new IngestApp(new IngestConfig(
                broker.cluster().properties(), List.of(link), directory.resolve("spools"), Clock.systemUTC()));
    }

    private List<Integer> received() throws IOException {
        var numbers = new ArrayList<Integer>();
        for (RadioFrame frame : broker.values(Topics.FRAMES, "live")) {
            numbers.add(MeshPacket.parseFrom(frame.getPayload()).getId());
        }
        return numbers;
    }

    /** Sends packets with these ids. */
    private static final class Numbers implements LiveSource {
        private final BlockingQueue<Received> messages = new LinkedBlockingQueue<>();
        private final AtomicInteger kept = new AtomicInteger();
        private final CountDownLatch closed = new CountDownLatch(1);
        private volatile Thread thread = Thread.currentThread();
        private volatile @Nullable LiveSink sink;

        void send(int from, int to) {
            IntStream.range(from, to).forEach(number -> messages.add(message(number, 1)));
        }

        void sendLarge(int count) {
            IntStream.range(0, count).forEach(number -> messages.add(message(number, 8 << 10)));
        }

        void sendLong(int length) {
            messages.add(message(1, length));
        }

        boolean offer(int number) {
            return Objects.requireNonNull(sink).offer(List.of(message(number, 8 << 10)));
        }

        boolean blocked() {
            return thread.getState() == Thread.State.TIMED_WAITING && kept.get() > 0 && messages.size() < 599;
        }

        void awaitKept(int count) {
            await().atMost(LONG).until(() -> kept.get() == count);
        }

        @Override
        public void run(LiveSink to) throws InterruptedException {
            thread = Thread.currentThread();
            sink = to;
            while (true) {
                Received next = messages.poll(10, TimeUnit.MILLISECONDS);
                if (next != null) {
                    to.keep(List.of(next));
                    kept.incrementAndGet();
                } else if (closed.getCount() == 0) {
                    return;
                }
            }
        }

        private static Received message(int id, int length) {
            MeshPacket packet = MeshPacket.newBuilder()
                    .setFrom(1)
                    .setId(id)
                    .setEncrypted(ByteString.copyFrom(new byte[length]))
                    .build();
            return Received.Message.live(FrameKind.MESH_PACKET, packet.toByteString());
        }

        @Override
        public void close() {
            closed.countDown();
        }
    }
}
