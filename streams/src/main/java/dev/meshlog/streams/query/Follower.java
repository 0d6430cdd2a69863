package dev.meshlog.streams.query;

import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.Topic;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows topics on a thread of its own until it is closed. When they can't be read it says so and begins anew, after pauses that double from 1 s to 30 s and
 * are short again once something was read.
 */
public final class Follower implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Follower.class);
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
    private static final Duration LEAVE = Duration.ofSeconds(3);

    private final String what;
    private final Supplier<Reading> readings;
    private final Duration firstPause;
    private final Thread thread;
    private final CountDownLatch closing = new CountDownLatch(1);

    /** Topics that are read, from their beginning or wherever, until it fails. One thread has it, from making it to closing it. */
    public interface Reading extends AutoCloseable {
        /** Takes up what has come, and waits for it a fraction of a second at most. */
        void step();

        @Override
        void close();
    }

    /**
     * @param what is read, for people
     * @param readings makes the next one; what follows from the one before is its business
     */
    public Follower(String what, String threadName, Supplier<Reading> readings) {
        this(what, threadName, readings, FIRST_PAUSE);
    }

    Follower(String what, String threadName, Supplier<Reading> readings, Duration firstPause) {
        this.what = what;
        this.readings = readings;
        this.firstPause = firstPause;
        this.thread = new Thread(this::run, threadName);
        thread.setDaemon(true);
    }

    /**
     * Follows the topics from their end, as it is when the thread begins. After a failure it goes on where it was.
     *
     * @param each must not wait; a record that it fails with is left out, and the log says so
     */
    public static Follower fromEnd(
            Cluster cluster,
            List<Topic<String, ?>> topics,
            String what,
            String threadName,
            Consumer<ConsumerRecord<String, byte[]>> each) {
        return new Follower(what, threadName, new FromEnd(cluster, topics, what, each)::open);
    }

    /** Keeps the place between two readings. */
    private static final class FromEnd {
        private final Cluster cluster;
        private final List<Topic<String, ?>> topics;
        private final String what;
        private final Consumer<ConsumerRecord<String, byte[]>> each;
        private @Nullable LogCursor place;

        FromEnd(
                Cluster cluster,
                List<Topic<String, ?>> topics,
                String what,
                Consumer<ConsumerRecord<String, byte[]>> each) {
            this.cluster = cluster;
            this.topics = List.copyOf(topics);
            this.what = what;
            this.each = each;
        }

        Reading open() {
            var feed = new TopicFeed(cluster, topics);
            return new Reading() {
                private boolean sought;

                @Override
                public void step() {
                    if (!sought) {
                        feed.seek(place == null ? feed.end() : place);
                        sought = true;
                    }
                    feed.poll(POLL).forEach(FromEnd.this::take);
                    place = feed.position();
                }

                @Override
                public void close() {
                    feed.close();
                }
            };
        }

        private void take(ConsumerRecord<String, byte[]> rec) {
            try {
                each.accept(rec);
            } catch (RuntimeException e) {
                LOG.warn("{}: {}-{}@{} is left out", what, rec.topic(), rec.partition(), rec.offset(), e);
            }
        }
    }

    public void start() {
        thread.start();
    }

    private boolean isOpen() {
        return closing.getCount() > 0;
    }

    private void run() {
        Duration pause = firstPause;
        while (isOpen()) {
            try (Reading reading = readings.get()) {
                while (isOpen()) {
                    reading.step();
                    pause = firstPause;
                }
            } catch (InterruptException e) {
                return;
            } catch (KafkaException e) {
                LOG.warn("{} can't be read, trying again in {} s: {}", what, pause.toSeconds(), e.getMessage());
                pause = pauseFor(pause);
            } catch (RuntimeException e) {
                LOG.error("a defect in who reads {}, trying again in {} s", what, pause.toSeconds(), e);
                pause = pauseFor(pause);
            }
        }
    }

    /** @return how long the next one is */
    private Duration pauseFor(Duration pause) {
        try {
            var unused = closing.await(pause.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            closing.countDown();
        }
        Duration next = pause.multipliedBy(2);
        return next.compareTo(LONGEST_PAUSE) < 0 ? next : LONGEST_PAUSE;
    }

    @Override
    public void close() {
        closing.countDown();
        try {
            thread.join(LEAVE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
