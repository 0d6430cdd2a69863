package dev.meshlog.infra.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.meshlog.schemas.radio.LinkEvent;
import dev.meshlog.schemas.radio.LinkEventKind;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LinkBoardTest {
    private static final Instant NOW = Instant.ofEpochSecond(1_790_000_000);

    private final LinkBoard board = new LinkBoard();

    @Test
    void liveLinkStandsAsItsLastStatusSays() throws IOException {
        status(
                Duration.ofSeconds(30),
                Map.of(
                        "state", "connected",
                        "since", "2026-09-21T00:00:00Z",
                        "lastError", "before: the radio closed the connection",
                        "firmware", "2.7.26",
                        "spoolBytes", "2048"));
        JsonNode row = row();
        assertThat(row.get("state").asText()).isEqualTo("connected");
        assertThat(row.get("node").asText()).isEqualTo("!00002000");
        assertThat(row.get("dropped").asLong()).isEqualTo(3);
        assertThat(row.get("spoolBytes").asLong()).isEqualTo(2048);
        assertThat(row.get("radio").get("firmware").asText()).isEqualTo("2.7.26");
        assertThat(row.get("radio").has("state")).isFalse();
        assertThat(text()).contains("2.0 KiB", "firmware=2.7.26", "last error: before: the radio closed");
    }

    @Test
    void linkThatSaysNothingAnyMoreDoesNotRun() throws IOException {
        status(Duration.ofMinutes(4), Map.of("state", "connected", "since", "2026-09-21T00:00:00Z"));
        assertThat(row().get("state").asText()).isEqualTo("not running");
    }

    @Test
    void failureSaysWhy() throws IOException {
        event(LinkEventKind.FAILED, Duration.ofHours(1), "there is no file x.frames", Map.of(), Map.of());
        assertThat(row().get("state").asText()).isEqualTo("failed");
        assertThat(row().get("lastError").asText()).endsWith("there is no file x.frames");
    }

    @Test
    void ratesAreThoseOfTheLastMinutes() throws IOException {
        counters(Duration.ofMinutes(20), 0);
        counters(Duration.ofMinutes(6), 10_000);
        counters(Duration.ofMinutes(2), 10_300);
        counters(Duration.ofMinutes(0), 10_600);
        assertThat(row().get("framesPerSecond").asDouble()).isEqualTo(2.0);
        assertThat(row().get("frames").asLong()).isEqualTo(10_600);
    }

    @Test
    void whatARadioSaysDoesNotSteerTheTerminal() throws IOException {
        status(
                Duration.ofSeconds(1),
                Map.of("state", "connected", "since", "2026-09-21T00:00:00Z", "firmware", "\u001b[2J\u202e"));
        assertThat(text()).contains("firmware=?[2J?").doesNotContain("\u001b");
    }

    private void status(Duration ago, Map<String, String> facts) {
        event(LinkEventKind.STATUS, ago, null, Map.of("dropped", 3L), facts);
    }

    private void counters(Duration ago, long frames) {
        event(LinkEventKind.COUNTERS, ago, null, Map.of("frames", frames), Map.of());
    }

    private void event(
            LinkEventKind kind,
            Duration ago,
            @Nullable String detail,
            Map<String, Long> counters,
            Map<String, String> facts) {
        board.take(new LinkEvent("home", "roof", kind, detail, 0x2000L, counters, facts, NOW.minus(ago)));
    }

    private JsonNode row() throws IOException {
        return new ObjectMapper().readTree(printed(true));
    }

    private String text() {
        return printed(false);
    }

    private String printed(boolean json) {
        var out = new StringWriter();
        board.print(new PrintWriter(out), json, NOW);
        return out.toString();
    }
}
