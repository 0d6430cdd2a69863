package dev.meshlog.infra.node;

import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.radio.KeyPush;
import dev.meshlog.schemas.radio.KeyPushKind;
import dev.meshlog.streams.query.LogCursor;
import dev.meshlog.streams.query.TopicFeed;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hands on what operators ask for in {@code radio.key-pushes}, from the moment it was opened. What was asked before that was asked of another process. */
final class KeyRequestFeed implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(KeyRequestFeed.class);
    private static final Duration POLL = Duration.ofMillis(200);
    private static final long AGAIN_MS = 2_000;
    private static final long LEAVE_MS = 3_000;

    private final Cluster cluster;
    private final Consumer<KeyPush> listener;
    private final Thread thread = new Thread(this::run, "meshlog-key-requests");
    private final CountDownLatch closing = new CountDownLatch(1);
    private @Nullable LogCursor place;

    private KeyRequestFeed(Cluster cluster, Consumer<KeyPush> listener) {
        this.cluster = cluster;
        this.listener = listener;
        thread.setDaemon(true);
    }

    static KeyRequestFeed open(Cluster cluster, Consumer<KeyPush> listener) {
        var feed = new KeyRequestFeed(cluster, listener);
        feed.thread.start();
        return feed;
    }

    private void run() {
        while (closing.getCount() > 0) {
            try (var feed = new TopicFeed(cluster, List.of(Topics.KEY_PUSHES))) {
                feed.seek(place == null ? feed.end() : place);
                while (closing.getCount() > 0) {
                    feed.poll(POLL).forEach(this::take);
                    place = feed.position();
                }
            } catch (KafkaException e) {
                LOG.warn("requests for keys can't be read, trying again: {}", e.getMessage());
                pause();
            }
        }
    }

    private void take(ConsumerRecord<String, byte[]> rec) {
        try {
            KeyPush push = Topics.KEY_PUSHES.values().deserializer().deserialize(rec.topic(), rec.value());
            if (push.getKind() == KeyPushKind.ASKED) {
                listener.accept(push);
            }
        } catch (RuntimeException e) {
            LOG.warn("{}-{}@{} is no request: {}", rec.topic(), rec.partition(), rec.offset(), e.toString());
        }
    }

    private void pause() {
        try {
            var unused = closing.await(AGAIN_MS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        closing.countDown();
        try {
            thread.join(LEAVE_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
