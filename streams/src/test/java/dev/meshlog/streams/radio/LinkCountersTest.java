package dev.meshlog.streams.radio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.radio.FrameOutcome;
import dev.meshlog.schemas.radio.LinkEvent;
import java.time.Instant;
import java.util.List;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.Test;

class LinkCountersTest {
    private static final Record<String, FrameOutcome> FRAME = new Record<>(
            "link", new FrameOutcome("mesh", "link", List.of(Counters.FRAMES), null, Instant.ofEpochSecond(1)), 1_000);

    private final LinkCounters counters = new LinkCounters();

    @Test
    void whatWasNotCommittedIsNotInTheTotal() {
        counters.init(withEmptyStores());
        counters.process(FRAME);
        MockProcessorContext<String, LinkEvent> again = withEmptyStores();
        counters.init(again);
        counters.process(FRAME);
        counters.process(FRAME);
        KeyValueStore<String, LinkEvent> totals = again.getStateStore(LinkCounters.TOTALS);
        assertThat(totals.get("link").getCounters()).containsEntry(Counters.FRAMES, 2L);
    }

    private static MockProcessorContext<String, LinkEvent> withEmptyStores() {
        var context = new MockProcessorContext<String, LinkEvent>();
        add(context, LinkCounters.TOTALS, Topics.LINKS.values());
        add(context, LinkCounters.PUBLISHED, Serdes.Long());
        return context;
    }

    private static <V> void add(MockProcessorContext<String, LinkEvent> context, String name, Serde<V> values) {
        KeyValueStore<String, V> store = Stores.keyValueStoreBuilder(
                        Stores.inMemoryKeyValueStore(name), Serdes.String(), values)
                .withLoggingDisabled()
                .build();
        store.init(context.getStateStoreContext(), store);
        context.addStateStore(store);
    }
}
