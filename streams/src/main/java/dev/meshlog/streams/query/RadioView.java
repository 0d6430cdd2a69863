package dev.meshlog.streams.query;

import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.Topics;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@link RadioTables} that are kept up to date by a thread of their own: to their end first, then as records come. Any thread may ask. */
public final class RadioView implements AutoCloseable {
    static final Duration POLL = Duration.ofMillis(500);

    private static final Logger LOG = LoggerFactory.getLogger(RadioView.class);
    /** Counters come every second: of the links' events only the newest are read. */
    private static final long LINK_EVENTS = 20_000;

    private static final long AGAIN_MS = 2_000;

    private final Cluster cluster;
    private final Thread thread = new Thread(this::run, "meshlog-radio-view");
    private final CountDownLatch closing = new CountDownLatch(1);
    private final List<Consumer<String>> listeners = new CopyOnWriteArrayList<>();
    private volatile Optional<RadioTables> tables = Optional.empty();

    public RadioView(Cluster cluster) {
        this.cluster = cluster;
        thread.setDaemon(true);
    }

    public void start() {
        thread.start();
    }

    /**
     * Tells of each node ({@code network/!node}) that a record came about, once the tables that {@link #tables} gives have it; at the
     * beginning of all of them. The listener must not wait.
     */
    public void onChange(Consumer<String> listener) {
        listeners.add(listener);
    }

    /** Empty until everything was read that stood in the topics when the view was started. */
    public Optional<RadioTables> tables() {
        return tables;
    }

    private void run() {
        while (closing.getCount() > 0) {
            try {
                follow();
            } catch (KafkaException e) {
                LOG.warn("the radio tables can't be read, trying again: {}", e.getMessage());
            }
            pause();
        }
    }

    /** Begins anew with each call: what was read so far is shown until the new tables are complete. */
    private void follow() {
        var filled = new RadioTables();
        try (var feed = new TopicFeed(cluster, RadioTables.TOPICS);
                var links = new TopicFeed(cluster, List.of(Topics.LINKS))) {
            LogCursor end = feed.end();
            feed.seek(feed.beginning());
            LogCursor linksEnd = links.end();
            links.seek(links.beforeEnd(LINK_EVENTS));
            while (closing.getCount() > 0) {
                var touched = new LinkedHashSet<String>();
                feed.poll(POLL).forEach(rec -> {
                    filled.take(rec);
                    touched.add(rec.key());
                });
                links.poll(Duration.ZERO).forEach(filled::take);
                if (tables.isEmpty() || tables.get() != filled) {
                    if (feed.isBehind(end) && links.isBehind(linksEnd)) {
                        tables = Optional.of(filled);
                        touched.addAll(filled.known());
                    }
                }
                if (tables.isPresent() && tables.get() == filled) {
                    touched.forEach(this::tell);
                }
            }
        }
    }

    private void tell(String node) {
        for (Consumer<String> listener : listeners) {
            try {
                listener.accept(node);
            } catch (RuntimeException e) {
                LOG.error("a defect in who listens to the radio tables", e);
            }
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
            thread.join(Duration.ofSeconds(3).toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
