package dev.meshlog.streams.query;

import dev.meshlog.schemas.radio.LinkEvent;
import dev.meshlog.schemas.radio.LinkEventKind;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a link's events say together.
 *
 * @param state the newest event that is not about counters; null when none was read
 * @param since its time
 * @param lastError what the newest event of trouble said
 * @param counters totals; they only grow
 * @param facts what the source says of itself
 * @param newest the latest time of any of them: counters have that of the frames they count, which may be hours ago
 */
public record LinkState(
        String network,
        String link,
        @Nullable LinkEventKind state,
        @Nullable Instant since,
        @Nullable String detail,
        @Nullable String lastError,
        @Nullable Instant lastErrorAt,
        @Nullable Long ownNode,
        Map<String, Long> counters,
        Map<String, String> facts,
        Instant newest) {
    private static final Set<LinkEventKind> TROUBLE = Set.of(
            LinkEventKind.FAILED,
            LinkEventKind.LOST,
            LinkEventKind.TAKEN_OVER,
            LinkEventKind.SILENT,
            LinkEventKind.DROPPED);

    public LinkState {
        counters = Map.copyOf(counters);
        facts = Map.copyOf(facts);
    }

    static LinkState of(LinkEvent event) {
        return new LinkState(
                        event.getNetwork(),
                        event.getLink(),
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        Map.of(),
                        Map.of(),
                        event.getAtMs())
                .with(event);
    }

    LinkState with(LinkEvent event) {
        boolean counted = event.getKind() == LinkEventKind.COUNTERS;
        boolean trouble = TROUBLE.contains(event.getKind());
        var allCounters = new TreeMap<>(counters);
        allCounters.putAll(event.getCounters());
        var allFacts = new TreeMap<>(facts);
        allFacts.putAll(event.getFacts());
        return new LinkState(
                event.getNetwork(),
                event.getLink(),
                counted ? state : event.getKind(),
                counted ? since : event.getAtMs(),
                counted ? detail : event.getDetail(),
                trouble ? event.getDetail() : lastError,
                trouble ? event.getAtMs() : lastErrorAt,
                event.getOwnNode() == null ? ownNode : event.getOwnNode(),
                allCounters,
                allFacts,
                event.getAtMs().isAfter(newest) ? event.getAtMs() : newest);
    }
}
