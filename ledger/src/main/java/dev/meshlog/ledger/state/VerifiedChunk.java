package dev.meshlog.ledger.state;

import java.util.Map;
import java.util.NavigableMap;
import java.util.SortedMap;
import java.util.function.BiConsumer;

/** A chunk whose entries are known to be those of the manifest's state root. Only {@link ChunkReader} makes one. */
public final class VerifiedChunk {
    private final ChunkRef ref;
    private final byte[] bytes;
    private final SortedMap<Integer, byte[]> accumulators;
    private final NavigableMap<Integer, Integer> offsets;

    /**
     * @param accumulators of the buckets that are not empty
     * @param offsets where the entries of each of them begin
     */
    VerifiedChunk(
            ChunkRef ref,
            byte[] bytes,
            SortedMap<Integer, byte[]> accumulators,
            NavigableMap<Integer, Integer> offsets) {
        this.ref = ref;
        this.bytes = bytes;
        this.accumulators = accumulators;
        this.offsets = offsets;
    }

    public ChunkRef ref() {
        return ref;
    }

    /** Shows every entry, in (bucket, key) order. */
    public void forEachEntry(EntryVisitor visitor) {
        for (int bucket : offsets.keySet()) {
            EncodedEntries in = entriesOf(bucket);
            while (in.next()) {
                visitor.entry(bucket, in.key(), in.value());
            }
        }
    }

    /** Those of one bucket, in key order. */
    EncodedEntries entriesOf(int bucket) {
        Integer from = offsets.get(bucket);
        if (from == null) {
            return new EncodedEntries(bytes, 0, 0);
        }
        Map.Entry<Integer, Integer> behind = offsets.higherEntry(bucket);
        return new EncodedEntries(bytes, from, behind == null ? bytes.length : behind.getValue());
    }

    /** Shows every bucket that is not empty, ascending, with its accumulator in stored form. */
    public void forEachBucket(BiConsumer<Integer, byte[]> visitor) {
        accumulators.forEach(visitor);
    }

    /** Puts the entries and the accumulators into a store that has neither for these buckets. */
    public void applyTo(StateStore store) {
        forEachEntry((bucket, key, value) -> store.put(key, value));
        forEachBucket(store::putBucket);
    }
}
