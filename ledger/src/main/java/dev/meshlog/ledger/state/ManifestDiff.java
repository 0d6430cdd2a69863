package dev.meshlog.ledger.state;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What differs between the states of two manifests of one network, down to the entry. The digests tell which buckets differ, and only
 * chunks with such a bucket are read, each once and verified. The two manifests may be cut differently: a bucket is looked up
 * on either side in the chunk that holds it.
 *
 * <p>One chunk of either side is held at a time. One thread at a time.
 */
public final class ManifestDiff {
    private final Side before;
    private final Side after;
    private final BitSet buckets = new BitSet();

    /** Where the chunks of a manifest come from. */
    @FunctionalInterface
    public interface ChunkSource {
        /** The canonical bytes of the chunk; they are checked before they are used. */
        byte[] bytes(ChunkRef chunk);
    }

    /**
     * @param beforeDigests bytes of the first manifest's digests chunk
     * @param afterDigests bytes of the second manifest's digests chunk
     * @throws InvalidSnapshotException DIGESTS_ID or DIGESTS_ROOT
     * @throws IllegalArgumentException when the manifests are of different networks or numbers of buckets
     */
    public ManifestDiff(Manifest before, byte[] beforeDigests, Manifest after, byte[] afterDigests)
            throws InvalidSnapshotException {
        if (!before.networkId().equals(after.networkId())) {
            throw new IllegalArgumentException(
                    "manifests of two networks, " + before.networkId() + " and " + after.networkId());
        }
        this.before = new Side(before, beforeDigests);
        this.after = new Side(after, afterDigests);
        for (int bucket : this.before.reader.digests().differing(this.after.reader.digests())) {
            buckets.set(bucket);
        }
    }

    /** Buckets with a difference, ascending. */
    public IntStream buckets() {
        return buckets.stream();
    }

    /** Chunks of the first manifest that {@link #forEach} reads, in its order. */
    public List<ChunkRef> chunksBefore() {
        return before.chunks(buckets);
    }

    /** Chunks of the second manifest that {@link #forEach} reads, in its order. */
    public List<ChunkRef> chunksAfter() {
        return after.chunks(buckets);
    }

    /**
     * Shows every difference, in (bucket, key) order.
     *
     * @throws InvalidSnapshotException one of the reasons that begin with CHUNK; differences of earlier buckets were shown and hold
     */
    public void forEach(ChunkSource beforeChunks, ChunkSource afterChunks, Consumer<EntryDifference> visitor)
            throws InvalidSnapshotException {
        try {
            for (int bucket = buckets.nextSetBit(0); bucket >= 0; bucket = buckets.nextSetBit(bucket + 1)) {
                merge(bucket, before.entriesOf(bucket, beforeChunks), after.entriesOf(bucket, afterChunks), visitor);
            }
        } finally {
            before.close();
            after.close();
        }
    }

    private static void merge(
            int bucket, EncodedEntries before, EncodedEntries after, Consumer<EntryDifference> visitor) {
        byte[] left = nextKey(before);
        byte[] right = nextKey(after);
        while (left != null || right != null) {
            int order = left == null ? 1 : right == null ? -1 : Arrays.compareUnsigned(left, right);
            byte[] key = order <= 0 ? left : right;
            byte[] old = order <= 0 ? before.value() : null;
            byte[] now = order >= 0 ? after.value() : null;
            if (key != null && !Arrays.equals(old, now)) {
                visitor.accept(new EntryDifference(bucket, key, old, now));
            }
            left = order <= 0 ? nextKey(before) : left;
            right = order >= 0 ? nextKey(after) : right;
        }
    }

    private static byte @Nullable [] nextKey(EncodedEntries entries) {
        return entries.next() ? entries.key() : null;
    }

    private static final class Side {
        private final Manifest manifest;
        private final ChunkReader reader;
        private @Nullable VerifiedChunk open;
        private int index;

        Side(Manifest manifest, byte[] digests) throws InvalidSnapshotException {
            this.manifest = manifest;
            this.reader = new ChunkReader(manifest, digests);
        }

        List<ChunkRef> chunks(BitSet differing) {
            return manifest.chunks().stream()
                    .filter(chunk -> {
                        int bucket = differing.nextSetBit(chunk.firstBucket());
                        return bucket >= 0 && bucket <= chunk.lastBucket();
                    })
                    .toList();
        }

        /** For ascending buckets. */
        EncodedEntries entriesOf(int bucket, ChunkSource source) throws InvalidSnapshotException {
            VerifiedChunk chunk = open;
            if (chunk == null || chunk.ref().lastBucket() < bucket) {
                while (manifest.chunks().get(index).lastBucket() < bucket) {
                    index++;
                }
                open = null;
                ChunkRef wanted = manifest.chunks().get(index);
                chunk = reader.verify(wanted, source.bytes(wanted));
                open = chunk;
            }
            return chunk.entriesOf(bucket);
        }

        void close() {
            open = null;
            index = 0;
        }
    }
}
