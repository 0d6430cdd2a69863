package dev.meshlog.ledger.state;

import static dev.meshlog.ledger.state.SnapshotRejection.CHUNK_DIGEST;
import static dev.meshlog.ledger.state.SnapshotRejection.CHUNK_ENTRIES;
import static dev.meshlog.ledger.state.SnapshotRejection.CHUNK_MALFORMED;
import static dev.meshlog.ledger.state.SnapshotRejection.CHUNK_ORDER;
import static dev.meshlog.ledger.state.SnapshotRejection.CHUNK_RANGE;

import dev.meshlog.ledger.Domain;
import dev.meshlog.ledger.Hash;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
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
    private final byte[] scratch = new byte[Hash.LENGTH];

    /**
     * @param digests the bytes of the digests chunk
     * @throws InvalidSnapshotException DIGESTS_ID or DIGESTS_ROOT
     */
    public ChunkReader(Manifest manifest, byte[] digests) throws InvalidSnapshotException {
        this.digests = manifest.verifyDigests(digests);
        this.chunks = Set.copyOf(manifest.chunks());
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
        SortedMap<Integer, Accumulator> sums = sum(ref, bytes);
        SortedMap<Integer, byte[]> accumulators = new TreeMap<>();
        for (int bucket = ref.firstBucket(); bucket <= ref.lastBucket(); bucket++) {
            Accumulator sum = sums.get(bucket);
            Hash digest = sum == null ? Hash.ZERO : sum.digest();
            if (!digest.equals(digests.digest(bucket))) {
                throw rejected(CHUNK_DIGEST, ref, "bucket " + bucket);
            }
            if (sum != null) {
                accumulators.put(bucket, sum.bytes());
            }
        }
        return new VerifiedChunk(ref, digests.bucketBits(), bytes, accumulators);
    }

    private SortedMap<Integer, Accumulator> sum(ChunkRef ref, byte[] bytes) throws InvalidSnapshotException {
        SortedMap<Integer, Accumulator> sums = new TreeMap<>();
        ByteBuffer in = ByteBuffer.wrap(bytes);
        long entries = 0;
        int previousBucket = -1;
        int previousKey = 0;
        int previousKeyEnd = 0;
        Accumulator sum = new Accumulator();
        while (in.hasRemaining()) {
            int offset = in.position();
            int keyLength = length(ref, in);
            if (!EntryLimits.keyFits(keyLength) || keyLength > in.remaining()) {
                throw rejected(CHUNK_MALFORMED, ref, "a key of " + Integer.toUnsignedString(keyLength) + " bytes");
            }
            int key = in.position();
            in.position(key + keyLength);
            int valueLength = length(ref, in);
            if (!EntryLimits.valueFits(valueLength) || valueLength > in.remaining()) {
                throw rejected(CHUNK_MALFORMED, ref, "a value of " + Integer.toUnsignedString(valueLength) + " bytes");
            }
            in.position(in.position() + valueLength);

            int bucket = Buckets.bucketOf(sha, scratch, bytes, key, keyLength, digests.bucketBits());
            if (bucket < ref.firstBucket() || bucket > ref.lastBucket()) {
                throw rejected(CHUNK_RANGE, ref, "bucket " + bucket);
            }
            if (bucket < previousBucket
                    || (bucket == previousBucket
                            && Arrays.compareUnsigned(bytes, previousKey, previousKeyEnd, bytes, key, key + keyLength)
                                    >= 0)) {
                throw rejected(CHUNK_ORDER, ref, "entry " + entries);
            }
            if (bucket != previousBucket) {
                sum = new Accumulator();
                sums.put(bucket, sum);
            }
            hash.addEncoded(sum, bytes, offset, in.position() - offset);
            previousBucket = bucket;
            previousKey = key;
            previousKeyEnd = key + keyLength;
            entries++;
        }
        if (entries != ref.entries()) {
            throw rejected(CHUNK_ENTRIES, ref, ref.entries() + " named, " + entries + " found");
        }
        return sums;
    }

    private static int length(ChunkRef ref, ByteBuffer in) throws InvalidSnapshotException {
        if (in.remaining() < Integer.BYTES) {
            throw rejected(CHUNK_MALFORMED, ref, "it ends inside a length");
        }
        return in.getInt();
    }

    private static InvalidSnapshotException rejected(SnapshotRejection reason, ChunkRef ref, String detail) {
        return new InvalidSnapshotException(reason, "chunk " + ref.id().brief() + ": " + detail);
    }
}
