package dev.meshlog.streams.http;

import com.sun.net.httpserver.HttpExchange;
import dev.meshlog.ledger.chain.ChainHead;
import dev.meshlog.ledger.query.LedgerView;
import dev.meshlog.ledger.vertex.Limits;
import dev.meshlog.ledger.vertex.Transaction;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.apache.kafka.streams.errors.InvalidStateStoreException;
import org.apache.kafka.streams.state.HostInfo;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Which request is answered by whom: here, by the instance with the ledger's task, or out of Kafka's topics. Any thread. */
final class LedgerRoutes {
    static final String BINARY = "application/octet-stream";

    /** Those that are counted by name. */
    static final Set<String> NAMES = Set.of(
            "objects",
            "transactions",
            "commits",
            "validators",
            "status",
            "snapshots",
            "healthz",
            "readyz",
            "metrics",
            RadioRoutes.ROUTE);

    private static final Logger LOG = LoggerFactory.getLogger(LedgerRoutes.class);

    private final LedgerPlace place;
    private final LedgerAnswers answers;
    private final TransactionIntake intake;
    private final ServerMetrics metrics;
    private final SlowQuestions slow;
    private final Executor threads;
    private volatile @Nullable Present present;

    /** @param threads for answers that come later */
    LedgerRoutes(
            LedgerPlace place,
            LedgerAnswers answers,
            TransactionIntake intake,
            ServerMetrics metrics,
            SlowQuestions slow,
            Executor threads) {
        this.place = place;
        this.answers = answers;
        this.intake = intake;
        this.metrics = metrics;
        this.slow = slow;
        this.threads = threads;
    }

    void follow(Present followed) {
        metrics.follow(this::localHead);
        present = followed;
    }

    /** Probes have no token, and learn nothing but whether the instance works. */
    static boolean isOpen(String route) {
        return route.equals("healthz") || route.equals("readyz");
    }

    void answer(Question question, HttpExchange exchange, Sending sending) throws IOException {
        boolean submits = question.method().equals("POST")
                && question.route().equals("transactions")
                && question.path().size() == 1;
        if (submits) {
            submit(question, exchange, sending);
            return;
        }
        if (!question.method().equals("GET")) {
            throw Refusal.wrongMethod(question.route().equals("transactions") ? "POST to /transactions, GET" : "GET");
        }
        if (question.path().size() == 1 && !question.route().equals("objects")) {
            switch (question.route()) {
                case "healthz" -> {
                    sending.send(health());
                    return;
                }
                case "readyz" -> {
                    sending.send(readiness());
                    return;
                }
                case "metrics" -> {
                    sending.send(Reply.of(200, ServerMetrics.CONTENT_TYPE, metrics.scrape()));
                    return;
                }
                default -> {}
            }
        }
        if (!NAMES.contains(question.route())) {
            throw LedgerAnswers.unknown();
        }
        if (answers.isOfTopics(question)) {
            sending.send(slow.of(() -> Reply.json(200, answers.fromTopics(question))));
            return;
        }
        HostInfo active = present().place();
        if (active.equals(place.self())) {
            sending.send(present().ask(view -> answers.present(question, view)));
        } else {
            sending.send(forward(active, exchange, new byte[0]));
        }
    }

    /** The body is read only once its size and kind are known to be right. */
    private void submit(Question question, HttpExchange exchange, Sending sending) throws IOException {
        try {
            question.allow(Set.of());
            String type = exchange.getRequestHeaders().getFirst("Content-Type");
            if (type == null || !type.split(";", 2)[0].strip().equalsIgnoreCase(BINARY)) {
                throw Refusal.wrongContent(BINARY);
            }
            String length = exchange.getRequestHeaders().getFirst("Content-Length");
            if (length != null && Question.number("Content-Length", length) > Limits.TRANSACTION_BYTES) {
                throw Refusal.tooLarge(Limits.TRANSACTION_BYTES);
            }
            byte[] body = exchange.getRequestBody().readNBytes(Limits.TRANSACTION_BYTES + 1);
            if (body.length > Limits.TRANSACTION_BYTES) {
                throw Refusal.tooLarge(Limits.TRANSACTION_BYTES);
            }
            HostInfo active = present().place();
            if (!active.equals(place.self())) {
                sending.send(forward(active, exchange, body));
                return;
            }
            Transaction transaction = intake.check(body, present().ask(LedgerAnswers::head));
            intake.write(transaction, reply -> {
                metrics.submitted(reply.status() == 202 ? "ACCEPTED" : "NOT_WRITTEN");
                later(sending, reply);
            });
        } catch (Refusal e) {
            metrics.submitted(e.code());
            throw e;
        }
    }

    /** The producer's thread must not wait for a client that reads slowly. */
    private void later(Sending sending, Reply reply) {
        try {
            threads.execute(() -> sending.send(reply));
        } catch (RejectedExecutionException e) {
            LOG.debug("stopping: a client does not hear what became of its transaction");
        }
    }

    private Reply forward(HostInfo active, HttpExchange exchange, byte[] body) {
        if (exchange.getRequestHeaders().containsKey(LedgerPlace.FORWARDED)) {
            throw Refusal.notReady("The ledger's state has just moved.");
        }
        return slow.of(() -> place.forward(
                active,
                exchange.getRequestMethod(),
                exchange.getRequestURI(),
                body,
                exchange.getRequestHeaders().getFirst("Authorization")));
    }

    /** Alive as long as a restart would not help. */
    private Reply health() {
        Present followed = present;
        return followed == null
                ? Reply.json(200, LedgerJson.object().put("alive", true).put("streams", "CREATED"))
                : Reply.json(followed.isDead() ? 503 : 200, followed.health());
    }

    /** Whether a question would be answered, here or by the instance that has the state. */
    private Reply readiness() {
        HostInfo active = present().place();
        if (active.equals(place.self())) {
            var unused = present().ask(LedgerAnswers::head);
        }
        return Reply.json(
                200,
                LedgerJson.object()
                        .put("ready", true)
                        .put("active", active.host() + ":" + active.port())
                        .put("here", active.equals(place.self())));
    }

    private Present present() {
        Present followed = present;
        if (followed == null) {
            throw Refusal.notReady("The ledger's application is being started.");
        }
        return followed;
    }

    private Optional<ChainHead> localHead() {
        try {
            Present followed = present();
            return followed.place().equals(place.self()) ? followed.ask(LedgerView::head) : Optional.empty();
        } catch (Refusal | InvalidStateStoreException e) {
            return Optional.empty();
        }
    }
}
