package dev.meshlog.replayer;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.rocksdb.EntryTableFile;
import dev.meshlog.ledger.rocksdb.RocksStateStore;
import dev.meshlog.ledger.state.ChunkReader;
import dev.meshlog.ledger.state.ChunkRef;
import dev.meshlog.ledger.state.InvalidSnapshotException;
import dev.meshlog.ledger.state.Manifest;
import dev.meshlog.ledger.state.State;
import dev.meshlog.ledger.state.VerifiedChunk;
import dev.meshlog.schemas.Failpoint;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Verifies every chunk against the state root before anything of it is applied, and loads the chunks into an empty store as sorted tables. Each
 * thread has one chunk at a time; the store and the listener see one thread at a time.
 */
public final class SnapshotInstaller {
    private final Manifest manifest;
    private final ChunkSource source;
    private final Path tableDirectory;
    private final RocksStateStore store;
    private final int threads;
    private final AtomicInteger next = new AtomicInteger();
    private final List<Path> tables = new ArrayList<>();
    private int applied;
    private long entries;

    /** Where the canonical bytes of chunks are. Any thread may ask. */
    @FunctionalInterface
    public interface ChunkSource {
        byte[] chunk(Hash id, int size) throws InvalidSnapshotException;
    }

    /** @param tableDirectory on the store's file system */
    public SnapshotInstaller(
            Manifest manifest, ChunkSource source, Path tableDirectory, RocksStateStore store, int threads) {
        this.manifest = manifest;
        this.source = source;
        this.tableDirectory = tableDirectory;
        this.store = store;
        this.threads = threads;
    }

    /**
     * Once only.
     *
     * @return the state that is in the store now
     * @throws RecoveryException when a chunk does not fit the state root
     */
    public State install(RecoveryListener listener) {
        loadChunks(listener);
        Failpoint.TABLES_WRITTEN.reached();
        if (!tables.isEmpty()) {
            store.ingestEntries(tables);
        }
        store.commit();
        Failpoint.TABLES_INGESTED.reached();
        State state = State.inMemory(store, manifest.bucketBits());
        Hash root = state.root(manifest.checkpointIndex());
        if (!root.equals(manifest.stateRoot())) {
            throw new RecoveryException(
                    RecoveryFailure.SNAPSHOT_FALSE,
                    "The restored state has root %s, the snapshot of checkpoint %d says %s."
                            .formatted(root, manifest.checkpointIndex(), manifest.stateRoot()));
        }
        return state;
    }

    private void loadChunks(RecoveryListener listener) {
        ExecutorService workers = Executors.newFixedThreadPool(threads);
        try {
            Callable<Void> share = () -> {
                loadShare(listener);
                return null;
            };
            for (Future<Void> done : workers.invokeAll(Collections.nCopies(threads, share))) {
                done.get();
            }
        } catch (ExecutionException e) {
            if (e.getCause() instanceof InvalidSnapshotException refused) {
                throw new RecoveryException(
                        refused.reason().fetchAgain() ? RecoveryFailure.CHUNK_DAMAGED : RecoveryFailure.SNAPSHOT_FALSE,
                        "The snapshot of checkpoint %d: %s: %s"
                                .formatted(manifest.checkpointIndex(), refused.reason(), refused.getMessage()),
                        refused);
            }
            throw new IllegalStateException("the snapshot was not installed: " + e.getCause(), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while installing a snapshot", e);
        } finally {
            workers.shutdownNow();
        }
    }

    private void loadShare(RecoveryListener listener) throws InvalidSnapshotException {
        List<ChunkRef> chunks = manifest.chunks();
        boolean done = false;
        try {
            var reader = new ChunkReader(manifest, source.chunk(manifest.digestsId(), manifest.digestsSize()));
            for (int i = next.getAndIncrement(); i < chunks.size(); i = next.getAndIncrement()) {
                load(chunks.get(i), reader, listener);
            }
            done = true;
        } finally {
            if (!done) {
                // What the others would still load is of no use.
                next.set(chunks.size());
            }
        }
    }

    private void load(ChunkRef ref, ChunkReader reader, RecoveryListener listener) throws InvalidSnapshotException {
        VerifiedChunk chunk = reader.verify(ref, source.chunk(ref.id(), ref.size()));
        Path table = tableDirectory.resolve(ref.id().hex() + ".sst");
        if (ref.entries() > 0) {
            try (var file = EntryTableFile.create(table)) {
                chunk.forEachEntry(file::add);
            }
        }
        synchronized (this) {
            if (ref.entries() > 0) {
                tables.add(table);
            }
            chunk.forEachBucket(store::putBucket);
            entries += ref.entries();
            applied++;
            listener.chunkApplied(applied, manifest.chunks().size(), entries);
        }
    }
}
