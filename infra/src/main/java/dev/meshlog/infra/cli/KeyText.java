package dev.meshlog.infra.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meshlog.schemas.json.TerminalEscapes;
import dev.meshlog.streams.query.KeyFinding;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** Everything that is known of a node's key, for people: a fact a line. */
final class KeyText {
    private final PrintWriter out;

    KeyText(PrintWriter out) {
        this.out = out;
    }

    void print(JsonNode key) {
        KeyFinding finding = KeyFinding.valueOf(key.path("finding").asText());
        line("node", key.path("node").asText() + "  (" + key.path("number").asText() + ")");
        if (key.hasNonNull("name") || key.hasNonNull("shortName")) {
            String shortName = text(key, "shortName");
            line("name", text(key, "name") + (shortName.isEmpty() ? "" : "  (" + shortName + ")"));
        }
        line("last heard", key.hasNonNull("lastHeard") ? text(key, "lastHeard") : "nobody said when");
        if (finding == KeyFinding.KEY) {
            entry(key);
        } else {
            line("key", "none: " + finding.sentence());
        }
        line("on a radio", onRadio(key));
        next(finding, key);
    }

    private void entry(JsonNode key) {
        String reason = text(key, "stateReason");
        line(
                "state",
                text(key, "state")
                        + (reason.isEmpty() ? "" : ": " + reason)
                        + (key.hasNonNull("decidedAt") ? ", decided " + text(key, "decidedAt") : ""));
        line("key", text(key, "key"));
        var marks = new ArrayList<String>(List.of(text(key, "fingerprint")));
        if (key.path("lowEntropy").asBoolean()) {
            marks.add("on the list of low-entropy keys");
        }
        if (key.path("selfCertified").asBoolean()) {
            marks.add("the node's number follows from it");
        }
        line("fingerprint", String.join(", ", marks));
        line("first seen", text(key, "firstSeen") + " " + text(key, "source"));
        line("last seen", text(key, "lastSeen") + " " + text(key, "lastSource"));
        line("evidence", place(key.path("evidence")));
        key.path("sharedWith").forEach(other -> line("same key", other.asText()));
        for (JsonNode conflict : key.path("conflicts")) {
            line("conflict", text(conflict, "key"));
            line(
                    "",
                    "%s%s  %s  %s to %s"
                            .formatted(
                                    text(conflict, "fingerprint"),
                                    conflict.path("lowEntropy").asBoolean() ? " low-entropy" : "",
                                    text(conflict, "source"),
                                    text(conflict, "firstSeen"),
                                    text(conflict, "lastSeen")));
            line("", place(conflict.path("evidence")));
        }
        key.path("previous")
                .forEach(before -> line(
                        "previous",
                        "%s  %s to %s, replaced %s"
                                .formatted(
                                        text(before, "fingerprint"),
                                        text(before, "firstSeen"),
                                        text(before, "lastSeen"),
                                        text(before, "replacedAt"))));
        key.path("refused")
                .forEach(refused -> line(
                        "rejected",
                        "%s  on %s%s"
                                .formatted(
                                        text(refused, "fingerprint"),
                                        text(refused, "refusedAt"),
                                        refused.hasNonNull("lastSeen")
                                                ? ", seen again until " + text(refused, "lastSeen")
                                                : "")));
    }

    private static String onRadio(JsonNode key) {
        if (key.hasNonNull("radioHadThisKeyAt")) {
            return "a radio said on " + text(key, "radioHadThisKeyAt") + " that it has this key";
        }
        return key.path("listedByRadio").asBoolean()
                ? "a radio lists the node; whether with this key is not known"
                : "no radio has listed the node";
    }

    private void next(KeyFinding finding, JsonNode key) {
        String id = key.path("id").asText();
        if (finding != KeyFinding.KEY) {
            line("next", "ask it for its NODEINFO (a request for telemetry brings no key)");
        } else if (!key.path("conflicts").isEmpty()) {
            line("next", "meshlog keys accept " + id + ", or meshlog keys reject " + id);
        }
    }

    private static String place(JsonNode position) {
        return position.path("topic").asText() + "-"
                + position.path("partition").asText() + "@"
                + position.path("offset").asText();
    }

    private static String text(JsonNode object, String field) {
        return object.path(field).isNull() ? "" : object.path(field).asText();
    }

    private void line(String name, String value) {
        out.printf("%-12s %s%n", name, TerminalEscapes.plain(value));
    }
}
