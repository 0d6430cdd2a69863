package dev.meshlog.ledger.state;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.function.Consumer;

/**
 * Cuts a state into chunks. A range of buckets is one chunk when its canonical bytes are at most {@link ChunkRef#TARGET_BYTES} or
 * when it is a single bucket; else each half is cut by the same rule, starting from all buckets. So the cut depends on the
 * state alone, and a change in one bucket leaves every chunk as it is but the one that holds this bucket: that one changes, is cut
 * further, or becomes one with its neighbours.
 *
 * <p>Entries come in (bucket, key) order, chunks leave in bucket order and cover every bucket. A half without entries is a chunk
 * of no bytes; the empty state is one such chunk.
 *
 * <p>One pass: a range that is complete and still fits waits for its sibling, and the two become one. As soon as the waiting
 * bytes are too many for one chunk, the first waiting range cannot grow any more and leaves. At most one chunk and one bucket
 * are held at a time. One thread at a time, and once only.
 */
public final class StateChunks {
    private final int bucketBits;
    private final Consumer<Cut> sink;

    // Complete ranges that follow each other without a gap, each one a left half; and the bucket that is being filled.
    private final Deque<Range> waiting = new ArrayDeque<>();
    private int bucket;
    private int bucketBytes;
    private long bucketEntries;
    private int lastKeyBytes;
    private int lastEntryBytes;

    // Bytes of the waiting ranges, then those of the bucket.
    private byte[] buffer = new byte[ChunkRef.TARGET_BYTES + (ChunkRef.TARGET_BYTES >> 2)];
    private int start;
    private int end;
    private int emittedBuckets;

    private record Range(int first, int width, int bytes, long entries) {
        boolean isRightHalf() {
            return (first & width) != 0;
        }

        int parentFirst() {
            return first & -(2 * width);
        }
    }

    /** A chunk before its id is computed. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Cut(int firstBucket, int lastBucket, long entries, byte[] bytes) {
        Chunk chunk() {
            return new Chunk(firstBucket, lastBucket, entries, bytes);
        }
    }

    private StateChunks(Consumer<Cut> sink, int bucketBits) {
        Buckets.count(bucketBits);
        this.bucketBits = bucketBits;
        this.sink = sink;
    }

    /** For a sink that computes the ids itself. */
    static StateChunks unhashed(int bucketBits, Consumer<Cut> sink) {
        return new StateChunks(sink, bucketBits);
    }

    /** @throws IllegalArgumentException when bucketBits is not 1 to 16 */
    public StateChunks(int bucketBits, Consumer<Chunk> sink) {
        this(cut -> sink.accept(cut.chunk()), bucketBits);
    }

    /**
     * The next entry, whose bucket is computed.
     *
     * @throws IllegalArgumentException when it does not follow the one before in (bucket, key) order, or is outside
     *     {@link EntryLimits}
     * @throws IllegalStateException when the bucket outgrows {@link ChunkRef#MAX_BYTES}: the network has too few buckets
     */
    public void add(byte[] key, byte[] value) {
        add(Buckets.bucketOf(key, bucketBits), key, value);
    }

    /** The next entry, whose bucket the caller knows for certain; else as {@link #add(byte[], byte[])}. */
    public void add(int itsBucket, byte[] key, byte[] value) {
        EntryLimits.check(key, value);
        if (itsBucket < bucket || itsBucket >= Buckets.count(bucketBits)) {
            throw new IllegalArgumentException("an entry of bucket " + itsBucket + " does not follow bucket " + bucket);
        }
        while (bucket < itsBucket) {
            completeBucket();
        }
        if (bucketEntries > 0 && !followsLastKey(key)) {
            throw new IllegalArgumentException("the keys of bucket " + bucket + " are not strictly ascending");
        }
        append(key, value);
    }

    /** After the last entry: the last chunks leave. */
    public void finish() {
        while (bucket < Buckets.count(bucketBits)) {
            completeBucket();
        }
        while (!waiting.isEmpty()) {
            emitFirst();
        }
    }

    private boolean followsLastKey(byte[] key) {
        int last = end - lastEntryBytes + Integer.BYTES;
        return Arrays.compareUnsigned(key, 0, key.length, buffer, last, last + lastKeyBytes) > 0;
    }

    private void append(byte[] key, byte[] value) {
        int length = EncodedEntries.length(key, value);
        if (bucketBytes + length > ChunkRef.MAX_BYTES) {
            throw new IllegalStateException("bucket " + bucket + " is larger than " + ChunkRef.MAX_BYTES
                    + " bytes; a state of this size needs more bucketBits than " + bucketBits);
        }
        reserve(length);
        EncodedEntries.put(ByteBuffer.wrap(buffer, end, length), key, value);
        end += length;
        lastKeyBytes = key.length;
        lastEntryBytes = length;
        bucketBytes += length;
        bucketEntries++;
        while (end - start > ChunkRef.TARGET_BYTES && !waiting.isEmpty()) {
            emitFirst();
        }
    }

    private void completeBucket() {
        var range = new Range(bucket, 1, bucketBytes, bucketEntries);
        bucket++;
        bucketBytes = 0;
        bucketEntries = 0;
        // A parent of which something has left is too large to be a chunk; any other right half finds its left half
        // waiting.
        while (range.isRightHalf() && range.parentFirst() >= emittedBuckets) {
            Range left = waiting.removeLast();
            range = new Range(left.first, 2 * range.width, left.bytes + range.bytes, left.entries + range.entries);
        }
        waiting.addLast(range);
        if (range.isRightHalf() || range.bytes > ChunkRef.TARGET_BYTES) {
            emitFirst();
        }
    }

    private void emitFirst() {
        Range range = waiting.removeFirst();
        byte[] bytes = Arrays.copyOfRange(buffer, start, start + range.bytes);
        start += range.bytes;
        emittedBuckets = range.first + range.width;
        sink.accept(new Cut(range.first, emittedBuckets - 1, range.entries, bytes));
    }

    private void reserve(int length) {
        if (buffer.length - end >= length) {
            return;
        }
        int held = end - start;
        byte[] target = buffer.length / 2 >= held + length ? buffer : new byte[2 * (held + length)];
        System.arraycopy(buffer, start, target, 0, held);
        buffer = target;
        start = 0;
        end = held;
    }
}
