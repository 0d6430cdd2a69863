package dev.meshlog.ledger.state;

import dev.meshlog.ledger.Hash;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What becomes of a state of one full chunk on its way into a snapshot and back. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class ChunkBenchmark {
    private static final int BUCKET_BITS = 4;
    private static final int VALUE_BYTES = 220;

    private final MemoryStateStore store = new MemoryStateStore();
    private final List<Entry> entries = new ArrayList<>();
    private final Chunk chunk;
    private final byte[] frame;
    private final ChunkReader reader;

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Entry(int bucket, byte[] key, byte[] value) {}

    public ChunkBenchmark() {
        var random = new Random(1);
        var state = new dev.meshlog.ledger.state.State(store, BUCKET_BITS);
        int full = ChunkRef.TARGET_BYTES / (EntryLimits.OVERHEAD_BYTES + Hash.LENGTH + VALUE_BYTES);
        for (int i = 0; i < full; i++) {
            byte[] key = new byte[Hash.LENGTH];
            random.nextBytes(key);
            byte[] value = new byte[VALUE_BYTES];
            // Half of it can be compressed.
            random.nextBytes(value);
            java.util.Arrays.fill(value, 0, VALUE_BYTES / 2, (byte) i);
            state.put(key, value);
        }
        store.forEachByBucket(BUCKET_BITS, (bucket, key, value) -> entries.add(new Entry(bucket, key, value)));
        List<Chunk> chunks = cut();
        if (chunks.size() != 1) {
            throw new IllegalStateException(chunks.size() + " chunks");
        }
        chunk = chunks.get(0);
        frame = ChunkCompression.compress(chunk.bytes());
        Manifest manifest = Manifest.of(
                Hash.ZERO,
                0,
                0,
                0,
                Hash.ZERO,
                state.root(0),
                state.bucketDigests(),
                chunks.stream().map(Chunk::ref).toList());
        try {
            reader = new ChunkReader(manifest, state.bucketDigests().bytes());
        } catch (InvalidSnapshotException e) {
            throw new IllegalStateException(e);
        }
    }

    private List<Chunk> cut() {
        List<Chunk> chunks = new ArrayList<>();
        var cutter = new StateChunks(BUCKET_BITS, chunks::add);
        entries.forEach(entry -> cutter.add(entry.bucket(), entry.key(), entry.value()));
        cutter.finish();
        return chunks;
    }

    @Benchmark
    public Object encode() {
        return cut();
    }

    @Benchmark
    public byte[] compress() {
        return ChunkCompression.compress(chunk.bytes());
    }

    @Benchmark
    public byte[] decompress() throws InvalidSnapshotException {
        return ChunkCompression.decompress(frame, chunk.bytes().length);
    }

    @Benchmark
    public VerifiedChunk verify() throws InvalidSnapshotException {
        return reader.verify(chunk.ref(), chunk.bytes());
    }
}
