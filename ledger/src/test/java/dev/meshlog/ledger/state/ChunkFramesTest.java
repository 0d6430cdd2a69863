package dev.meshlog.ledger.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshlog.ledger.Hash;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ChunkFramesTest {
    private static final int BUCKET_BITS = 8;

    private final ExecutorService workers = Executors.newFixedThreadPool(2);
    private final MemoryStateStore state = new MemoryStateStore();
    private final List<Chunk> chunks = new ArrayList<>();

    ChunkFramesTest() {
        var random = new Random(5);
        for (int i = 0; i < 20_000; i++) {
            byte[] key = new byte[20];
            byte[] value = new byte[1_000];
            random.nextBytes(key);
            random.nextBytes(value);
            state.put(key, value);
        }
        var cutter = new StateChunks(BUCKET_BITS, chunks::add);
        state.forEachByBucket(BUCKET_BITS, cutter::add);
        cutter.finish();
    }

    @AfterEach
    void stop() {
        workers.shutdownNow();
    }

    @Test
    void framesAreTheChunksInTheirOrder() throws InvalidSnapshotException {
        List<ChunkFrame> frames = cut(Set.of());

        assertThat(frames).extracting(ChunkFrame::ref).containsExactlyElementsOf(refs());
        for (int i = 0; i < frames.size(); i++) {
            byte[] zstd = frames.get(i).zstd().orElseThrow();
            assertThat(ChunkCompression.decompress(zstd, chunks.get(i).bytes().length))
                    .isEqualTo(chunks.get(i).bytes());
        }
    }

    @Test
    void aKnownChunkIsNamedAndNotCompressed() {
        Set<Hash> known = new HashSet<>();
        chunks.stream().skip(3).limit(10).forEach(chunk -> known.add(chunk.id()));

        List<ChunkFrame> frames = cut(known);

        assertThat(frames).extracting(ChunkFrame::ref).containsExactlyElementsOf(refs());
        assertThat(frames)
                .allSatisfy(frame -> assertThat(frame.zstd().isEmpty())
                        .isEqualTo(known.contains(frame.ref().id())));
    }

    private List<ChunkRef> refs() {
        return chunks.stream().map(Chunk::ref).toList();
    }

    private List<ChunkFrame> cut(Set<Hash> known) {
        List<ChunkFrame> frames = new ArrayList<>();
        var cutter = new ChunkFrames(BUCKET_BITS, workers, known::contains, frames::add);
        state.forEachByBucket(BUCKET_BITS, cutter::add);
        cutter.finish();
        return frames;
    }
}
