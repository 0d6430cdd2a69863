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
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Verifies every chunk against the state root before anything of it is applied, and loads the chunks into an empty store as sorted tables. */
final class SnapshotInstaller {
    private final Manifest manifest;
    private final Path chunks;
    private final RocksStateStore store;

    SnapshotInstaller(Manifest manifest, Path chunks, RocksStateStore store) {
        this.manifest = manifest;
        this.chunks = chunks;
        this.store = store;
    }

    /** @throws RecoveryException when a chunk does not fit the state root */
    void install(RecoveryListener listener) {
        try {
            var reader = new ChunkReader(manifest, chunk(manifest.digestsId()));
            List<Path> tables = new ArrayList<>();
            int applied = 0;
            long entries = 0;
            for (ChunkRef ref : manifest.chunks()) {
                VerifiedChunk chunk = reader.verify(ref, chunk(ref.id()));
                if (ref.entries() > 0) {
                    Path table = chunks.resolve(ref.id().hex() + ".sst");
                    try (var file = EntryTableFile.create(table)) {
                        chunk.forEachEntry(file::add);
                    }
                    tables.add(table);
                }
                chunk.forEachBucket(store::putBucket);
                entries += ref.entries();
                applied++;
                listener.chunkApplied(applied, manifest.chunks().size(), entries);
            }
            if (!tables.isEmpty()) {
                store.ingestEntries(tables);
            }
            store.commit();
            Hash root = new State(store, manifest.bucketBits()).root(manifest.checkpointIndex());
            if (!root.equals(manifest.stateRoot())) {
                throw new RecoveryException("the restored state has root %s, the snapshot of checkpoint %d says %s"
                        .formatted(root, manifest.checkpointIndex(), manifest.stateRoot()));
            }
        } catch (InvalidSnapshotException e) {
            throw new RecoveryException(
                    "the snapshot of checkpoint " + manifest.checkpointIndex() + " is not used: " + e.getMessage(), e);
        }
    }

    private byte[] chunk(Hash id) {
        return SnapshotSource.read(chunks, id)
                .orElseThrow(() -> new IllegalStateException("chunk " + id + " was not fetched"));
    }
}
