package dev.meshlog.streams.ledger;

import dev.meshlog.ledger.query.OrderedLookup;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * A store of a Streams task, for readers. What it throws while the task is not here or not restored is an
 * {@link org.apache.kafka.streams.errors.InvalidStateStoreException}.
 */
record StoreEntries(ReadOnlyKeyValueStore<Bytes, byte[]> store) implements OrderedLookup {
    @Override
    public byte @Nullable [] get(byte[] key) {
        return store.get(Bytes.wrap(key));
    }

    @Override
    public void range(byte[] first, byte[] last, RangeVisitor visitor) {
        try (var range = store.range(Bytes.wrap(first), Bytes.wrap(last))) {
            boolean more = true;
            while (more && range.hasNext()) {
                var next = range.next();
                more = visitor.entry(next.key.get(), next.value);
            }
        }
    }
}
