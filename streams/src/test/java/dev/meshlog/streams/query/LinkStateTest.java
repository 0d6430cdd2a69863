package dev.meshlog.streams.query;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshlog.schemas.radio.LinkEvent;
import dev.meshlog.schemas.radio.LinkEventKind;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LinkStateTest {
    private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");

    @Test
    void countersOfOldFramesDoNotMakeALinkSilent() {
        LinkState state = LinkState.of(event(LinkEventKind.STATUS, NOW))
                .with(event(LinkEventKind.COUNTERS, NOW.minus(Duration.ofHours(3))));
        assertThat(state.newest()).isEqualTo(NOW);
        assertThat(state.with(event(LinkEventKind.STATUS, NOW.plusSeconds(1))).newest())
                .isEqualTo(NOW.plusSeconds(1));
    }

    private static LinkEvent event(LinkEventKind kind, Instant at) {
        return new LinkEvent("home", "roof", kind, null, null, Map.of(), Map.of(), at);
    }
}
