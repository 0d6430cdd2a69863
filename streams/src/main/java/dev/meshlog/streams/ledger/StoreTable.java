package dev.meshlog.streams.ledger;

import dev.meshlog.ledger.EntryTable;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/** A store of a Streams task, for the task itself: what it writes becomes durable with the task's transaction. */
record StoreTable(KeyValueStore<Bytes, byte[]> store) implements EntryTable {
    @Override
    public byte @Nullable [] get(byte[] key) {
        return store.get(Bytes.wrap(key));
    }

    @Override
    public void put(byte[] key, byte[] value) {
        store.put(Bytes.wrap(key), value);
    }

    @Override
    public void delete(byte[] key) {
        store.delete(Bytes.wrap(key));
    }
}
