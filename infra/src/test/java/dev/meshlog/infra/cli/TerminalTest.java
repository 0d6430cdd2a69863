package dev.meshlog.infra.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.meshlog.infra.node.MeshView;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TerminalTest {
    private final StringWriter printed = new StringWriter();
    private final PrintWriter out = new PrintWriter(printed);

    @Test
    void plainLines() {
        var terminal = new Terminal(out, false, false);
        terminal.say("100 % done");
        terminal.result("recovery", figures());
        assertThat(printed.toString().lines().toList())
                .satisfiesExactly(
                        line -> assertThat(line).matches(" +\\d+\\.\\d s  100 % done"),
                        line -> assertThat(line).isEqualTo("          root     ab"),
                        line -> assertThat(line).isEqualTo("          entries  7"));
    }

    @Test
    void statusLineIsRewrittenInPlaceAndEndsBeforeTheNextLine() {
        var terminal = new Terminal(out, false, true);
        terminal.status(summary(1_000_000));
        terminal.status(summary(1_000_000));
        terminal.status(summary(2));
        terminal.say("next");
        String[] parts = printed.toString().split("\r", -1);
        assertThat(parts).hasSize(3);
        assertThat(parts[1]).contains("commits 1000000 ");
        assertThat(parts[2].lines().toList().get(0))
                .as("covers the longer line before")
                .contains("commits 2 ")
                .hasSameSizeAs(parts[1]);
        assertThat(parts[2].lines().toList().get(1)).endsWith("next");
    }

    @Test
    void progressIsABarInPlaceOnATerminalAndALineElsewhere() {
        var terminal = new Terminal(out, false, true);
        terminal.progress(0.5, "half");
        terminal.progress(1, "whole");
        terminal.say("next");
        String[] parts = printed.toString().split("\r", -1);
        assertThat(parts).hasSize(3);
        assertThat(parts[1]).endsWith("[############------------] half");
        assertThat(parts[2].lines().toList().get(1)).endsWith("next");

        printed.getBuffer().setLength(0);
        new Terminal(out, true, true).progress(0.5, "half");
        assertThat(printed.toString()).contains("\"event\":\"progress\"", "\"percent\":50");
    }

    @Test
    void refusedAndRejectedAreOneFigure() {
        var terminal = new Terminal(out, false, true);
        terminal.status(summary(1));
        assertThat(printed.toString()).contains("frames 10 ", "packets 4 ", "rejected 3 ");
    }

    @Test
    void jsonIsOneObjectALine() throws IOException {
        var terminal = new Terminal(out, true, true);
        terminal.say("say \"it\"\nnow");
        terminal.result("recovery", figures());
        terminal.status(summary(5));
        List<JsonNode> events = new ArrayList<>();
        for (String line : printed.toString().lines().toList()) {
            events.add(new ObjectMapper().readTree(line));
        }
        assertThat(events)
                .extracting(event -> event.path("event").asText())
                .containsExactly("message", "recovery", "status");
        assertThat(events.get(0).path("text").asText()).isEqualTo("say \"it\"\nnow");
        assertThat(events.get(1).path("entries").asLong()).isEqualTo(7);
        assertThat(events.get(2).path("summary").path("commitIndex").asLong()).isEqualTo(5);
    }

    private static Map<String, Object> figures() {
        var figures = new LinkedHashMap<String, Object>();
        figures.put("root", "ab");
        figures.put("entries", 7L);
        return figures;
    }

    private static MeshView.Summary summary(long commit) {
        return new MeshView.Summary(
                Map.of("frames", 10L, "packets", 4L, "rejected", 1L, "refused", 2L), 3, 2, 1, 0, commit, 1, 2, 1);
    }
}
