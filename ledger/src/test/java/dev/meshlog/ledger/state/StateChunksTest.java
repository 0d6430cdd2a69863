package dev.meshlog.ledger.state;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StateChunksTest {
    private static final int BITS = 6;

    @ParameterizedTest(name = "seed {0}, {1} bits, {2} entries of at most {3} bytes")
    @CsvSource({
        "1,1,0,1",
        "2,1,40,200000",
        "3,4,60,400000",
        "4,6,300,100000",
        "5,6,40,1000000",
        "6,8,2000,9000",
        "7,12,900,30000",
        "8,12,12,1000000",
        "9,16,50,700000"
    })
    void onePassCutsAsRecursiveHalvingDoes(long seed, int bits, int entries, int maxBytes) {
        MemoryStateStore store = random(seed, entries, maxBytes);
        List<ChunkRef> expected = new ArrayList<>();
        halve(bytesByBucket(store, bits), 0, Buckets.count(bits), expected);

        List<Chunk> chunks = Snapshot.chunks(store, bits);

        assertThat(chunks.stream().map(Chunk::ref)).isEqualTo(expected);
        assertThat(chunks).allSatisfy(chunk -> chunk.ref().requireBytes(chunk.bytes()));
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3})
    void insertionOrderLeavesNoTrace(long seed) {
        MemoryStateStore store = random(seed, 200, 60_000);
        List<byte[]> keys = new ArrayList<>();
        store.forEach(BITS, (bucket, key, value) -> keys.add(key));
        Collections.shuffle(keys, new Random(seed));
        var shuffled = new MemoryStateStore();
        for (byte[] key : keys) {
            shuffled.put(key, requireNonNull(store.get(key)));
        }
        assertThat(refs(shuffled)).hasSizeGreaterThan(4).isEqualTo(refs(store));
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3})
    void aChangeTouchesOnlyTheChunkOfItsBucket(long seed) {
        Random random = new Random(seed);
        MemoryStateStore store = random(seed, 200, 60_000);
        int moved = 0;
        for (int change = 0; change < 40; change++) {
            List<ChunkRef> before = refs(store);
            byte[] key = RandomEntries.key(random.nextInt(400));
            if (random.nextInt(3) == 0) {
                store.delete(key);
            } else {
                store.put(key, RandomEntries.value(random, 400_000));
            }
            List<ChunkRef> after = refs(store);

            ChunkRef from = holding(before, key);
            ChunkRef to = holding(after, key);
            moved += from.buckets() == to.buckets() ? 0 : 1;
            ChunkRef widest = from.buckets() > to.buckets() ? from : to;
            Set<ChunkRef> changed = new HashSet<>(before);
            changed.addAll(after);
            changed.removeIf(ref -> before.contains(ref) && after.contains(ref));
            assertThat(changed).allSatisfy(ref -> {
                assertThat(ref.firstBucket()).isGreaterThanOrEqualTo(widest.firstBucket());
                assertThat(ref.lastBucket()).isLessThanOrEqualTo(widest.lastBucket());
            });
        }
        assertThat(moved).as("changes that split or join").isPositive();
    }

    @Test
    void emptyStateIsOneChunkOfNoBytes() {
        assertThat(refs(new MemoryStateStore())).containsExactly(new ChunkRef(0, 63, 0, 0, Chunk.EMPTY_ID));
    }

    @Test
    void atMostOneChunkAndOneBucketAreHeld() {
        MemoryStateStore store = random(5, 400, 60_000);
        long[] held = new long[2];
        var cut = new StateChunks(BITS, chunk -> held[0] -= chunk.bytes().length);
        store.forEachByBucket(BITS, (bucket, key, value) -> {
            cut.add(bucket, key, value);
            held[0] += 8 + key.length + value.length;
            held[1] = Math.max(held[0], held[1]);
        });
        cut.finish();
        assertThat(held[0]).isZero();
        assertThat(held[1]).isLessThanOrEqualTo(ChunkRef.TARGET_BYTES);
    }

    @Test
    void entriesOutOfOrderAreRefused() {
        byte[] value = {1};
        byte[][] keys = ascendingKeysOfOneBucket();
        var twice = new StateChunks(1, chunk -> {});
        twice.add(keys[0], value);
        assertThatThrownBy(() -> twice.add(keys[0], value)).isInstanceOf(IllegalArgumentException.class);
        var descending = new StateChunks(1, chunk -> {});
        descending.add(keys[1], value);
        assertThatThrownBy(() -> descending.add(keys[0], value)).isInstanceOf(IllegalArgumentException.class);
        var backwards = new StateChunks(1, chunk -> {});
        backwards.add(1, keys[0], value);
        assertThatThrownBy(() -> backwards.add(0, keys[1], value)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> backwards.add(2, keys[1], value)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void bucketBeyondTheLargestChunkIsRefusedWithTheRemedy() {
        byte[] value = new byte[EntryLimits.MAX_VALUE_BYTES];
        var cut = new StateChunks(1, chunk -> {});
        for (byte n = 0; n < 14; n++) {
            cut.add(0, new byte[] {n}, value);
        }
        assertThatThrownBy(() -> cut.add(0, new byte[] {14}, value))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("bucketBits");
    }

    private static byte[][] ascendingKeysOfOneBucket() {
        List<byte[]> keys = new ArrayList<>();
        for (int n = 0; keys.size() < 2; n++) {
            byte[] key = {1, (byte) n};
            if (Buckets.bucketOf(key, 1) == 0) {
                keys.add(key);
            }
        }
        return keys.toArray(byte[][]::new);
    }

    private static MemoryStateStore random(long seed, int entries, int maxBytes) {
        Random random = new Random(seed);
        var store = new MemoryStateStore();
        for (int n = 0; n < entries; n++) {
            store.put(RandomEntries.key(n), RandomEntries.value(random, maxBytes));
        }
        return store;
    }

    private static List<ChunkRef> refs(MemoryStateStore store) {
        return Snapshot.chunks(store, BITS).stream().map(Chunk::ref).toList();
    }

    private static ChunkRef holding(List<ChunkRef> chunks, byte[] key) {
        int bucket = Buckets.bucketOf(key, BITS);
        return chunks.stream()
                .filter(ref -> ref.firstBucket() <= bucket && bucket <= ref.lastBucket())
                .findFirst()
                .orElseThrow();
    }

    /** The definition, without regard to memory. */
    private static void halve(Map<Integer, List<byte[]>> buckets, int first, int end, List<ChunkRef> chunks) {
        var bytes = new ByteArrayOutputStream();
        long entries = 0;
        for (int bucket = first; bucket < end; bucket++) {
            for (byte[] entry : buckets.getOrDefault(bucket, List.of())) {
                bytes.writeBytes(entry);
                entries++;
            }
        }
        if (bytes.size() <= 1 << 20 || end - first == 1) {
            chunks.add(new Chunk(first, end - 1, entries, bytes.toByteArray()).ref());
        } else {
            int middle = (first + end) / 2;
            halve(buckets, first, middle, chunks);
            halve(buckets, middle, end, chunks);
        }
    }

    private static Map<Integer, List<byte[]>> bytesByBucket(MemoryStateStore store, int bits) {
        Map<Integer, List<byte[]>> buckets = new TreeMap<>();
        store.forEach(bits, (bucket, key, value) -> {
            var entry = ByteBuffer.allocate(8 + key.length + value.length)
                    .putInt(key.length)
                    .put(key)
                    .putInt(value.length)
                    .put(value);
            buckets.computeIfAbsent(bucket, b -> new ArrayList<>()).add(entry.array());
        });
        return buckets;
    }
}
