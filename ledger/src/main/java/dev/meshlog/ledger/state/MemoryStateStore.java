package dev.meshlog.ledger.state;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A state store in memory, sorted by key as unsigned bytes. It copies what it takes and what it gives. One thread at a time. */
public final class MemoryStateStore implements StateStore {
    private final NavigableMap<byte[], byte[]> entries = new TreeMap<>(Arrays::compareUnsigned);
    private final Map<Integer, byte[]> buckets = new HashMap<>();

    @Override
    public byte @Nullable [] get(byte[] key) {
        byte[] value = entries.get(key);
        return value == null ? null : value.clone();
    }

    @Override
    public void put(byte[] key, byte[] value) {
        entries.put(key.clone(), value.clone());
    }

    @Override
    public void delete(byte[] key) {
        entries.remove(key);
    }

    @Override
    public byte @Nullable [] bucket(int bucket) {
        byte[] accumulator = buckets.get(bucket);
        return accumulator == null ? null : accumulator.clone();
    }

    @Override
    public void putBucket(int bucket, byte @Nullable [] accumulator) {
        if (accumulator == null) {
            buckets.remove(bucket);
        } else {
            buckets.put(bucket, accumulator.clone());
        }
    }

    /** How many entries there are. */
    public int size() {
        return entries.size();
    }

    /** Shows every entry in key order. */
    public void forEach(int bucketBits, EntryVisitor visitor) {
        entries.forEach((key, value) -> visitor.entry(Buckets.bucketOf(key, bucketBits), key.clone(), value.clone()));
    }

    /** Shows the entries of one bucket in key order; it looks at every entry to find them. */
    public void forEachOf(int bucket, int bucketBits, EntryVisitor visitor) {
        entries.forEach((key, value) -> {
            if (Buckets.bucketOf(key, bucketBits) == bucket) {
                visitor.entry(bucket, key.clone(), value.clone());
            }
        });
    }

    /** Shows every entry in (bucket, key) order, as chunks hold them. */
    public void forEachByBucket(int bucketBits, EntryVisitor visitor) {
        Map<Integer, NavigableMap<byte[], byte[]>> byBucket = new TreeMap<>();
        entries.forEach((key, value) -> byBucket.computeIfAbsent(
                        Buckets.bucketOf(key, bucketBits), bucket -> new TreeMap<>(Arrays::compareUnsigned))
                .put(key, value));
        byBucket.forEach(
                (bucket, its) -> its.forEach((key, value) -> visitor.entry(bucket, key.clone(), value.clone())));
    }
}
