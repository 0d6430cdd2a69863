package dev.meshlog.ledger.state;

import static dev.meshlog.ledger.state.SnapshotRejection.CHUNK_DIGEST;
import static dev.meshlog.ledger.state.SnapshotRejection.CHUNK_ENTRIES;
import static dev.meshlog.ledger.state.SnapshotRejection.CHUNK_MALFORMED;
import static dev.meshlog.ledger.state.SnapshotRejection.CHUNK_ORDER;
import static dev.meshlog.ledger.state.SnapshotRejection.CHUNK_RANGE;

import dev.meshlog.ledger.Domain;
import dev.meshlog.ledger.Hash;
import dev.meshlog.schemas.MalformedRecordException;
import java.security.MessageDigest;
import java.util.NavigableMap;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Checks the chunks of one manifest before anything of them is applied: size and id, the form of every entry, their order, and
 * that they give the bucket digests, which in turn give the state root. Whether that root is certified is asked elsewhere.
 *
 * <p>One thread at a time; parallel readers each make their own.
 */
public final class ChunkReader {
    private final Set<ChunkRef> chunks;
    private final BucketDigests digests;
    private final LtHash hash = new LtHash();
    private final MessageDigest sha = Domain.sha256();

    /** What a chunk has of one bucket: where its entries begin, and their sum. */
    private record BucketRange(int offset, Accumulator sum) {}

    /**
     * @param digests the bytes of the digests chunk
     * @throws InvalidSnapshotException DIGESTS_ID or DIGESTS_ROOT
     */
    public ChunkReader(Manifest manifest, byte[] digests) throws InvalidSnapshotException {
        this.digests = manifest.verifyDigests(digests);
        this.chunks = Set.copyOf(manifest.chunks());
    }

    /** Of the manifest's state. */
    BucketDigests digests() {
        return digests;
    }

    /**
     * Takes 2 KiB for each bucket of the chunk that is not empty.
     *
     * @param ref one of the manifest's
     * @param bytes the canonical bytes; the result keeps them
     * @throws InvalidSnapshotException one of the reasons that begin with CHUNK
     * @throws IllegalArgumentException when the manifest has no such chunk
     */
    public VerifiedChunk verify(ChunkRef ref, byte[] bytes) throws InvalidSnapshotException {
        if (!chunks.contains(ref)) {
            throw new IllegalArgumentException("chunk " + ref.id() + " is not one of the manifest");
        }
        ref.requireBytes(bytes);
        SortedMap<Integer, BucketRange> found = read(ref, bytes);
        SortedMap<Integer, byte[]> accumulators = new TreeMap<>();
        NavigableMap<Integer, Integer> offsets = new TreeMap<>();
        for (int bucket = ref.firstBucket(); bucket <= ref.lastBucket(); bucket++) {
            BucketRange range = found.get(bucket);
            Hash digest = range == null ? Hash.ZERO : range.sum.digest();
            if (!digest.equals(digests.digest(bucket))) {
                throw rejected(CHUNK_DIGEST, ref, "bucket " + bucket);
            }
            if (range != null) {
                accumulators.put(bucket, range.sum.bytes());
                offsets.put(bucket, range.offset);
            }
        }
        return new VerifiedChunk(ref, bytes, accumulators, offsets);
    }

    private SortedMap<Integer, BucketRange> read(ChunkRef ref, byte[] bytes) throws InvalidSnapshotException {
        SortedMap<Integer, BucketRange> buckets = new TreeMap<>();
        var in = new EncodedEntries(bytes, 0, bytes.length);
        long entries = 0;
        int previousBucket = -1;
        Accumulator sum = new Accumulator();
        while (next(ref, in)) {
            int bucket = in.bucket(sha, digests.bucketBits());
            if (bucket < ref.firstBucket() || bucket > ref.lastBucket()) {
                throw rejected(CHUNK_RANGE, ref, "bucket " + bucket);
            }
            if (bucket < previousBucket || (bucket == previousBucket && !in.isKeyAbovePrevious())) {
                throw rejected(CHUNK_ORDER, ref, "entry " + entries);
            }
            if (bucket != previousBucket) {
                sum = new Accumulator();
                buckets.put(bucket, new BucketRange(in.offset(), sum));
            }
            in.addTo(sum, hash);
            previousBucket = bucket;
            entries++;
        }
        if (entries != ref.entries()) {
            throw rejected(CHUNK_ENTRIES, ref, ref.entries() + " named, " + entries + " found");
        }
        return buckets;
    }

    private static boolean next(ChunkRef ref, EncodedEntries in) throws InvalidSnapshotException {
        try {
            return in.next();
        } catch (MalformedRecordException e) {
            throw rejected(CHUNK_MALFORMED, ref, String.valueOf(e.getMessage()));
        }
    }

    private static InvalidSnapshotException rejected(SnapshotRejection reason, ChunkRef ref, String detail) {
        return new InvalidSnapshotException(reason, "chunk " + ref.id().brief() + ": " + detail);
    }
}
