package dev.meshlog.streams.query;

import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.Topic;
import dev.meshlog.schemas.Topics;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@link RadioTables} that are kept up to date by a thread of their own: to their end first, then as records come. Any thread may ask. */
public final class RadioView implements AutoCloseable {
    static final Duration POLL = Duration.ofMillis(500);

    private static final Logger LOG = LoggerFactory.getLogger(RadioView.class);
    /** Counters come every second: of the links' events only the newest are read. */
    private static final long LINK_EVENTS = 20_000;

    private static final List<Topic<String, ?>> TOPICS =
            Stream.concat(RadioTables.TOPICS.stream(), Stream.of(Topics.LINKS)).toList();

    private final Cluster cluster;
    private final Follower follower = new Follower("the radio tables", "meshlog-radio-view", Filling::new);
    private final List<Consumer<String>> listeners = new CopyOnWriteArrayList<>();
    private volatile Optional<RadioTables> tables = Optional.empty();

    public RadioView(Cluster cluster) {
        this.cluster = cluster;
    }

    public void start() {
        follower.start();
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

    /** Tables from the beginning; what was read before is shown until these are complete. */
    private final class Filling implements Follower.Reading {
        private final RadioTables filled = new RadioTables();
        private final TopicFeed feed = new TopicFeed(cluster, TOPICS);
        private @Nullable LogCursor end;
        private boolean complete;

        @Override
        public void step() {
            if (end == null) {
                end = feed.end();
                feed.seek(feed.beginning().with(Topics.LINKS, feed.beforeEnd(LINK_EVENTS)));
            }
            var touched = new LinkedHashSet<String>();
            for (ConsumerRecord<String, byte[]> rec : feed.poll(POLL)) {
                filled.take(rec);
                if (!rec.topic().equals(Topics.LINKS.name())) {
                    touched.add(rec.key());
                }
            }
            if (!complete && feed.isBehind(end)) {
                complete = true;
                tables = Optional.of(filled);
                touched.addAll(filled.known());
            }
            if (complete) {
                touched.forEach(RadioView.this::tell);
            }
        }

        @Override
        public void close() {
            feed.close();
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

    @Override
    public void close() {
        follower.close();
    }
}
