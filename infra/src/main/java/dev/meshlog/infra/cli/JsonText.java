package dev.meshlog.infra.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meshlog.schemas.json.TerminalEscapes;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** JSON for people: a field a line, and a line for each member of a list. */
final class JsonText {
    private static final int WIDTH = 18;

    private JsonText() {}

    static void print(PrintWriter out, JsonNode node) {
        node.properties().forEach(field -> {
            JsonNode value = field.getValue();
            if (value.isArray() && !value.isEmpty() && value.get(0).isObject()) {
                value.forEach(member -> out.println(line(member)));
            } else {
                out.printf("%-" + WIDTH + "s %s%n", field.getKey(), text(value));
            }
        });
    }

    /** All fields of an object on one line. */
    static String line(JsonNode node) {
        List<String> fields = new ArrayList<>();
        node.properties().forEach(field -> fields.add(field.getKey() + "=" + text(field.getValue())));
        return String.join(" ", fields);
    }

    private static String text(JsonNode value) {
        if (value.isArray()) {
            List<String> members = new ArrayList<>();
            value.forEach(member -> members.add(text(member)));
            return String.join(members.stream().anyMatch(member -> member.contains("=")) ? "; " : ", ", members);
        }
        return value.isObject() ? line(value) : TerminalEscapes.plain(value.asText());
    }
}
