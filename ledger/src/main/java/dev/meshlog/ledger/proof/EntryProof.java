package dev.meshlog.ledger.proof;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.state.BucketEntries;
import dev.meshlog.ledger.state.Buckets;
import dev.meshlog.ledger.state.ChunkRef;
import dev.meshlog.ledger.state.MerkleTree;
import dev.meshlog.ledger.state.StateRoot;
import dev.meshlog.schemas.MalformedRecordException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An opened bucket: all its entries and the way from its digest to the state root. It proves the value of every key in the bucket, and
 * that other keys of the bucket are not in the state. Only {@link EntryProver} and {@link #verify} make one, so it always
 * leads to the root that it was made for. Integers are big-endian, b is bucketBits:
 *
 * <pre>
 * 0         1            2        4                 12        20              20 + 32 b   24 + 32 b
 * | 01      | bucketBits | bucket | checkpointIndex | entries | b siblings    | size      | entries of the bucket |
 * | version | u8         | u16    | u64             | u64     | leaf's first  | u32       | canonical, size bytes |
 * </pre>
 */
public final class EntryProof {
    private static final byte VERSION = 1;
    private static final int FIXED_BYTES = 24;

    /** The longest path and the largest bucket. */
    public static final int MAX_BYTES = FIXED_BYTES + Buckets.MAX_BITS * Hash.LENGTH + ChunkRef.MAX_BYTES;

    private final long checkpointIndex;
    private final long entries;
    private final List<Hash> path;
    private final BucketEntries opened;

    EntryProof(long checkpointIndex, long entries, List<Hash> path, BucketEntries opened) {
        this.checkpointIndex = checkpointIndex;
        this.entries = entries;
        this.path = List.copyOf(path);
        this.opened = opened;
    }

    /**
     * Checks a proof against a root that is trusted, such as a certificate's.
     *
     * @param bucketBits of the network's genesis
     * @throws InvalidProofException any reason but OTHER_BUCKET
     */
    public static EntryProof verify(byte[] proof, int bucketBits, Hash root) throws InvalidProofException {
        if (proof.length > MAX_BYTES) {
            throw new InvalidProofException(ProofRejection.SIZE, proof.length + " bytes, at most " + MAX_BYTES);
        }
        if (proof.length > 0 && proof[0] != VERSION) {
            throw new InvalidProofException(
                    ProofRejection.FORMAT_VERSION, "It is " + (proof[0] & 0xff) + ", known is " + VERSION + ".");
        }
        if (proof.length < FIXED_BYTES) {
            throw malformed(proof.length + " bytes");
        }
        if (proof[1] != bucketBits) {
            throw new InvalidProofException(
                    ProofRejection.BUCKET_BITS, "Expected " + bucketBits + ", got " + (proof[1] & 0xff) + ".");
        }
        EntryProof parsed = parse(ByteBuffer.wrap(proof).position(2), bucketBits);
        Hash actual = parsed.root();
        if (!actual.equals(root)) {
            throw new InvalidProofException(ProofRejection.ROOT, "Expected " + root + ", got " + actual + ".");
        }
        return parsed;
    }

    private static EntryProof parse(ByteBuffer in, int bucketBits) throws InvalidProofException {
        int bucket = in.getShort() & 0xffff;
        long checkpointIndex = in.getLong();
        long entries = in.getLong();
        if (bucket >= Buckets.count(bucketBits) || checkpointIndex < 0 || entries < 0) {
            throw malformed("a number is out of its range");
        }
        if (in.remaining() < bucketBits * Hash.LENGTH + Integer.BYTES) {
            throw malformed("it ends inside the path");
        }
        List<Hash> path = new ArrayList<>();
        for (int i = 0; i < bucketBits; i++) {
            byte[] sibling = new byte[Hash.LENGTH];
            in.get(sibling);
            path.add(Hash.of(sibling));
        }
        int size = in.getInt();
        if (size != in.remaining()) {
            throw malformed(Integer.toUnsignedString(size) + " bytes of entries named, " + in.remaining() + " there");
        }
        byte[] bytes = new byte[size];
        in.get(bytes);
        try {
            return new EntryProof(checkpointIndex, entries, path, BucketEntries.parse(bucket, bucketBits, bytes));
        } catch (MalformedRecordException e) {
            throw new InvalidProofException(ProofRejection.ENTRIES, String.valueOf(e.getMessage()));
        }
    }

    public byte[] encode() {
        byte[] bytes = opened.bytes();
        ByteBuffer out = ByteBuffer.allocate(FIXED_BYTES + path.size() * Hash.LENGTH + bytes.length)
                .put(VERSION)
                .put((byte) path.size())
                .putShort((short) opened.bucket())
                .putLong(checkpointIndex)
                .putLong(entries);
        path.forEach(sibling -> out.put(sibling.bytes()));
        return out.putInt(bytes.length).put(bytes).array();
    }

    public long checkpointIndex() {
        return checkpointIndex;
    }

    /** Of the whole state. */
    public long entries() {
        return entries;
    }

    public Hash root() {
        return StateRoot.of(checkpointIndex, entries, MerkleTree.rootOf(opened.bucket(), opened.digest(), path));
    }

    /**
     * The value of the entry at the checkpoint; empty when it is proven that there is no such entry.
     *
     * @throws InvalidProofException OTHER_BUCKET: nothing is proven about this key
     */
    public Optional<byte[]> value(byte[] key) throws InvalidProofException {
        int bucket = Buckets.bucketOf(key, path.size());
        if (bucket != opened.bucket()) {
            throw new InvalidProofException(
                    ProofRejection.OTHER_BUCKET,
                    "The key is in bucket " + bucket + ", opened is " + opened.bucket() + ".");
        }
        return opened.value(key);
    }

    private static InvalidProofException malformed(String detail) {
        return new InvalidProofException(ProofRejection.MALFORMED, detail);
    }
}
