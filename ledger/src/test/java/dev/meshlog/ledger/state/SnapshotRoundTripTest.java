package dev.meshlog.ledger.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SnapshotRoundTripTest {
    @ParameterizedTest(name = "seed {0}, {1} bits, {2} entries of at most {3} bytes")
    @CsvSource({"1,12,0,0", "2,1,1,10", "3,16,3,100", "4,12,5000,300", "5,4,100,200000", "6,1,60,200000"})
    void restoredStateIsTheStateThatWasCut(long seed, int bits, int entries, int maxBytes) throws Exception {
        Random random = new Random(seed);
        var store = new MemoryStateStore();
        var state = new State(store, bits);
        for (int n = 0; n < entries; n++) {
            state.put(RandomEntries.key(n), RandomEntries.value(random, maxBytes));
        }
        state.flush();
        Snapshot snapshot = Snapshot.cut(store, state, 5);

        MemoryStateStore restored = snapshot.restore();

        var again = new State(restored, bits);
        assertThat(again.entries()).isEqualTo(entries);
        assertThat(again.root(5)).isEqualTo(snapshot.manifest().stateRoot());
        assertThat(restored.size()).isEqualTo(store.size());
        store.forEach(bits, (bucket, key, value) -> {
            assertThat(restored.get(key)).isEqualTo(value);
            assertThat(restored.bucket(bucket)).isEqualTo(store.bucket(bucket));
        });
        assertThat(Snapshot.cut(restored, again, 5).manifest().encode())
                .isEqualTo(snapshot.manifest().encode());
    }

    @Test
    void bucketLargerThanAChunkGoesThrough() throws Exception {
        var store = new MemoryStateStore();
        var state = new State(store, 2);
        for (byte n = 0; n < 20; n++) {
            state.put(new byte[] {1, n}, new byte[600_000]);
        }
        state.flush();
        Snapshot snapshot = Snapshot.cut(store, state, 1);
        assertThat(snapshot.chunks())
                .anySatisfy(chunk -> assertThat(chunk.ref().size()).isGreaterThan(ChunkRef.TARGET_BYTES));
        assertThat(new State(snapshot.restore(), 2).root(1)).isEqualTo(state.root(1));
    }

    @Test
    void restoredStateGoesOnLikeTheOldOne() throws Exception {
        var store = new MemoryStateStore();
        var state = new State(store, 8);
        for (int n = 0; n < 300; n++) {
            state.put(RandomEntries.key(n), RandomEntries.key(n + 1));
        }
        state.flush();
        var restored = new State(Snapshot.cut(store, state, 1).restore(), 8);
        for (int n = 200; n < 400; n++) {
            byte[] key = RandomEntries.key(n);
            byte[] value = RandomEntries.key(n + 2);
            state.put(key, value);
            restored.put(key, value);
            state.delete(RandomEntries.key(n - 150));
            restored.delete(RandomEntries.key(n - 150));
        }
        assertThat(restored.root(2)).isEqualTo(state.root(2));
    }
}
