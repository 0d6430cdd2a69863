package dev.meshlog.ledger.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshlog.ledger.Domain;
import dev.meshlog.ledger.EntryTable;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Network;
import dev.meshlog.ledger.VertexRef;
import dev.meshlog.ledger.rocksdb.RocksStateStore.Index;
import dev.meshlog.ledger.state.Buckets;
import dev.meshlog.ledger.state.MemoryStateStore;
import dev.meshlog.ledger.state.State;
import dev.meshlog.ledger.state.StateStore;
import dev.meshlog.ledger.vertex.Vertex;
import dev.meshlog.schemas.Hex;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RocksStateStoreTest {
    private static final int BITS = 8;
    private static final byte[] KEY = {1, 2, 3};
    private static final byte[] VALUE = {4, 5};

    @TempDir
    Path directory;

    @Test
    void writesAreReadBeforeTheyAreCommitted() {
        try (var store = open()) {
            store.put(KEY, VALUE);
            store.putBucket(7, new byte[] {1});
            store.putNumber("offset", 12);

            assertThat(store.get(KEY)).isEqualTo(VALUE);
            assertThat(store.bucket(7)).containsExactly(1);
            assertThat(store.number("offset")).hasValue(12);

            store.delete(KEY);
            store.putBucket(7, null);
            assertThat(store.get(KEY)).isNull();
            assertThat(store.bucket(7)).isNull();
        }
    }

    @Test
    void nothingSurvivesWithoutACommit() {
        try (var store = open()) {
            write(store);
        }
        try (var store = open()) {
            assertThat(store.get(KEY)).isNull();
            assertThat(store.bucket(7)).isNull();
            assertThat(store.number("offset")).isEmpty();
            assertThat(store.bytes("name")).isNull();
            assertThat(offsets(store)).isEmpty();
        }
    }

    @Test
    void indexIsCommittedWithTheStateAndReadInOrder() {
        byte[] high = {(byte) 0x80};
        try (var store = open()) {
            EntryTable owners = store.index(Index.OWNERS);
            store.put(KEY, VALUE);
            owners.put(high, VALUE);
            owners.put(KEY, VALUE);
            owners.put(new byte[] {1}, VALUE);
            assertThat(owners.get(high)).isEqualTo(VALUE);
            try (var before = store.view()) {
                store.commit();
                assertThat(keys(before, Index.OWNERS)).isEmpty();
            }
            owners.delete(KEY);
        }
        try (var store = open()) {
            assertThat(store.get(KEY)).isEqualTo(VALUE);
            try (var view = store.view()) {
                assertThat(keys(view, Index.OWNERS)).containsExactly("01", Hex.of(KEY), "80");
                assertThat(keys(view, Index.RESULTS)).isEmpty();
                assertThat(view.index(Index.OWNERS).get(high)).isEqualTo(VALUE);
            }
            store.clear(Index.OWNERS);
            assertThat(store.index(Index.OWNERS).get(high)).isNull();
            assertThat(store.get(KEY)).isEqualTo(VALUE);
        }
    }

    private static List<String> keys(RocksStateStore.View view, Index index) {
        List<String> keys = new ArrayList<>();
        view.index(index).range(new byte[0], new byte[] {(byte) 0x80}, (key, value) -> keys.add(Hex.of(key)));
        return keys;
    }

    @Test
    void everythingSurvivesACommit() {
        try (var store = open()) {
            write(store);
            store.commit();
            store.put(KEY, new byte[] {9});
            store.delete(new byte[] {8});
            store.putNumber("offset", 13);
        }
        try (var store = open()) {
            assertThat(store.get(KEY)).isEqualTo(VALUE);
            assertThat(store.get(new byte[] {8})).isEqualTo(VALUE);
            assertThat(store.bucket(7)).containsExactly(1);
            assertThat(store.bucket((1 << BITS) - 1)).containsExactly(2);
            assertThat(store.number("offset")).hasValue(12);
            assertThat(store.bytes("name")).isEqualTo(VALUE);
            assertThat(offsets(store)).containsExactly(3L, 200L, 1L << 40);
        }
    }

    @Test
    void pendingVerticesAreSeenBeforeAndAfterTheCommitInTheOrderOfTheirOffsets() {
        var network = new Network(1);
        Vertex vertex = vertex(network);
        try (var store = open()) {
            var pending = store.pendingVertices(network.genesis.networkId());
            pending.put(300, vertex);
            pending.put(2, vertex);
            store.commit();
            pending.put(40, vertex);
            pending.remove(2);

            var seen = new ArrayList<Long>();
            pending.forEach((offset, each) -> {
                seen.add(offset);
                assertThat(each).isEqualTo(vertex);
                assertThat(each.record()).isEqualTo(vertex.record());
            });
            assertThat(seen).containsExactly(40L, 300L);
        }
    }

    @Test
    void viewStaysAsItWasWhileWritingGoesOn() {
        try (var store = open()) {
            store.put(KEY, VALUE);
            store.commit();
            store.put(KEY, new byte[] {9});
            try (var view = store.view()) {
                store.put(new byte[] {8}, VALUE);
                store.commit();
                store.delete(KEY);
                store.commit();

                var seen = new ArrayList<String>();
                view.forEachEntry((bucket, key, value) -> {
                    assertThat(bucket).isEqualTo(Buckets.bucketOf(key, BITS));
                    seen.add(Hex.of(key) + "=" + Hex.of(value));
                });
                assertThat(seen).containsExactly("010203=0405");
            }
            try (var view = store.view()) {
                view.forEachEntry((bucket, key, value) -> assertThat(key).containsExactly(8));
            }
        }
    }

    @Test
    void viewShowsTheEntriesOfOneBucketAlone() {
        try (var store = open()) {
            var memory = new MemoryStateStore();
            for (int n = 0; n < 600; n++) {
                byte[] key = {(byte) (n >> 8), (byte) n};
                if (Buckets.bucketOf(key, BITS) != 77) {
                    store.put(key, VALUE);
                    memory.put(key, VALUE);
                }
            }
            store.commit();
            try (var view = store.view()) {
                store.put(new byte[] {9, 9}, VALUE);
                store.commit();
                for (int bucket = 0; bucket < 1 << BITS; bucket++) {
                    var expected = new ArrayList<String>();
                    memory.forEachOf(bucket, BITS, (its, key, value) -> expected.add(Hex.of(key)));
                    var seen = new ArrayList<String>();
                    view.forEachEntryOf(bucket, (its, key, value) -> seen.add(Hex.of(key)));
                    assertThat(seen).as("bucket %d", bucket).isEqualTo(expected);
                }
            }
        }
    }

    @Test
    void viewIsInBucketOrderAndTheDumpInKeyOrder() {
        long seed = 51;
        var random = new Random(seed);
        var expected = new TreeMap<byte[], byte[]>(Arrays::compareUnsigned);
        try (var store = open()) {
            for (int i = 0; i < 2_000; i++) {
                byte[] key = new byte[1 + random.nextInt(40)];
                random.nextBytes(key);
                expected.put(key, new byte[] {(byte) i});
                store.put(key, new byte[] {(byte) i});
            }
            byte[] last = {(byte) 0xff, (byte) 0xff, (byte) 0xff};
            expected.put(last, VALUE);
            store.put(last, VALUE);
            store.commit();

            assertThat(dump(store)).as("seed %d", seed).containsExactlyElementsOf(lines(expected));
            var inBuckets = new ArrayList<String>();
            try (var view = store.view()) {
                view.forEachEntry((bucket, key, value) -> inBuckets.add(Hex.of(key) + "=" + Hex.of(value)));
            }
            assertThat(inBuckets)
                    .as("seed %d", seed)
                    .containsExactlyElementsOf(expected.entrySet().stream()
                            .sorted(Comparator.comparingInt(
                                            (Map.Entry<byte[], byte[]> entry) -> Buckets.bucketOf(entry.getKey(), BITS))
                                    .thenComparing(Map.Entry::getKey, Arrays::compareUnsigned))
                            .map(entry -> Hex.of(entry.getKey()) + "=" + Hex.of(entry.getValue()))
                            .toList());
        }
    }

    @Test
    void dumpShowsNothingThatWasDeletedSinceTheLastOne() {
        byte[] high = {(byte) 0xff, (byte) 0xff, 1};
        try (var store = open()) {
            store.put(KEY, VALUE);
            store.put(high, VALUE);
            store.commit();
            assertThat(dump(store)).hasSize(2);
            store.delete(KEY);
            store.delete(high);
            store.put(new byte[] {8}, VALUE);
            store.commit();

            assertThat(dump(store)).containsExactly("08=0405");
        }
    }

    @Test
    void dumpThatWasBrokenOffLeavesNothingToTheNextOne() {
        try (var store = open()) {
            store.put(KEY, VALUE);
            store.commit();
            assertThatThrownBy(() -> store.forEachEntryByKey((bucket, key, value) -> {
                        throw new IllegalStateException("the reader went away");
                    }))
                    .hasMessage("the reader went away");
            store.delete(KEY);
            store.commit();

            assertThat(dump(store)).isEmpty();
        }
    }

    @Test
    void tableFilesAreFoundByKey() {
        long seed = 52;
        var random = new Random(seed);
        var entries = new MemoryStateStore();
        for (int i = 0; i < 500; i++) {
            byte[] key = new byte[33];
            random.nextBytes(key);
            entries.put(key, new byte[] {(byte) i, 1});
        }
        int half = 1 << (BITS - 1);
        Path low = directory.resolve("low.sst");
        Path high = directory.resolve("high.sst");
        try (var lower = EntryTableFile.create(low);
                var upper = EntryTableFile.create(high)) {
            entries.forEachByBucket(
                    BITS, (bucket, key, value) -> (bucket < half ? lower : upper).add(bucket, key, value));
        }
        try (var store = open()) {
            store.ingestEntries(List.of(low, high));
            entries.forEach(
                    BITS, (bucket, key, value) -> assertThat(store.get(key)).isEqualTo(value));
            byte[] first = Domain.u64(1);
            store.put(first, VALUE);
            store.commit();
        }
        try (var store = open()) {
            entries.forEach(
                    BITS, (bucket, key, value) -> assertThat(store.get(key)).isEqualTo(value));
            assertThat(dump(store)).hasSize(501);
        }
    }

    @Test
    void tableFileOutOfOrderIsRefused() {
        assertThatThrownBy(() -> {
                    try (var file = EntryTableFile.create(directory.resolve("t.sst"))) {
                        file.add(3, KEY, VALUE);
                        file.add(2, KEY, VALUE);
                    }
                })
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("t.sst");
    }

    @Test
    void storeThatIsOpenElsewhereIsRefusedWithItsPath() {
        try (var store = open()) {
            assertThat(store.get(KEY)).isNull();
            assertThatThrownBy(this::open)
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining(directory.resolve("store").toString());
        }
    }

    @Test
    void rootIsThatOfTheSameStateInMemoryAcrossEveryReopening() {
        long seed = 53;
        var random = new Random(seed);
        StateStore memory = new MemoryStateStore();
        var expected = new State(memory, BITS);
        for (int turn = 0; turn < 8; turn++) {
            try (var store = open()) {
                var state = new State(store, BITS);
                assertThat(state.root(turn)).as("seed %d", seed).isEqualTo(expected.root(turn));
                for (int i = 0; i < 200; i++) {
                    byte[] key = {1, (byte) random.nextInt(200)};
                    if (random.nextInt(3) == 0) {
                        state.delete(key);
                        expected.delete(key);
                    } else {
                        byte[] value = Domain.u32(random.nextInt());
                        state.put(key, value);
                        expected.put(key, value);
                    }
                }
                state.flush();
                store.commit();
                state.put(new byte[] {1, 2, 3, 4}, VALUE);
                state.flush();
            }
        }
    }

    private RocksStateStore open() {
        return RocksStateStore.open(directory.resolve("store"), BITS);
    }

    private static void write(RocksStateStore store) {
        var network = new Network(1);
        store.put(KEY, VALUE);
        store.put(new byte[] {8}, VALUE);
        store.putBucket(7, new byte[] {1});
        store.putBucket((1 << BITS) - 1, new byte[] {2});
        store.putNumber("offset", 12);
        store.putBytes("name", VALUE);
        var pending = store.pendingVertices(network.genesis.networkId());
        for (long offset : List.of(200L, 3L, 1L << 40)) {
            pending.put(offset, vertex(network));
        }
    }

    private static Vertex vertex(Network network) {
        Hash key = network.keys.get(0).publicKey();
        return network.vertex(0, 1, List.of(VertexRef.implicit(key)), List.of());
    }

    private static List<Long> offsets(RocksStateStore store) {
        var offsets = new ArrayList<Long>();
        store.pendingVertices(new Network(1).genesis.networkId()).forEach((offset, vertex) -> offsets.add(offset));
        return offsets;
    }

    private static List<String> dump(RocksStateStore store) {
        var lines = new ArrayList<String>();
        store.forEachEntryByKey((bucket, key, value) -> lines.add(Hex.of(key) + "=" + Hex.of(value)));
        return lines;
    }

    private static List<String> lines(Map<byte[], byte[]> entries) {
        return entries.entrySet().stream()
                .map(entry -> Hex.of(entry.getKey()) + "=" + Hex.of(entry.getValue()))
                .toList();
    }
}
