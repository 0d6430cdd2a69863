package dev.meshlog.ledger.state;

import dev.meshlog.ledger.Domain;
import dev.meshlog.ledger.Hash;
import java.nio.ByteBuffer;
import java.util.stream.IntStream;

/** The digests of all buckets in bucket order, 32 bytes each: the digests chunk of a snapshot. Immutable. */
public final class BucketDigests {
    private final byte[] bytes;
    private final int bits;

    private BucketDigests(byte[] bytes, int bits) {
        this.bytes = bytes;
        this.bits = bits;
    }

    /** @throws IllegalArgumentException when there are not 32 × 2^bits bytes with bits from 1 to 16 */
    public static BucketDigests of(byte[] bytes) {
        int buckets = bytes.length / Hash.LENGTH;
        int bits = Integer.numberOfTrailingZeros(buckets);
        if (bits < Buckets.MIN_BITS || bits > Buckets.MAX_BITS || bytes.length != sizeOf(bits)) {
            throw new IllegalArgumentException(bytes.length + " bytes are not the digests of all buckets");
        }
        return new BucketDigests(bytes.clone(), bits);
    }

    static BucketDigests of(MerkleTree tree, int bits) {
        ByteBuffer out = ByteBuffer.allocate(sizeOf(bits));
        for (int bucket = 0; bucket < Buckets.count(bits); bucket++) {
            tree.leaf(bucket).putInto(out);
        }
        return new BucketDigests(out.array(), bits);
    }

    /** Bytes of the digests chunk. */
    public static int sizeOf(int bits) {
        return Buckets.count(bits) * Hash.LENGTH;
    }

    public int bucketBits() {
        return bits;
    }

    /** @throws IndexOutOfBoundsException when there is no such bucket */
    public Hash digest(int bucket) {
        if (bucket < 0 || bucket >= Buckets.count(bits)) {
            throw new IndexOutOfBoundsException("bucket " + bucket + " of " + Buckets.count(bits));
        }
        return Hash.of(bytes, bucket * Hash.LENGTH);
    }

    /** A copy of the digests chunk. */
    public byte[] bytes() {
        return bytes.clone();
    }

    /** The chunk's id: plain SHA-256 of its bytes. */
    public Hash id() {
        return Domain.contentId(bytes);
    }

    public Hash merkleRoot() {
        return tree().root();
    }

    /** A new tree over these digests. */
    public MerkleTree tree() {
        var tree = new MerkleTree(bits);
        for (int bucket = 0; bucket < Buckets.count(bits); bucket++) {
            tree.set(bucket, digest(bucket));
        }
        return tree;
    }

    /**
     * Buckets in which two states differ, ascending.
     *
     * @throws IllegalArgumentException when the other has another number of buckets
     */
    public int[] differing(BucketDigests other) {
        if (other.bits != bits) {
            throw new IllegalArgumentException(bits + " bucketBits here, " + other.bits + " there");
        }
        return IntStream.range(0, Buckets.count(bits))
                .filter(bucket -> !digest(bucket).equals(other.digest(bucket)))
                .toArray();
    }
}
