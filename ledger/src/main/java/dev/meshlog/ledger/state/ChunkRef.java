package dev.meshlog.ledger.state;

import dev.meshlog.ledger.Domain;
import dev.meshlog.ledger.Hash;

/**
 * A manifest's line about one chunk. The range is one that halving the buckets arrives at: its width is a power of two and its
 * first bucket a multiple of the width.
 *
 * @param firstBucket inclusive
 * @param lastBucket inclusive
 * @param entries how many; none in an empty chunk
 * @param size bytes before compression
 * @param id plain SHA-256 of those bytes
 */
public record ChunkRef(int firstBucket, int lastBucket, long entries, int size, Hash id) {
    /** A chunk of several buckets is not larger than this. */
    public static final int TARGET_BYTES = 1 << 20;

    /** A chunk of a single bucket is not larger than this, so that its frame fits into a record of 16 MiB. */
    public static final int MAX_BYTES = 15 << 20;

    private static final int MIN_ENTRY_BYTES = EntryLimits.OVERHEAD_BYTES + EntryLimits.MIN_KEY_BYTES;

    /** @throws IllegalArgumentException when no state has such a chunk */
    public ChunkRef {
        check(firstBucket >= 0 && lastBucket >= firstBucket && lastBucket < 1 << Buckets.MAX_BITS, "the buckets");
        int width = lastBucket - firstBucket + 1;
        check(Integer.bitCount(width) == 1 && firstBucket % width == 0, "the range of buckets");
        check(size >= 0 && size <= (width == 1 ? MAX_BYTES : TARGET_BYTES), "the size");
        check(entries >= 0 && entries <= size / MIN_ENTRY_BYTES && (entries > 0 || size == 0), "the entry count");
        check(size > 0 || id.equals(Chunk.EMPTY_ID), "the id");
    }

    public int buckets() {
        return lastBucket - firstBucket + 1;
    }

    /**
     * Whether the bytes are those of this chunk, which says nothing about what they contain.
     *
     * @throws InvalidSnapshotException CHUNK_SIZE or CHUNK_ID
     */
    public void requireBytes(byte[] bytes) throws InvalidSnapshotException {
        if (bytes.length != size) {
            throw new InvalidSnapshotException(
                    SnapshotRejection.CHUNK_SIZE,
                    "chunk " + id.brief() + ": " + size + " bytes named, " + bytes.length + " got");
        }
        Hash actual = Domain.contentId(bytes);
        if (!actual.equals(id)) {
            throw new InvalidSnapshotException(SnapshotRejection.CHUNK_ID, "named " + id + ", got " + actual);
        }
    }

    private static void check(boolean holds, String what) {
        if (!holds) {
            throw new IllegalArgumentException(what + " of a chunk is impossible");
        }
    }
}
