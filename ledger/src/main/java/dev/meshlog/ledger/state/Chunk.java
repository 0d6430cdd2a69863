package dev.meshlog.ledger.state;

import dev.meshlog.ledger.Domain;
import dev.meshlog.ledger.Hash;

/**
 * A contiguous range of buckets in canonical form: its entries, sorted by (bucket, key), each
 *
 * <pre>
 * u32 key length ‖ key ‖ u32 value length ‖ value
 * </pre>
 */
public final class Chunk {
    /** Of a range without entries. */
    static final Hash EMPTY_ID = Hash.of(Domain.sha256().digest());

    private final ChunkRef ref;
    private final byte[] bytes;

    Chunk(int firstBucket, int lastBucket, long entries, byte[] bytes) {
        this.bytes = bytes;
        this.ref = new ChunkRef(firstBucket, lastBucket, entries, bytes.length, Domain.contentId(bytes));
    }

    /** What the manifest says about it. */
    public ChunkRef ref() {
        return ref;
    }

    public Hash id() {
        return ref.id();
    }

    /** The canonical bytes, not a copy: never change them. */
    public byte[] bytes() {
        return bytes;
    }
}
