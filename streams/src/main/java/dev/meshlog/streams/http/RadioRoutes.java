package dev.meshlog.streams.http;

import com.sun.net.httpserver.HttpExchange;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.streams.query.RadioTables;
import dev.meshlog.streams.query.RadioView;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Which question about the radio tables is answered from where: nodes, keys and links out of a view that is kept in memory from the first question on,
 * packets and alerts out of their topics. Any thread.
 */
public final class RadioRoutes implements AutoCloseable {
    static final String ROUTE = "radio";

    private static final int WAITING = 6;
    private static final Duration VIEW = Duration.ofSeconds(10);
    private static final Duration LOOK = Duration.ofMillis(20);
    private static final int NODE_SEGMENT = 2;

    private final RadioView view;
    private final AtomicBoolean started = new AtomicBoolean();
    private final RadioAnswers answers = new RadioAnswers();
    private final RadioLogs logs;
    private final RadioDecisions decisions;
    private final RadioEvents events;
    private final SlowQuestions slow = new SlowQuestions(WAITING);

    /** @param clock tells when a decision was taken */
    public RadioRoutes(Cluster cluster, InstantSource clock) {
        this(cluster, clock, RadioEvents.Patience.USUAL);
    }

    RadioRoutes(Cluster cluster, InstantSource clock, RadioEvents.Patience patience) {
        view = new RadioView(cluster);
        logs = new RadioLogs(cluster);
        decisions = new RadioDecisions(cluster, clock);
        events = new RadioEvents(cluster, patience);
    }

    void answer(Question question, HttpExchange exchange, Sending sending) {
        List<String> path = question.path();
        String what = path.size() < NODE_SEGMENT ? "" : path.get(1);
        if (question.method().equals("POST") && what.equals("keys") && path.size() > NODE_SEGMENT + 1) {
            RadioDecisions.Wish wish = decisions.read(question, exchange);
            sending.send(slow.of(() -> decisions.answer(wish, tables())));
            return;
        }
        if (!question.method().equals("GET")) {
            throw Refusal.wrongMethod("POST to /radio/keys/NODE/(accept|reject|verify|quarantine|remove), GET");
        }
        if (what.equals("events") && path.size() == NODE_SEGMENT) {
            events.open(question, exchange, sending);
            return;
        }
        sending.send(slow.of(() -> Reply.json(
                200,
                switch (what.toLowerCase(Locale.ROOT)) {
                    case "nodes" -> answers.nodes(question, tables());
                    case "keys" -> answers.keys(question, tables());
                    case "links" -> answers.links(question, tables());
                    case "packets" -> logs.packets(question, this::tables);
                    case "alerts" -> logs.alerts(question);
                    default ->
                        throw Refusal.notFound(
                                "NO_SUCH_QUESTION", "Known here: /radio/ nodes, keys, packets, links, alerts, events.");
                })));
    }

    /** Waits for the view to be complete; that is only so for the first questions. */
    private RadioTables tables() {
        if (started.compareAndSet(false, true)) {
            view.start();
        }
        long limit = System.nanoTime() + VIEW.toNanos();
        Optional<RadioTables> tables = view.tables();
        while (tables.isEmpty()) {
            if (System.nanoTime() > limit) {
                throw Refusal.notReady("The radio tables are being read.");
            }
            try {
                Thread.sleep(LOOK.toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw Refusal.notReady("The server is being stopped.");
            }
            tables = view.tables();
        }
        return tables.get();
    }

    /** How many clients listen to events. */
    int streams() {
        return events.streams();
    }

    @Override
    public void close() {
        events.close();
        decisions.close();
        if (started.get()) {
            view.close();
        }
    }
}
