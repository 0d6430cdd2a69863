package dev.meshlog.streams.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.Topic;
import dev.meshlog.schemas.Topics;
import dev.meshlog.streams.query.LogCursor;
import dev.meshlog.streams.query.TopicFeed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Server-Sent Events (WHATWG HTML, section 9.2): records of the radio topics as they come. An event's id is the place behind it in all topics of the
 * stream, so that {@code Last-Event-ID} goes on without a gap. Each stream has its own thread and reads Kafka only as fast as its client reads it.
 */
final class RadioEvents implements AutoCloseable {
    static final int STREAMS = 16;

    private static final String PREFIX = "radio.";
    private static final List<Topic<String, ?>> TOPICS = List.of(
            Topics.PACKETS,
            Topics.RECEPTIONS,
            Topics.NODES,
            Topics.PUBKEYS,
            Topics.KEY_EVENTS,
            Topics.KEY_DECISIONS,
            Topics.LINKS,
            Topics.TELEMETRY,
            Topics.EDGES,
            Topics.ALERTS,
            Topics.RADIO_REJECTED);
    private static final Map<String, Topic<String, ?>> KINDS = kinds();
    private static final String USUAL = "key-events,alerts";

    private final Cluster cluster;
    private final Patience patience;
    private final Set<EventStream> open = ConcurrentHashMap.newKeySet();
    private final ScheduledExecutorService watch = Executors.newSingleThreadScheduledExecutor(task -> {
        var thread = new Thread(task, "meshlog-http-events");
        thread.setDaemon(true);
        return thread;
    });

    /**
     * How long is waited for a client.
     *
     * @param keepAlive between two comments when there is nothing to say
     * @param slow a write that takes longer ends the stream with a sentence
     * @param stuck one that takes longer ends the connection
     */
    record Patience(Duration keepAlive, Duration slow, Duration stuck) {
        static final Patience USUAL =
                new Patience(Duration.ofSeconds(15), Duration.ofSeconds(10), Duration.ofSeconds(30));
    }

    RadioEvents(Cluster cluster, Patience patience) {
        this.cluster = cluster;
        this.patience = patience;
        long everyMs = Math.max(50, patience.stuck().toMillis() / 10);
        var unused = watch.scheduleWithFixedDelay(
                () -> open.forEach(EventStream::endIfStuck), everyMs, everyMs, TimeUnit.MILLISECONDS);
    }

    private static Map<String, Topic<String, ?>> kinds() {
        var kinds = new LinkedHashMap<String, Topic<String, ?>>();
        TOPICS.forEach(topic -> kinds.put(kind(topic.name()), topic));
        return kinds;
    }

    static String kind(String topic) {
        return topic.substring(PREFIX.length());
    }

    /** Takes the exchange over; it is answered until the client goes away. */
    void open(Question question, HttpExchange exchange, Sending sending) {
        question.allow(Set.of("kinds", "network", "after"));
        List<Topic<String, ?>> topics = topics(question.parameters().getOrDefault("kinds", USUAL));
        String last = exchange.getRequestHeaders().getFirst("Last-Event-ID");
        String after = last == null || last.isEmpty() ? question.parameters().get("after") : last;
        LogCursor place = after == null ? null : cursor(after, topics);
        var stream = new EventStream(exchange, sending, question.parameters().get("network"), patience, open::remove);
        synchronized (open) {
            if (open.size() >= STREAMS) {
                throw Refusal.tooMany("There are " + STREAMS + " streams of events already.");
            }
            open.add(stream);
        }
        stream.start(() -> feed(topics), place);
    }

    private TopicFeed feed(List<Topic<String, ?>> topics) {
        return new TopicFeed(cluster, topics);
    }

    private static List<Topic<String, ?>> topics(String text) {
        var topics = new ArrayList<Topic<String, ?>>();
        for (String kind : text.split(",", -1)) {
            Topic<String, ?> topic = KINDS.get(kind.strip());
            if (topic == null) {
                throw Refusal.badRequest(
                        "BAD_PARAMETER",
                        "kinds are some of " + String.join(",", KINDS.keySet()) + ", not '" + kind + "'.");
            }
            if (!topics.contains(topic)) {
                topics.add(topic);
            }
        }
        return topics;
    }

    private static LogCursor cursor(String text, List<Topic<String, ?>> topics) {
        LogCursor cursor;
        try {
            cursor = LogCursor.parse(text);
        } catch (IllegalArgumentException e) {
            throw Refusal.badRequest("BAD_PARAMETER", "Last-Event-ID is the id of an event, not '" + text + "'.");
        }
        if (cursor.offsets().keySet().stream()
                .noneMatch(
                        name -> topics.stream().anyMatch(topic -> topic.name().equals(name)))) {
            throw Refusal.badRequest("BAD_PARAMETER", "Last-Event-ID is that of a stream of other kinds.");
        }
        return cursor;
    }

    /** How many clients listen. */
    int streams() {
        return open.size();
    }

    static @Nullable String network(ObjectNode value) {
        return value.path("network").isTextual() ? value.path("network").textValue() : null;
    }

    @Override
    public void close() {
        watch.shutdownNow();
        open.forEach(EventStream::end);
    }
}
