package dev.meshlog.ledger.state;

import dev.meshlog.ledger.Hash;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Cuts a state into chunks on the calling thread while workers hash and compress those before. Frames leave in bucket order, on the
 * calling thread. At most {@value #AHEAD} chunks and their frames are held beside the one that is being cut. Once only.
 */
public final class ChunkFrames {
    private static final int AHEAD = 8;

    private final StateChunks cutter;
    private final ExecutorService workers;
    private final Predicate<Hash> isKnown;
    private final Consumer<ChunkFrame> sink;
    private final Deque<Future<ChunkFrame>> inWork = new ArrayDeque<>();

    /** @param isKnown whether the receiver has the chunk, so that it need not be compressed; asked by the workers */
    public ChunkFrames(int bucketBits, ExecutorService workers, Predicate<Hash> isKnown, Consumer<ChunkFrame> sink) {
        this.workers = workers;
        this.isKnown = isKnown;
        this.sink = sink;
        this.cutter = StateChunks.unhashed(bucketBits, this::submit);
    }

    /** The next entry in (bucket, key) order, as {@link StateChunks#add(int, byte[], byte[])}. */
    public void add(int bucket, byte[] key, byte[] value) {
        cutter.add(bucket, key, value);
    }

    /** After the last entry: the last frames leave. */
    public void finish() {
        cutter.finish();
        while (!inWork.isEmpty()) {
            takeFirst();
        }
    }

    private void submit(StateChunks.Cut cut) {
        inWork.addLast(workers.submit(() -> {
            Chunk chunk = cut.chunk();
            return new ChunkFrame(
                    chunk.ref(),
                    isKnown.test(chunk.id())
                            ? Optional.empty()
                            : Optional.of(ChunkCompression.compress(chunk.bytes())));
        }));
        if (inWork.size() > AHEAD) {
            takeFirst();
        }
    }

    private void takeFirst() {
        try {
            sink.accept(inWork.removeFirst().get());
        } catch (ExecutionException e) {
            throw new IllegalStateException("a chunk was not compressed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while cutting a snapshot", e);
        }
    }
}
