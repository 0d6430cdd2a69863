package dev.meshlog.streams.ledger;

import dev.meshlog.ledger.state.StateStore;
import java.nio.ByteBuffer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/** The committed state in two stores of a Streams task; they become durable with the task's transaction. */
final class StreamsStateStore implements StateStore {
    private final KeyValueStore<Bytes, byte[]> entries;
    private final KeyValueStore<Bytes, byte[]> buckets;

    StreamsStateStore(KeyValueStore<Bytes, byte[]> entries, KeyValueStore<Bytes, byte[]> buckets) {
        this.entries = entries;
        this.buckets = buckets;
    }

    @Override
    public byte @Nullable [] get(byte[] key) {
        return entries.get(Bytes.wrap(key));
    }

    @Override
    public void put(byte[] key, byte[] value) {
        entries.put(Bytes.wrap(key), value);
    }

    @Override
    public void delete(byte[] key) {
        entries.delete(Bytes.wrap(key));
    }

    @Override
    public byte @Nullable [] bucket(int bucket) {
        return buckets.get(key(bucket));
    }

    @Override
    public void putBucket(int bucket, byte @Nullable [] accumulator) {
        if (accumulator == null) {
            buckets.delete(key(bucket));
        } else {
            buckets.put(key(bucket), accumulator);
        }
    }

    private static Bytes key(int bucket) {
        return Bytes.wrap(ByteBuffer.allocate(2).putShort((short) bucket).array());
    }
}
