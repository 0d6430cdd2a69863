package dev.meshlog.ledger.state;

import dev.meshlog.ledger.Domain;
import dev.meshlog.ledger.Hash;
import java.util.List;

/**
 * What a snapshot consists of. Two nodes at the same checkpoint have byte-identical manifests, which is why it names no parent and
 * no offset of a cluster: those travel beside it.
 *
 * <p>The state root covers the checkpoint index, the entry count, the digests and so every entry. It does not cover
 * {@code commitIndex}, {@code leaderRound} and {@code commitHash}, which repeat the state's chain entry: whoever restores
 * compares them with it.
 *
 * @param entries of the state
 * @param digestsId of the digests chunk, whose size follows from bucketBits
 * @param chunks in bucket order, together every bucket
 */
public record Manifest(
        Hash networkId,
        int bucketBits,
        long checkpointIndex,
        long commitIndex,
        long leaderRound,
        Hash commitHash,
        Hash stateRoot,
        long entries,
        Hash digestsId,
        List<ChunkRef> chunks) {

    /** @throws IllegalArgumentException when the parts contradict each other or the rules of splitting */
    public Manifest {
        int buckets = Buckets.count(bucketBits);
        check(checkpointIndex >= 0 && commitIndex >= 0 && leaderRound >= 0, "a negative index");
        check(chunks.size() <= buckets, "more chunks than buckets");
        chunks = List.copyOf(chunks);
        int next = 0;
        long sum = 0;
        ChunkRef previous = null;
        for (ChunkRef chunk : chunks) {
            check(chunk.firstBucket() == next, "a gap or an overlap at bucket " + next);
            check(previous == null || !areOneChunk(previous, chunk), "two chunks that are one at bucket " + next);
            next = chunk.lastBucket() + 1;
            sum += chunk.entries();
            previous = chunk;
        }
        check(next == buckets, "chunks end at bucket " + next + " of " + buckets);
        check(sum == entries, entries + " entries, but " + sum + " in all chunks");
    }

    /**
     * The manifest of a cut.
     *
     * @throws IllegalArgumentException when the root is not that of the digests and of the chunks' entries at this checkpoint
     */
    public static Manifest of(
            Hash networkId,
            long checkpointIndex,
            long commitIndex,
            long leaderRound,
            Hash commitHash,
            Hash stateRoot,
            BucketDigests digests,
            List<ChunkRef> chunks) {
        long entries = chunks.stream().mapToLong(ChunkRef::entries).sum();
        check(StateRoot.of(checkpointIndex, entries, digests.merkleRoot()).equals(stateRoot), "another state root");
        return new Manifest(
                networkId,
                digests.bucketBits(),
                checkpointIndex,
                commitIndex,
                leaderRound,
                commitHash,
                stateRoot,
                entries,
                digests.id(),
                chunks);
    }

    /**
     * Strict: format version, algorithm, network, limits and the rules of splitting hold, and the bytes are the only encoding of
     * this manifest.
     *
     * @throws InvalidSnapshotException one of the reasons that begin with MANIFEST, FORMAT_VERSION, HASH_ALGORITHM or OTHER_NETWORK
     */
    public static Manifest parse(byte[] bytes, Hash expectedNetworkId) throws InvalidSnapshotException {
        return ManifestCodec.decode(bytes, expectedNetworkId);
    }

    /**
     * As {@link #parse(byte[], Hash)}, and the manifest is the one with this hash.
     *
     * @throws InvalidSnapshotException also MANIFEST_HASH, before anything else is looked at
     */
    public static Manifest parse(byte[] bytes, Hash expectedNetworkId, Hash expectedHash)
            throws InvalidSnapshotException {
        Hash actual = Domain.MANIFEST.hash(bytes);
        if (!actual.equals(expectedHash)) {
            throw new InvalidSnapshotException(
                    SnapshotRejection.MANIFEST_HASH, "asked for " + expectedHash + ", got " + actual);
        }
        return parse(bytes, expectedNetworkId);
    }

    /** The canonical bytes. */
    public byte[] encode() {
        return ManifestCodec.encode(this);
    }

    /** H(0A ‖ canonical bytes): the snapshot's identity. */
    public Hash hash() {
        return Domain.MANIFEST.hash(encode());
    }

    /** Bytes of the digests chunk. */
    public int digestsSize() {
        return BucketDigests.sizeOf(bucketBits);
    }

    /** Bytes of all chunks and the digests chunk, before compression. */
    public long size() {
        return digestsSize() + chunks.stream().mapToLong(ChunkRef::size).sum();
    }

    /**
     * Whether these digests are the ones that are named, and give the state root.
     *
     * @throws InvalidSnapshotException DIGESTS_ID or DIGESTS_ROOT
     */
    public BucketDigests verifyDigests(byte[] bytes) throws InvalidSnapshotException {
        if (bytes.length != digestsSize()) {
            throw new InvalidSnapshotException(
                    SnapshotRejection.DIGESTS_ID, bytes.length + " bytes instead of " + digestsSize());
        }
        BucketDigests digests = BucketDigests.of(bytes);
        if (!digests.id().equals(digestsId)) {
            throw new InvalidSnapshotException(
                    SnapshotRejection.DIGESTS_ID, "named " + digestsId + ", got " + digests.id());
        }
        Hash root = StateRoot.of(checkpointIndex, entries, digests.merkleRoot());
        if (!root.equals(stateRoot)) {
            throw new InvalidSnapshotException(SnapshotRejection.DIGESTS_ROOT, "named " + stateRoot + ", got " + root);
        }
        return digests;
    }

    private static boolean areOneChunk(ChunkRef left, ChunkRef right) {
        return left.buckets() == right.buckets()
                && left.firstBucket() % (2 * left.buckets()) == 0
                && left.size() + right.size() <= ChunkRef.TARGET_BYTES;
    }

    private static void check(boolean holds, String what) {
        if (!holds) {
            throw new IllegalArgumentException("the manifest has " + what);
        }
    }
}
