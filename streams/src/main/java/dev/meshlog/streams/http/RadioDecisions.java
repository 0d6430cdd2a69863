package dev.meshlog.streams.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.NodeNumber;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.radio.KeyDecision;
import dev.meshlog.schemas.radio.KeyDecisionKind;
import dev.meshlog.schemas.radio.PublicKeyEntry;
import dev.meshlog.streams.query.KeyDecisions;
import dev.meshlog.streams.query.KeyDecisions.RefusedException;
import dev.meshlog.streams.query.RadioJson;
import dev.meshlog.streams.query.RadioTables;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.jspecify.annotations.Nullable;

/**
 * The operator's decisions over HTTP. The body is JSON, and its content type must say so: a web page that somebody happens to look at can't send that
 * to another site without asking first, and is refused then.
 */
final class RadioDecisions implements AutoCloseable {
    private static final String CONTENT = "application/json";
    private static final int BODY_BYTES = 4 << 10;
    private static final int TEXT_CHARS = 500;
    private static final Set<String> FIELDS = Set.of("key", "fingerprint", "reason", "by");
    private static final Duration SHOWN = Duration.ofSeconds(10);
    private static final Duration LOOK = Duration.ofMillis(20);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Cluster cluster;
    private final InstantSource clock;
    private @Nullable Producer<String, byte[]> producer;

    RadioDecisions(Cluster cluster, InstantSource clock) {
        this.cluster = cluster;
        this.clock = clock;
    }

    /** What somebody wants to be decided. */
    record Wish(
            KeyDecisionKind kind,
            Question question,
            @Nullable String choice,
            String by,
            @Nullable String reason) {}

    /** @throws Refusal when it can't be understood */
    Wish read(Question question, HttpExchange exchange) {
        List<String> path = question.path();
        KeyDecisionKind kind = kind(path.get(path.size() - 1));
        String type = exchange.getRequestHeaders().getFirst("Content-Type");
        if (type == null || !type.split(";", 2)[0].strip().equalsIgnoreCase(CONTENT)) {
            throw Refusal.wrongContent(CONTENT);
        }
        JsonNode body = body(exchange);
        body.fieldNames().forEachRemaining(name -> {
            if (!FIELDS.contains(name)) {
                throw Refusal.badRequest(
                        "BAD_BODY", "Unknown field " + name + "; known: key, fingerprint, reason, by.");
            }
        });
        String key = text(body, "key");
        String fingerprint = text(body, "fingerprint");
        if (key != null && fingerprint != null) {
            throw Refusal.badRequest("BAD_BODY", "key and fingerprint exclude each other.");
        }
        String by = text(body, "by");
        return new Wish(
                kind, question, key == null ? fingerprint : key, by == null ? "http" : by, text(body, "reason"));
    }

    private static JsonNode body(HttpExchange exchange) {
        try {
            byte[] bytes = exchange.getRequestBody().readNBytes(BODY_BYTES + 1);
            if (bytes.length > BODY_BYTES) {
                throw Refusal.badRequest("BAD_BODY", "A decision has at most " + BODY_BYTES + " bytes.");
            }
            JsonNode body = bytes.length == 0 ? JSON.createObjectNode() : JSON.readTree(bytes);
            if (body.isObject()) {
                return body;
            }
        } catch (JsonProcessingException e) {
            // Said below.
        } catch (IOException e) {
            throw Refusal.badRequest("BAD_BODY", "The body ended too early.");
        }
        throw Refusal.badRequest("BAD_BODY", "The body is a JSON object, or nothing.");
    }

    private static @Nullable String text(JsonNode body, String field) {
        JsonNode value = body.get(field);
        if (value == null || value.isNull()) {
            return null;
        }
        if (!value.isTextual() || value.textValue().length() > TEXT_CHARS) {
            throw Refusal.badRequest("BAD_BODY", field + " is a text of at most " + TEXT_CHARS + " characters.");
        }
        return value.textValue();
    }

    private static KeyDecisionKind kind(String action) {
        return switch (action.toLowerCase(Locale.ROOT)) {
            case "accept" -> KeyDecisionKind.ACCEPT;
            case "reject" -> KeyDecisionKind.REJECT;
            case "verify" -> KeyDecisionKind.VERIFY;
            case "quarantine" -> KeyDecisionKind.QUARANTINE;
            case "remove" -> KeyDecisionKind.REMOVE;
            default ->
                throw Refusal.notFound(
                        "NO_SUCH_DECISION", "Known: accept, reject, verify, quarantine, remove; not '" + action + "'.");
        };
    }

    /** Decides, and waits a while for the table to show it: 200 when it does, 202 when the decision is only written. */
    Reply answer(Wish wish, RadioTables tables) {
        String node =
                RadioAnswers.one(wish.question(), tables, wish.question().path().size() - 1);
        PublicKeyEntry entry = tables.keys().get(node);
        if (entry == null) {
            throw Refusal.conflict("REFUSED", node + " has no key to decide about.");
        }
        KeyDecision decision;
        try {
            decision = KeyDecisions.of(wish.kind(), entry, wish.choice(), wish.by(), wish.reason(), clock.instant());
        } catch (RefusedException e) {
            throw Refusal.conflict("REFUSED", String.valueOf(e.getMessage()));
        }
        ObjectNode answer = RadioJson.object();
        answer.set("before", RadioJson.keyInFull(tables, node));
        RecordMetadata written = write(decision);
        answer.putObject("decision")
                .put("topic", written.topic())
                .put("partition", written.partition())
                .put("offset", written.offset());
        boolean shown = awaitShown(decision, node, tables);
        answer.set("after", RadioJson.keyInFull(tables, node));
        return Reply.json(shown ? 200 : 202, answer.put("shown", shown));
    }

    private static boolean awaitShown(KeyDecision decision, String node, RadioTables tables) {
        long limit = System.nanoTime() + SHOWN.toNanos();
        while (!KeyDecisions.isShown(decision, tables.keys().get(node))) {
            if (System.nanoTime() > limit) {
                return false;
            }
            try {
                Thread.sleep(LOOK.toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
        return true;
    }

    private synchronized RecordMetadata write(KeyDecision decision) {
        Producer<String, byte[]> open = producer;
        if (open == null) {
            open = cluster.producer();
            producer = open;
        }
        var rec = new ProducerRecord<>(
                Topics.KEY_DECISIONS.name(),
                NodeNumber.key(decision.getNetwork(), decision.getNode()),
                Cluster.encode(Topics.KEY_DECISIONS, decision));
        try {
            return open.send(rec).get();
        } catch (ExecutionException e) {
            throw Refusal.notReady("The decision could not be written: " + e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Refusal.notReady("The server is being stopped.");
        }
    }

    @Override
    public synchronized void close() {
        if (producer != null) {
            producer.close(Duration.ofSeconds(1));
            producer = null;
        }
    }
}
