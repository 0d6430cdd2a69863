package dev.meshlog.streams.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import dev.meshlog.streams.query.LogCursor;
import dev.meshlog.streams.query.RadioJson;
import dev.meshlog.streams.query.TopicFeed;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One client that is told of records as they come, by a thread of its own. */
final class EventStream {
    private static final Logger LOG = LoggerFactory.getLogger(EventStream.class);
    private static final Duration POLL = Duration.ofMillis(500);
    private static final long NOT_WRITING = 0;

    private final HttpExchange exchange;
    private final Sending sending;
    private final @Nullable String network;
    private final RadioEvents.Patience patience;
    private final Consumer<EventStream> ended;
    private volatile boolean ending;
    /** In nanoseconds; {@link #NOT_WRITING} while nothing is being written. */
    private volatile long writingSince = NOT_WRITING;

    private volatile @Nullable Thread thread;
    private long spoke = System.nanoTime();

    EventStream(
            HttpExchange exchange,
            Sending sending,
            @Nullable String network,
            RadioEvents.Patience patience,
            Consumer<EventStream> ended) {
        this.exchange = exchange;
        this.sending = sending;
        this.network = network;
        this.patience = patience;
        this.ended = ended;
    }

    /** @param place where the events begin; null: with those that come from now on */
    void start(Supplier<TopicFeed> source, @Nullable LogCursor place) {
        var own = new Thread(() -> run(source, place), "meshlog-http-event-stream");
        own.setDaemon(true);
        thread = own;
        own.start();
    }

    private void run(Supplier<TopicFeed> source, @Nullable LogCursor place) {
        try (exchange;
                TopicFeed feed = source.get()) {
            long missed = feed.seek(place == null ? feed.end() : place);
            LogCursor position = feed.position();
            OutputStream out = begin();
            write(out, missed == 0 ? ": begins here\nid: " + position + "\n\n" : gap(missed, position));
            while (!ending) {
                List<ConsumerRecord<String, byte[]>> records = feed.poll(POLL);
                var text = new StringBuilder();
                for (ConsumerRecord<String, byte[]> rec : records) {
                    position = position.behind(rec.topic(), rec.partition(), rec.offset());
                    append(text, rec, position);
                }
                if (text.isEmpty()
                        && System.nanoTime() - spoke > patience.keepAlive().toNanos()) {
                    // The place too: a client that comes back behind many events of other networks does not read them
                    // again.
                    text.append(": alive\nid: ").append(position).append("\n\n");
                }
                if (!text.isEmpty() && !write(out, text.toString())) {
                    write(
                            out,
                            event(
                                    "dropped",
                                    null,
                                    "{\"message\":\"You read too slowly; come again with Last-Event-ID.\"}"));
                    LOG.info("a client that read the radio events too slowly was dropped");
                    return;
                }
            }
        } catch (IOException e) {
            LOG.debug("a client of the radio events went away: {}", e.toString());
        } catch (KafkaException e) {
            LOG.debug("a stream of radio events ends: {}", e.toString());
        } finally {
            ended.accept(this);
        }
    }

    private OutputStream begin() throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream; charset=utf-8");
        exchange.getResponseHeaders().set("Cache-Control", "no-store");
        sending.began(200);
        exchange.sendResponseHeaders(200, 0);
        return exchange.getResponseBody();
    }

    private void append(StringBuilder text, ConsumerRecord<String, byte[]> rec, LogCursor position) {
        ObjectNode value = RadioJson.record(rec);
        if (network == null || network.equals(RadioEvents.network(value))) {
            text.append(event(RadioEvents.kind(rec.topic()), position, RadioJson.text(value)));
        }
    }

    private static String gap(long missed, LogCursor position) {
        return event(
                "gap",
                position,
                "{\"missed\":" + missed + ",\"message\":\"So many offsets are no longer in the log.\"}");
    }

    private static String event(String kind, @Nullable LogCursor position, String json) {
        return (position == null ? "" : "id: " + position + "\n") + "event: " + kind + "\ndata: " + json + "\n\n";
    }

    /** Returns whether the client took it in time. */
    private boolean write(OutputStream out, String text) throws IOException {
        long began = System.nanoTime();
        writingSince = began == NOT_WRITING ? 1 : began;
        try {
            out.write(text.getBytes(StandardCharsets.UTF_8));
            out.flush();
        } finally {
            writingSince = NOT_WRITING;
        }
        spoke = System.nanoTime();
        return spoke - began <= patience.slow().toNanos();
    }

    /** An interrupt closes the channel that is being written to, and with it ends the write. */
    void endIfStuck() {
        long since = writingSince;
        if (since != NOT_WRITING && System.nanoTime() - since > patience.stuck().toNanos()) {
            LOG.info("a client that no longer reads the radio events was dropped");
            end();
        }
    }

    void end() {
        ending = true;
        Thread own = thread;
        if (own != null) {
            own.interrupt();
        }
    }
}
