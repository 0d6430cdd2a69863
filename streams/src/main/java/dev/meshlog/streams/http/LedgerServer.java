package dev.meshlog.streams.http;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.schemas.Cluster;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.errors.InvalidStateStoreException;
import org.apache.kafka.streams.state.HostInfo;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HTTP server of one instance. It answers from its birth on, with 503 until it follows a streams application or a replica; a question
 * about the present goes to the instance that has the ledger's task. Without a ledger it answers about the radio tables alone.
 */
public final class LedgerServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LedgerServer.class);
    private static final int THREADS = 16;
    private static final int BACKLOG = 128;

    /**
     * Read by the JDK's server when its first instance is made; what an operator sets wins. A body that is too large is passed over up to a
     * MiB, since a client that still sends would see its connection reset instead of the answer.
     */
    private static final Map<String, String> LIMITS = Map.of(
            "sun.net.httpserver.maxReqTime", "15",
            "sun.net.httpserver.nodelay", "true",
            "sun.net.httpserver.drainAmount", Integer.toString(1 << 20),
            "jdk.httpserver.maxConnections", "1000");

    static {
        LIMITS.forEach((name, value) -> System.getProperties().putIfAbsent(name, value));
    }

    private final HttpSettings settings;
    private final HttpServer server;
    private final ExecutorService threads;
    private final LedgerPlace place;
    private final @Nullable LedgerDesk ledger;
    private final ServerMetrics metrics = new ServerMetrics();
    private volatile @Nullable RadioRoutes radio;

    /**
     * Begins to listen.
     *
     * @throws IOException when the address can't be used
     */
    public LedgerServer(HttpSettings settings, Cluster cluster, GenesisConfig genesis) throws IOException {
        this(settings, cluster, Optional.of(genesis));
    }

    /**
     * Begins to listen where no ledger runs.
     *
     * @throws IOException when the address can't be used
     */
    public static LedgerServer withoutLedger(HttpSettings settings, Cluster cluster) throws IOException {
        return new LedgerServer(settings, cluster, Optional.empty());
    }

    private LedgerServer(HttpSettings settings, Cluster cluster, Optional<GenesisConfig> genesis) throws IOException {
        this.settings = settings;
        // First what may fail, so that nothing is left behind.
        server = listen(settings);
        InetSocketAddress bound = server.getAddress();
        place = new LedgerPlace(
                new HostInfo(settings.advertised().orElse(bound.getAddress().getHostAddress()), bound.getPort()),
                settings.tls());
        var number = new AtomicInteger();
        threads = Executors.newFixedThreadPool(THREADS, task -> {
            var thread = new Thread(task, "meshlog-http-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
        ledger = genesis.map(known ->
                        new LedgerDesk(cluster, known, place, metrics, new SlowQuestions(THREADS / 2), threads))
                .orElse(null);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    private static HttpServer listen(HttpSettings settings) throws IOException {
        if (settings.tls().isEmpty()) {
            return HttpServer.create(settings.listen(), BACKLOG);
        }
        HttpsServer https = HttpsServer.create(settings.listen(), BACKLOG);
        https.setHttpsConfigurator(new HttpsConfigurator(settings.tls().get()));
        return https;
    }

    /** Where clients of this machine, or those of the advertised name, find it. */
    public String url() {
        String host = place.self().host();
        return (settings.tls().isPresent() ? "https://" : "http://") + (host.contains(":") ? "[" + host + "]" : host)
                + ":" + place.self().port();
    }

    /** How other instances reach this one: what the streams application has to advertise. */
    public String applicationServer() {
        return place.self().host() + ":" + place.self().port();
    }

    /** From now on questions are answered from this application's state. */
    public void follow(KafkaStreams application) {
        metrics.follow(application);
        desk().routes().follow(new StreamsPresent(application, place));
    }

    /** From now on questions are answered from this replica's state. */
    public void follow(FollowedReplica replica) {
        desk().routes().follow(new ReplicaPresent(place.self(), replica));
    }

    /** From now on questions about the radio tables are answered, too. They are closed with the server. */
    public void follow(RadioRoutes tables) {
        radio = tables;
    }

    private void handle(HttpExchange exchange) {
        var sending = new Sending(exchange, metrics, LedgerRoutes.NAMES);
        try {
            Question question = Question.of(exchange.getRequestMethod(), exchange.getRequestURI());
            if (!LedgerRoutes.isOpen(question.route())) {
                authorise(exchange);
            }
            if (question.route().equals(RadioRoutes.ROUTE)) {
                radio().answer(question, exchange, sending);
            } else if (ledger != null) {
                ledger.routes().answer(question, exchange, sending);
            } else {
                sending.send(withoutLedger(question));
            }
        } catch (Refusal e) {
            sending.send(e.reply());
        } catch (InvalidStateStoreException e) {
            LOG.debug("the state is not here: {}", e.toString());
            sending.send(Refusal.notReady("The ledger's state is being moved or restored.")
                    .reply());
        } catch (KafkaException e) {
            LOG.warn("{} {}: {}", exchange.getRequestMethod(), exchange.getRequestURI(), e.toString());
            sending.send(Refusal.notReady("The cluster does not answer: " + e.getMessage())
                    .reply());
        } catch (IOException e) {
            LOG.debug("a client went away: {}", e.toString());
            exchange.close();
        } catch (RuntimeException e) {
            LOG.error("{} {}", exchange.getRequestMethod(), exchange.getRequestURI(), e);
            sending.send(Reply.json(
                    500,
                    LedgerJson.object()
                            .put("code", "FAILED")
                            .put("message", "A mistake of ours; the log tells more.")));
        }
    }

    private LedgerDesk desk() {
        return Objects.requireNonNull(ledger, "a server without a ledger follows radio tables alone");
    }

    private Reply withoutLedger(Question question) {
        if (!question.method().equals("GET")) {
            throw Refusal.wrongMethod("GET");
        }
        return switch (question.route()) {
            case "healthz" -> Reply.json(200, LedgerJson.object().put("alive", true));
            case "readyz" -> {
                var unused = radio();
                yield Reply.json(200, LedgerJson.object().put("ready", true));
            }
            case "metrics" -> Reply.of(200, ServerMetrics.CONTENT_TYPE, metrics.scrape());
            default ->
                throw Refusal.notFound(
                        "NO_LEDGER",
                        "No ledger runs here. Known are /radio/ nodes, keys, packets, links, alerts, events, and /healthz, /readyz and /metrics.");
        };
    }

    private RadioRoutes radio() {
        RadioRoutes followed = radio;
        if (followed == null) {
            throw Refusal.notFound("NO_RADIO", "This instance answers nothing about the radio tables.");
        }
        return followed;
    }

    private void authorise(HttpExchange exchange) {
        if (settings.token().isEmpty()) {
            return;
        }
        String given = exchange.getRequestHeaders().getFirst("Authorization");
        byte[] wanted = ("Bearer " + settings.token().get()).getBytes(StandardCharsets.UTF_8);
        if (given == null || !MessageDigest.isEqual(given.getBytes(StandardCharsets.UTF_8), wanted)) {
            throw Refusal.unauthorised();
        }
    }

    /** Answers what is under way for at most a second. */
    @Override
    public void close() {
        RadioRoutes followed = radio;
        if (followed != null) {
            // First: its streams of events would keep the server from stopping.
            followed.close();
        }
        server.stop(1);
        if (ledger != null) {
            ledger.stopTaking();
        }
        threads.shutdown();
        try {
            if (!threads.awaitTermination(Duration.ofSeconds(2).toMillis(), TimeUnit.MILLISECONDS)) {
                threads.shutdownNow();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (ledger != null) {
            ledger.close();
        }
        metrics.close();
    }
}
