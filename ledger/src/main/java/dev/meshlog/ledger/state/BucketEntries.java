package dev.meshlog.ledger.state;

import dev.meshlog.ledger.Domain;
import dev.meshlog.ledger.Hash;
import dev.meshlog.schemas.MalformedRecordException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Optional;

/** All entries of one bucket in canonical form, as a chunk of this bucket alone would hold them, and the digest that they give. */
public final class BucketEntries {
    private final int bucket;
    private final byte[] bytes;
    private final Hash digest;

    private BucketEntries(int bucket, byte[] bytes, Hash digest) {
        this.bucket = bucket;
        this.bytes = bytes;
        this.digest = digest;
    }

    /** Shows the entries of one bucket of a state, in key order. */
    @FunctionalInterface
    public interface Source {
        void forEachEntryOf(int bucket, EntryVisitor visitor);
    }

    /**
     * Takes a bucket out of a state.
     *
     * @throws IllegalStateException when the source shows entries of another bucket or not in key order
     */
    public static BucketEntries of(int bucket, int bucketBits, Source state) {
        var out = new ByteArrayOutputStream();
        state.forEachEntryOf(bucket, (itsBucket, key, value) -> {
            ByteBuffer entry = ByteBuffer.allocate(EncodedEntries.length(key, value));
            EncodedEntries.put(entry, key, value);
            out.writeBytes(entry.array());
        });
        try {
            return parse(bucket, bucketBits, out.toByteArray());
        } catch (MalformedRecordException e) {
            throw new IllegalStateException("the store's entries of bucket " + bucket, e);
        }
    }

    /**
     * Reads entries that a stranger wrote.
     *
     * @param bytes kept, not copied
     * @throws MalformedRecordException when they are not entries of this bucket with strictly ascending keys
     */
    public static BucketEntries parse(int bucket, int bucketBits, byte[] bytes) {
        if (bytes.length > ChunkRef.MAX_BYTES) {
            throw new MalformedRecordException("a bucket of " + bytes.length + " bytes, at most " + ChunkRef.MAX_BYTES);
        }
        var hash = new LtHash();
        var sha = Domain.sha256();
        var sum = new Accumulator();
        var in = new EncodedEntries(bytes, 0, bytes.length);
        while (in.next()) {
            int itsBucket = in.bucket(sha, bucketBits);
            if (itsBucket != bucket) {
                throw new MalformedRecordException("an entry of bucket " + itsBucket + " in bucket " + bucket);
            }
            if (!sum.isEmpty() && !in.isKeyAbovePrevious()) {
                throw new MalformedRecordException("entry " + sum.entries() + " does not follow the one before");
            }
            in.addTo(sum, hash);
        }
        return new BucketEntries(bucket, bytes, sum.digest());
    }

    public int bucket() {
        return bucket;
    }

    public Hash digest() {
        return digest;
    }

    /** The canonical bytes, not a copy: never change them. */
    public byte[] bytes() {
        return bytes;
    }

    /** Empty when the bucket has no entry with this key. */
    public Optional<byte[]> value(byte[] key) {
        var in = new EncodedEntries(bytes, 0, bytes.length);
        while (in.next()) {
            if (in.hasKey(key)) {
                return Optional.of(in.value());
            }
        }
        return Optional.empty();
    }
}
