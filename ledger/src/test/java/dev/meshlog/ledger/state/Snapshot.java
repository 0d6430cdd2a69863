package dev.meshlog.ledger.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshlog.ledger.Domain;
import dev.meshlog.ledger.Hash;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A snapshot in memory: cut from a state, restored into another. */
record Snapshot(Manifest manifest, BucketDigests digests, List<Chunk> chunks) {
    static final Hash NETWORK = Domain.NETWORK.hash("test".getBytes(StandardCharsets.US_ASCII));
    static final Hash COMMIT = Domain.COMMIT.hash("test".getBytes(StandardCharsets.US_ASCII));

    static Snapshot cut(MemoryStateStore store, State state, long checkpoint) {
        List<Chunk> chunks = chunks(store, state.bucketBits());
        Manifest manifest = Manifest.of(
                NETWORK,
                checkpoint,
                checkpoint * 16,
                checkpoint * 16 + 3,
                COMMIT,
                state.root(checkpoint),
                state.bucketDigests(),
                chunks.stream().map(Chunk::ref).toList());
        return new Snapshot(manifest, state.bucketDigests(), chunks);
    }

    static List<Chunk> chunks(MemoryStateStore store, int bucketBits) {
        List<Chunk> chunks = new ArrayList<>();
        var cut = new StateChunks(bucketBits, chunks::add);
        store.forEachByBucket(bucketBits, cut::add);
        cut.finish();
        return chunks;
    }

    /** By way of bytes alone, as another node would. */
    MemoryStateStore restore() throws InvalidSnapshotException {
        Manifest parsed = Manifest.parse(manifest.encode(), NETWORK, manifest.hash());
        assertThat(parsed).isEqualTo(manifest);
        var reader = new ChunkReader(parsed, digests.bytes());
        var store = new MemoryStateStore();
        for (int i = 0; i < chunks.size(); i++) {
            ChunkRef ref = parsed.chunks().get(i);
            byte[] frame = ChunkCompression.compress(chunks.get(i).bytes());
            reader.verify(ref, ChunkCompression.decompress(frame, ref.size())).applyTo(store);
        }
        return store;
    }
}
