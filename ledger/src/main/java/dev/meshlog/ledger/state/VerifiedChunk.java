package dev.meshlog.ledger.state;

import java.nio.ByteBuffer;
import java.util.SortedMap;
import java.util.function.BiConsumer;

/** A chunk whose entries are known to be those of the manifest's state root. Only {@link ChunkReader} makes one. */
public final class VerifiedChunk {
    private final ChunkRef ref;
    private final int bucketBits;
    private final byte[] bytes;
    private final SortedMap<Integer, byte[]> accumulators;

    VerifiedChunk(ChunkRef ref, int bucketBits, byte[] bytes, SortedMap<Integer, byte[]> accumulators) {
        this.ref = ref;
        this.bucketBits = bucketBits;
        this.bytes = bytes;
        this.accumulators = accumulators;
    }

    public ChunkRef ref() {
        return ref;
    }

    /** Shows every entry, in (bucket, key) order. */
    public void forEachEntry(EntryVisitor visitor) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        while (in.hasRemaining()) {
            byte[] key = take(in);
            visitor.entry(Buckets.bucketOf(key, bucketBits), key, take(in));
        }
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

    private static byte[] take(ByteBuffer in) {
        byte[] part = new byte[in.getInt()];
        in.get(part);
        return part;
    }
}
