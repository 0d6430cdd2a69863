package dev.meshlog.infra.bench;

import dev.meshlog.ledger.Domain;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.rocksdb.EntryTableFile;
import dev.meshlog.ledger.rocksdb.RocksStateStore;
import dev.meshlog.ledger.state.ChunkCompression;
import dev.meshlog.ledger.state.ChunkFrame;
import dev.meshlog.ledger.state.ChunkFrames;
import dev.meshlog.ledger.state.ChunkRef;
import dev.meshlog.ledger.state.InvalidSnapshotException;
import dev.meshlog.ledger.state.Manifest;
import dev.meshlog.replayer.RecoveryListener;
import dev.meshlog.replayer.SnapshotInstaller;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;

/** Compressed chunks to a store whose root is right, on all processors; the limit takes the entries as they are, on all processors too. */
final class RestoreBench implements Bench {
    @Override
    public String name() {
        return "restore";
    }

    @Override
    public String sentence() {
        return "objects verified and loaded from chunks, against unzstd, SHA-256 and writing the tables alone; the size is objects"
                + " (1,000,000)";
    }

    @Override
    public void run(BenchSettings settings, Consumer<Figure> figures) throws Exception {
        settings.progress().accept("restore, making the state and its chunks");
        try (var fixture = SnapshotFixture.create(settings.sizeOr(1_000_000), Hash.ZERO);
                var cores = new Cores()) {
            var snapshot = Snapshot.of(fixture);
            new Interleaving(name(), "objects", settings)
                    .compare("full", () -> restore(fixture, snapshot), () -> bare(fixture, snapshot, cores), figures);
        }
    }

    /** @param frames compressed, by id */
    private record Snapshot(Manifest manifest, Map<Hash, byte[]> frames) {
        static Snapshot of(SnapshotFixture fixture) {
            Map<Hash, byte[]> frames = new HashMap<>();
            List<ChunkRef> refs = new ArrayList<>();
            ExecutorService worker = Executors.newSingleThreadExecutor();
            try (var view = fixture.store().view()) {
                Consumer<ChunkFrame> sink = frame -> {
                    refs.add(frame.ref());
                    frame.zstd().ifPresent(zstd -> frames.put(frame.ref().id(), zstd));
                };
                var cutter = new ChunkFrames(SnapshotFixture.BUCKET_BITS, worker, id -> false, sink);
                view.forEachEntry(cutter::add);
                cutter.finish();
            } finally {
                worker.shutdownNow();
            }
            frames.put(
                    fixture.digests().id(),
                    ChunkCompression.compress(fixture.digests().bytes()));
            var manifest = Manifest.of(Hash.ZERO, 1, 1, 1, Hash.ZERO, fixture.root(), fixture.digests(), refs);
            return new Snapshot(manifest, frames);
        }

        byte[] chunk(Hash id, int size) throws InvalidSnapshotException {
            byte[] frame = frames.get(id);
            if (frame == null) {
                throw new IllegalStateException("the bench has no chunk " + id);
            }
            return ChunkCompression.decompress(frame, size);
        }
    }

    private static long restore(SnapshotFixture fixture, Snapshot snapshot) {
        Path directory = fixture.emptyDirectory();
        try (var store = RocksStateStore.open(directory.resolve("state"), SnapshotFixture.BUCKET_BITS)) {
            new SnapshotInstaller(
                            snapshot.manifest(),
                            snapshot::chunk,
                            directory,
                            store,
                            Runtime.getRuntime().availableProcessors())
                    .install(RecoveryListener.NONE);
        }
        SnapshotFixture.delete(directory);
        return snapshot.manifest().entries();
    }

    private static long bare(SnapshotFixture fixture, Snapshot snapshot, Cores cores) throws Exception {
        Path directory = fixture.emptyDirectory();
        List<ChunkRef> refs = snapshot.manifest().chunks();
        cores.forEach(refs.size(), i -> write(snapshot, refs.get(i), directory.resolve(i + ".sst")));
        SnapshotFixture.delete(directory);
        return snapshot.manifest().entries();
    }

    private static void write(Snapshot snapshot, ChunkRef ref, Path table) throws InvalidSnapshotException {
        byte[] bytes = snapshot.chunk(ref.id(), ref.size());
        if (!Domain.contentId(bytes).equals(ref.id())) {
            throw new IllegalStateException("chunk " + ref.id());
        }
        if (ref.entries() == 0) {
            return;
        }
        ByteBuffer in = ByteBuffer.wrap(bytes);
        try (var file = EntryTableFile.create(table)) {
            // Numbered instead of hashed into buckets: the table's writer wants ascending keys, whatever they are.
            for (int entry = 0; in.hasRemaining(); entry++) {
                byte[] key = new byte[in.getInt()];
                in.get(key);
                byte[] value = new byte[in.getInt()];
                in.get(value);
                file.add(entry, key, value);
            }
        }
    }
}
