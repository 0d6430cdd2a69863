package dev.meshlog.ingest.gossip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.meshlog.ingest.gossip.quic.PeerRefusal;
import dev.meshlog.schemas.gossip.RefusalReason;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PeerLogTest {
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final ExecutorService writing = PeerLog.thread();

    @AfterEach
    void close() {
        writing.shutdownNow();
    }

    @Test
    void nobodyWaitsForAClusterThatDoesNotAnswer() {
        var stuck = new StuckProducer();
        var log = new PeerLog(stuck, Clock.systemUTC(), writing);
        for (int i = 1; i <= 5_000; i++) {
            log.unreachable("192.0.2.1:" + i, null, new PeerRefusal(RefusalReason.NOT_FOUND, "nobody answers"));
        }
        assertThat(stuck.history()).isEmpty();

        stuck.answers.countDown();
        await().atMost(PATIENCE)
                .until(() ->
                        stuck.history().stream().anyMatch(each -> each.key().equals("192.0.2.1:5000")));
        assertThat(stuck.history()).as("without the oldest").hasSizeLessThan(2_000);
    }

    /** As one whose buffer is full. */
    private static final class StuckProducer extends MockProducer<String, byte[]> {
        private final CountDownLatch answers = new CountDownLatch(1);

        StuckProducer() {
            super(true, null, new StringSerializer(), new ByteArraySerializer());
        }

        @Override
        @SuppressWarnings(
                "UnsynchronizedOverridesSynchronized") // others look at what was sent meanwhile, which takes the lock
        public Future<RecordMetadata> send(ProducerRecord<String, byte[]> rec, Callback callback) {
            try {
                answers.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return super.send(rec, callback);
        }
    }
}
