package dev.meshlog.ledger.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshlog.ledger.Hash;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StateTest {
    private static final byte[] KEY = {1, 2, 3};
    private static final byte[] VALUE = {4};

    @ParameterizedTest(name = "seed {0}, {1} bits")
    @CsvSource({"1,1", "2,4", "3,8", "4,12", "5,16"})
    void incrementalRootIsThatOfTheSameEntriesFromScratch(long seed, int bits) {
        Random random = new Random(seed);
        var store = new MemoryStateStore();
        var state = new State(store, bits);
        Map<byte[], byte[]> plain = new TreeMap<>(Arrays::compareUnsigned);
        for (int step = 1; step <= 4000; step++) {
            byte[] key = RandomEntries.key(random.nextInt(600));
            if (random.nextInt(3) == 0) {
                state.delete(key);
                plain.remove(key);
            } else {
                byte[] value = RandomEntries.value(random, 80);
                state.put(key, value);
                plain.put(key, value);
            }
            if (random.nextInt(100) == 0) {
                state.flush();
                state = random.nextBoolean() ? new State(store, bits) : state;
            }
            if (step % 500 == 0) {
                assertThat(state.entries()).isEqualTo(plain.size());
                assertThat(state.root(step)).isEqualTo(fromScratch(plain, bits).root(step));
            }
        }
        List.copyOf(plain.keySet()).forEach(state::delete);
        state.flush();
        assertThat(state.root(0)).isEqualTo(new State(new MemoryStateStore(), bits).root(0));
        assertThat(store.size()).isZero();
        for (int bucket = 0; bucket < Buckets.count(bits); bucket++) {
            assertThat(store.bucket(bucket)).isNull();
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3})
    void orderLeavesNoTrace(long seed) {
        Random random = new Random(seed);
        List<Integer> order = new ArrayList<>();
        for (int n = 0; n < 500; n++) {
            order.add(n);
        }
        var ascending = new State(new MemoryStateStore(), 6);
        order.forEach(n -> ascending.put(RandomEntries.key(n), RandomEntries.key(n + 1)));
        Collections.shuffle(order, random);
        var shuffled = new State(new MemoryStateStore(), 6);
        order.forEach(n -> shuffled.put(RandomEntries.key(n), RandomEntries.key(n + 1)));
        assertThat(shuffled.root(9)).isEqualTo(ascending.root(9));
        assertThat(shuffled.bucketDigests().differing(ascending.bucketDigests()))
                .isEmpty();
    }

    @Test
    void moreTouchedBucketsThanAreKeptSurviveFlush() {
        var store = new MemoryStateStore();
        var state = new State(store, 16);
        Map<byte[], byte[]> plain = new TreeMap<>(Arrays::compareUnsigned);
        for (int n = 0; n < 6000; n++) {
            byte[] key = {1, (byte) (n >> 8), (byte) n};
            state.put(key, KEY);
            plain.put(key, KEY);
        }
        state.flush();
        for (byte[] key : plain.keySet()) {
            state.put(key, VALUE);
        }
        plain.replaceAll((key, value) -> VALUE);
        assertThat(state.root(1)).isEqualTo(fromScratch(plain, 16).root(1));
    }

    @Test
    void equalValueWritesNothing() {
        var store = new CountingStore();
        var state = new State(store, 12);
        state.put(KEY, VALUE);
        Hash before = state.root(1);
        state.flush();
        int writes = store.writes;
        state.put(KEY, VALUE.clone());
        state.delete(VALUE);
        state.flush();
        assertThat(store.writes).isEqualTo(writes);
        assertThat(state.root(1)).isEqualTo(before);
    }

    @Test
    void anUpdateTouchesTheStoreEquallyOftenInAnyState() {
        var store = new CountingStore();
        var state = new State(store, 4);
        state.put(KEY, VALUE);
        state.flush();
        int small = accessesOfAnUpdate(store, state, new byte[] {9});
        for (int n = 0; n < 20_000; n++) {
            state.put(new byte[] {2, (byte) (n >> 8), (byte) n}, VALUE);
        }
        state.flush();
        assertThat(accessesOfAnUpdate(store, state, new byte[] {8})).isEqualTo(small);
    }

    @Test
    void rootNamesCheckpointAndReadsItsOwnWrites() {
        var state = new State(new MemoryStateStore(), 4);
        state.put(KEY, VALUE);
        assertThat(state.get(KEY)).isEqualTo(VALUE);
        assertThat(state.get(VALUE)).isNull();
        assertThat(state.root(1)).isNotEqualTo(state.root(2));
    }

    @Test
    void limitsHold() {
        var state = new State(new MemoryStateStore(), 4);
        state.put(new byte[EntryLimits.MAX_KEY_BYTES], new byte[EntryLimits.MAX_VALUE_BYTES]);
        assertThatThrownBy(() -> state.put(new byte[0], VALUE)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> state.put(new byte[EntryLimits.MAX_KEY_BYTES + 1], VALUE))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> state.put(KEY, new byte[EntryLimits.MAX_VALUE_BYTES + 1]))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(state.entries()).isEqualTo(1);
    }

    @Test
    void damagedAccumulatorStopsTheStart() {
        var store = new MemoryStateStore();
        store.putBucket(3, new byte[] {1});
        assertThatThrownBy(() -> new State(store, 4))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("bucket 3");
    }

    private static int accessesOfAnUpdate(CountingStore store, State state, byte[] value) {
        int before = store.reads + store.writes;
        state.put(KEY, value);
        state.flush();
        return store.reads + store.writes - before;
    }

    private static State fromScratch(Map<byte[], byte[]> entries, int bits) {
        var state = new State(new MemoryStateStore(), bits);
        entries.forEach(state::put);
        return state;
    }

    private static final class CountingStore implements StateStore {
        private final MemoryStateStore store = new MemoryStateStore();
        private int reads;
        private int writes;

        @Override
        public byte @Nullable [] get(byte[] key) {
            reads++;
            return store.get(key);
        }

        @Override
        public void put(byte[] key, byte[] value) {
            writes++;
            store.put(key, value);
        }

        @Override
        public void delete(byte[] key) {
            writes++;
            store.delete(key);
        }

        @Override
        public byte @Nullable [] bucket(int bucket) {
            reads++;
            return store.bucket(bucket);
        }

        @Override
        public void putBucket(int bucket, byte @Nullable [] accumulator) {
            writes++;
            store.putBucket(bucket, accumulator);
        }
    }
}
