package dev.meshlog.streams.radio;

import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.radio.FrameOutcome;
import dev.meshlog.schemas.radio.LinkEvent;
import java.util.Set;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/** {@link LinkCounters} and its stores. */
final class LinkCountersSupplier implements ProcessorSupplier<String, FrameOutcome, String, LinkEvent> {
    @Override
    public Processor<String, FrameOutcome, String, LinkEvent> get() {
        return new LinkCounters();
    }

    @Override
    public Set<StoreBuilder<?>> stores() {
        return Set.of(
                Stores.keyValueStoreBuilder(
                                Stores.persistentKeyValueStore(LinkCounters.TOTALS),
                                Topics.LINKS.keys(),
                                Topics.LINKS.values())
                        .withCachingEnabled(),
                Stores.keyValueStoreBuilder(
                        Stores.persistentKeyValueStore(LinkCounters.PUBLISHED), Serdes.String(), Serdes.Long()));
    }
}
