package dev.meshlog.streams.http;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one answer of an exchange, from whatever thread it comes. */
final class Sending {
    private static final Logger LOG = LoggerFactory.getLogger(Sending.class);

    /** A client that has not taken its answer by then is cut off. The JDK's own limit would end streams of events, too. */
    private static final Duration MOST = Duration.ofSeconds(60);

    private static final ScheduledExecutorService LIMITS = Executors.newSingleThreadScheduledExecutor(task -> {
        var thread = new Thread(task, "meshlog-http-limits");
        thread.setDaemon(true);
        return thread;
    });

    private final HttpExchange exchange;
    private final ServerMetrics metrics;
    private final String route;
    private final long began = System.nanoTime();

    /** @param routes those that are counted by name; strangers could invent any number of others */
    Sending(HttpExchange exchange, ServerMetrics metrics, Set<String> routes) {
        this.exchange = exchange;
        this.metrics = metrics;
        String first = exchange.getRequestURI().getPath().replaceFirst("^/", "").split("/", 2)[0];
        this.route = routes.contains(first) ? first : "other";
    }

    /** The head of an answer that is written elsewhere goes out. */
    void began(int status) {
        metrics.answered(route, status, Duration.ofNanos(System.nanoTime() - began));
    }

    void send(Reply reply) {
        began(reply.status());
        ScheduledFuture<?> limit = LIMITS.schedule(exchange::close, MOST.toMillis(), TimeUnit.MILLISECONDS);
        try (exchange) {
            reply.headers()
                    .forEach((name, value) -> exchange.getResponseHeaders().set(name, value));
            exchange.getResponseHeaders().set("Cache-Control", "no-store");
            exchange.sendResponseHeaders(reply.status(), reply.body().length);
            // Sends the answer before what is left of the question is read.
            try (OutputStream out = exchange.getResponseBody()) {
                out.write(reply.body());
            }
        } catch (IOException e) {
            LOG.debug("a client went away before it was answered: {}", e.toString());
        } finally {
            limit.cancel(false);
        }
    }
}
