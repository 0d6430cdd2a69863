package dev.meshlog.infra.bench;

import com.github.luben.zstd.Zstd;
import dev.meshlog.ledger.Domain;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.state.ChunkFrames;
import dev.meshlog.ledger.state.ChunkRef;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** A whole snapshot out of RocksDB up to the compressed chunks; the limit reads, hashes and compresses the same bytes on one thread. */
final class SnapshotBench implements Bench {
    @Override
    public String name() {
        return "snapshot";
    }

    @Override
    public String sentence() {
        return "objects cut, hashed and compressed into chunks, against reading, SHA-256 and zstd alone by one thread; the size is"
                + " objects (1,000,000)";
    }

    @Override
    public void run(BenchSettings settings, Consumer<Figure> figures) throws Exception {
        settings.progress().accept("snapshot, making the state");
        ExecutorService workers =
                Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
        try (var fixture = SnapshotFixture.create(settings.sizeOr(1_000_000), Hash.ZERO)) {
            new Interleaving(name(), "objects", settings)
                    .compare("full", () -> snapshot(fixture, workers), () -> bare(fixture), figures);
        } finally {
            workers.shutdownNow();
        }
    }

    private static long snapshot(SnapshotFixture fixture, ExecutorService workers) {
        var entries = new AtomicLong();
        try (var view = fixture.store().view()) {
            var frames = new ChunkFrames(
                    SnapshotFixture.BUCKET_BITS,
                    workers,
                    id -> false,
                    frame -> entries.addAndGet(frame.ref().entries()));
            view.forEachEntry(frames::add);
            frames.finish();
        }
        return entries.get();
    }

    private static long bare(SnapshotFixture fixture) {
        var block = ByteBuffer.allocate(ChunkRef.TARGET_BYTES);
        MessageDigest sha = Domain.sha256();
        var entries = new AtomicLong();
        try (var view = fixture.store().view()) {
            view.forEachEntry((bucket, key, value) -> {
                if (block.remaining() < 2 * Integer.BYTES + key.length + value.length) {
                    pack(sha, block);
                }
                block.putInt(key.length).put(key).putInt(value.length).put(value);
                entries.incrementAndGet();
            });
        }
        pack(sha, block);
        return entries.get();
    }

    private static void pack(MessageDigest sha, ByteBuffer block) {
        byte[] bytes = new byte[block.flip().remaining()];
        block.get(bytes);
        sha.digest(bytes);
        Zstd.compress(bytes, 1);
        block.clear();
    }
}
