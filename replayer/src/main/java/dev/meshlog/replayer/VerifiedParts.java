package dev.meshlog.replayer;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.state.ChunkCompression;
import dev.meshlog.ledger.state.ChunkReader;
import dev.meshlog.ledger.state.ChunkRef;
import dev.meshlog.ledger.state.InvalidSnapshotException;
import dev.meshlog.ledger.state.Manifest;
import dev.meshlog.ledger.state.VerifiedChunk;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.Queue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;

/** The chunks of a snapshot in their order, verified on several threads a few chunks ahead. One thread at a time. */
final class VerifiedParts implements AutoCloseable {
    private static final int AHEAD = 2;

    private final Manifest manifest;
    private final Function<Hash, byte[]> chunks;
    private final byte[] digests;
    private final SteeringEntries steering;
    private final ExecutorService workers;
    private final int threads;
    private final Iterator<ChunkRef> unread;
    private final Queue<Future<byte[]>> underWay = new ArrayDeque<>();

    /** @param chunks canonical bytes by id */
    VerifiedParts(Manifest manifest, Function<Hash, byte[]> chunks, int threads) {
        this.manifest = manifest;
        this.chunks = chunks;
        this.threads = threads;
        this.steering = new SteeringEntries(manifest);
        this.digests = chunks.apply(manifest.digestsId());
        this.unread = manifest.chunks().iterator();
        this.workers = Executors.newFixedThreadPool(threads);
    }

    byte[] digests() {
        return digests;
    }

    /** Of all chunks that were given out. */
    SteeringEntries steering() {
        return steering;
    }

    /**
     * The frame of the next chunk.
     *
     * @throws RecoveryException CHUNK_DAMAGED or SNAPSHOT_FALSE
     */
    byte[] next() {
        while (unread.hasNext() && underWay.size() < AHEAD * threads) {
            ChunkRef ref = unread.next();
            underWay.add(workers.submit(() -> verify(ref)));
        }
        try {
            return underWay.remove().get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof InvalidSnapshotException refused) {
                throw new RecoveryException(
                        refused.reason().fetchAgain() ? RecoveryFailure.CHUNK_DAMAGED : RecoveryFailure.SNAPSHOT_FALSE,
                        "The snapshot of checkpoint %d: %s: %s"
                                .formatted(manifest.checkpointIndex(), refused.reason(), refused.getMessage()),
                        refused);
            }
            throw new IllegalStateException("the snapshot was not verified: " + e.getCause(), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while verifying a snapshot", e);
        }
    }

    private byte[] verify(ChunkRef ref) throws InvalidSnapshotException {
        byte[] bytes = chunks.apply(ref.id());
        VerifiedChunk chunk = new ChunkReader(manifest, digests).verify(ref, bytes);
        chunk.forEachEntry((bucket, key, value) -> steering.look(key, value));
        return ChunkCompression.compress(bytes);
    }

    @Override
    public void close() {
        workers.shutdownNow();
    }
}
