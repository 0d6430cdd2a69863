package dev.meshlog.infra.bench;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.execution.LedgerObject;
import dev.meshlog.ledger.state.ChunkCompression;
import dev.meshlog.ledger.state.ChunkFrames;
import dev.meshlog.ledger.state.ChunkRef;
import dev.meshlog.ledger.state.Manifest;
import dev.meshlog.ledger.state.State;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;

/**
 * What a snapshot adds to those before it: frames of chunks whose id is new, the digests and the manifest. The limit is all of the same snapshot. Bytes
 * follow from the state alone, so each is counted once.
 *
 * <p>A bucket is the beginning of a hash, so changes of real objects are spread evenly. Clustered ones are taken from neighbouring buckets here.
 */
final class SnapshotDeltaBench implements Bench {
    private static final int ONE_IN = 100;

    @Override
    public String name() {
        return "snapshot-delta";
    }

    @Override
    public String sentence() {
        return "bytes of the next snapshot after 1 % of the objects changed, against all of it; the size is objects"
                + " (100,000 and 1,000,000)";
    }

    @Override
    public void run(BenchSettings settings, Consumer<Figure> figures) throws Exception {
        for (int objects : settings.sizesOr(100_000, 1_000_000)) {
            settings.progress()
                    .accept(String.format(Locale.ROOT, "%s, making a state of %,d objects", name(), objects));
            compare(objects, settings, figures);
        }
    }

    private void compare(int objects, BenchSettings settings, Consumer<Figure> figures) throws IOException {
        ExecutorService workers =
                Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
        try (var fixture = SnapshotFixture.create(objects, Hash.ZERO)) {
            var state = new State(fixture.store(), SnapshotFixture.BUCKET_BITS);
            var random = new Random(3);
            Pieces before = cut(fixture, state, workers);
            for (boolean clustered : new boolean[] {true, false}) {
                change(fixture, state, keys(fixture, clustered), random);
                settings.progress().accept(name() + ", cutting the next snapshot");
                Pieces after = cut(fixture, state, workers);
                figures.accept(Figure.cost(
                        name(),
                        String.format(
                                Locale.ROOT,
                                "%,d objects, 1 %% changed, %s",
                                objects,
                                clustered ? "clustered" : "uniform"),
                        (double) after.bytesNotIn(before),
                        "bytes",
                        (double) after.bytes(),
                        1));
                before = after;
            }
        } finally {
            workers.shutdownNow();
        }
    }

    /** Every hundredth in bucket order, or as many from the first buckets. */
    private static List<byte[]> keys(SnapshotFixture fixture, boolean clustered) {
        List<byte[]> all = new ArrayList<>();
        try (var view = fixture.store().view()) {
            view.forEachEntry((bucket, key, value) -> all.add(key));
        }
        int changes = Math.max(1, all.size() / ONE_IN);
        if (clustered) {
            return all.subList(0, changes);
        }
        List<byte[]> spread = new ArrayList<>();
        for (int i = 0; i < changes; i++) {
            spread.add(all.get(i * ONE_IN));
        }
        return spread;
    }

    private static void change(SnapshotFixture fixture, State state, List<byte[]> keys, Random random) {
        for (byte[] key : keys) {
            var content = new LedgerObject.Content(SnapshotFixture.content(random));
            state.put(key, new LedgerObject(2, Hash.ZERO, content).encode());
        }
        state.flush();
        fixture.store().commit();
    }

    /**
     * A snapshot.
     *
     * @param frames compressed sizes of the chunks, the digests among them
     */
    private record Pieces(Map<Hash, Integer> frames, int manifestBytes) {
        long bytes() {
            return manifestBytes
                    + frames.values().stream().mapToLong(Integer::longValue).sum();
        }

        long bytesNotIn(Pieces earlier) {
            return manifestBytes
                    + frames.entrySet().stream()
                            .filter(frame -> !earlier.frames().containsKey(frame.getKey()))
                            .mapToLong(Map.Entry::getValue)
                            .sum();
        }
    }

    private static Pieces cut(SnapshotFixture fixture, State state, ExecutorService workers) {
        Map<Hash, Integer> frames = new HashMap<>();
        List<ChunkRef> refs = new ArrayList<>();
        try (var view = fixture.store().view()) {
            var cutter = new ChunkFrames(SnapshotFixture.BUCKET_BITS, workers, id -> false, frame -> {
                refs.add(frame.ref());
                frame.zstd().ifPresent(zstd -> frames.put(frame.ref().id(), zstd.length));
            });
            view.forEachEntry(cutter::add);
            cutter.finish();
        }
        var digests = state.bucketDigests();
        frames.put(digests.id(), ChunkCompression.compress(digests.bytes()).length);
        var manifest = Manifest.of(Hash.ZERO, 1, 1, 1, Hash.ZERO, state.root(1), digests, refs);
        return new Pieces(frames, manifest.encode().length);
    }
}
