package dev.meshlog.streams.radio;

import dev.meshlog.schemas.radio.FrameOutcome;
import dev.meshlog.schemas.radio.LinkEvent;
import dev.meshlog.schemas.radio.LinkEventKind;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * Adds up what became of a link's frames. Only when to publish depends on the clock, never what: totals are published about every
 * second, when they have changed.
 */
final class LinkCounters extends ContextualProcessor<String, FrameOutcome, String, LinkEvent> {
    static final String TOTALS = "link-counters";
    /** For each link the sum of the totals that were published last: totals only grow, so another sum means news. */
    static final String PUBLISHED = "link-counters-published";

    static final Duration EVERY = Duration.ofSeconds(1);

    private final Set<String> changed = new LinkedHashSet<>();
    /** What {@link #totals} holds, decoded: a link's total changes with each of its frames. */
    private final Map<String, LinkEvent> current = new HashMap<>();

    private KeyValueStore<String, LinkEvent> totals;
    private KeyValueStore<String, Long> published;

    @SuppressWarnings("NullAway.Init") // Kafka Streams calls init before anything else.
    LinkCounters() {}

    @Override
    public void init(ProcessorContext<String, LinkEvent> context) {
        super.init(context);
        totals = context.getStateStore(TOTALS);
        published = context.getStateStore(PUBLISHED);
        // A task whose transaction was lost begins anew with the same processor.
        changed.clear();
        current.clear();
        try (KeyValueIterator<String, LinkEvent> links = totals.all()) {
            links.forEachRemaining(link -> {
                changed.add(link.key);
                current.put(link.key, link.value);
            });
        }
        context.schedule(EVERY, PunctuationType.WALL_CLOCK_TIME, this::publish);
    }

    @Override
    public void process(Record<String, FrameOutcome> record) {
        FrameOutcome outcome = record.value();
        LinkEvent known = current.get(record.key());
        Map<String, Long> counters = new HashMap<>(known == null ? Map.of() : known.getCounters());
        outcome.getCounters().forEach(counter -> counters.merge(counter, 1L, Long::sum));
        var total = new LinkEvent(
                outcome.getNetwork(),
                outcome.getLink(),
                LinkEventKind.COUNTERS,
                null,
                ownNode(known, outcome),
                counters,
                Map.of(),
                outcome.getAtMs());
        totals.put(record.key(), total);
        current.put(record.key(), total);
        changed.add(record.key());
    }

    private static @Nullable Long ownNode(@Nullable LinkEvent known, FrameOutcome outcome) {
        return outcome.getOwnNode() != null || known == null ? outcome.getOwnNode() : known.getOwnNode();
    }

    private void publish(long now) {
        for (String link : changed) {
            LinkEvent total = Objects.requireNonNull(current.get(link));
            long sum = total.getCounters().values().stream()
                    .mapToLong(Long::longValue)
                    .sum();
            if (!Objects.equals(published.get(link), sum)) {
                context().forward(new Record<>(link, total, now));
                published.put(link, sum);
            }
        }
        changed.clear();
    }
}
