package dev.meshlog.ingest;

import dev.meshlog.schemas.radio.LinkEventKind;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where a live link stands, from what its source reported. Any thread may use it. */
final class Standing {
    private String state = "connecting";
    private Instant since;
    private @Nullable String error;
    private @Nullable Long ownNode;
    private Map<String, String> radio = Map.of();
    private final Map<String, String> notes = new HashMap<>();

    Standing(Instant now) {
        since = now.truncatedTo(ChronoUnit.SECONDS);
    }

    synchronized void reported(
            LinkEventKind kind, @Nullable String detail, @Nullable Long node, Map<String, String> facts, Instant now) {
        switch (kind) {
            case CONNECTED -> {
                change("connected", now);
                ownNode = node;
                radio = Map.copyOf(facts);
            }
            case LOST -> {
                change("lost", now);
                error = now.truncatedTo(ChronoUnit.SECONDS) + " " + detail;
            }
            case SILENT -> change("silent", now);
            case HEARD_AGAIN -> change("connected", now);
            case DROPPED, TAKEN_OVER -> error = now.truncatedTo(ChronoUnit.SECONDS) + " " + detail;
            default -> {
                // Nothing that would change where it stands.
            }
        }
    }

    private void change(String to, Instant now) {
        state = to;
        since = now.truncatedTo(ChronoUnit.SECONDS);
    }

    synchronized void noted(String fact, String value) {
        notes.put(fact, value);
    }

    synchronized @Nullable Long ownNode() {
        return ownNode;
    }

    synchronized Map<String, String> facts() {
        var facts = new HashMap<>(radio);
        facts.putAll(notes);
        facts.put("state", state);
        facts.put("since", since.toString());
        if (error != null) {
            facts.put("lastError", error);
        }
        return facts;
    }
}
