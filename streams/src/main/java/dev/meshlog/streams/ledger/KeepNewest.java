package dev.meshlog.streams.ledger;

import java.util.Objects;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/** Keeps the newest value of each key of a compacted topic, undecoded, on every instance. */
final class KeepNewest extends ContextualProcessor<String, byte @Nullable [], Void, Void> {
    private final String name;
    private @Nullable KeyValueStore<String, byte[]> store;

    KeepNewest(String name) {
        this.name = name;
    }

    @Override
    public void init(ProcessorContext<Void, Void> context) {
        super.init(context);
        store = context.getStateStore(name);
    }

    @Override
    public void process(Record<String, byte @Nullable []> rec) {
        Objects.requireNonNull(store).put(rec.key(), rec.value());
    }
}
