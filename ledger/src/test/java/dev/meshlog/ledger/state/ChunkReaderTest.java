package dev.meshlog.ledger.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshlog.ledger.Domain;
import dev.meshlog.ledger.Hash;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Chunks that are damaged on their way, and chunks of manifests that lie. */
class ChunkReaderTest {
    private MemoryStateStore store;
    private Snapshot small;

    @BeforeEach
    void cutSmall() {
        store = new MemoryStateStore();
        small = cut(store, 2, 6, 5);
        assertThat(small.chunks()).hasSize(1);
    }

    @Test
    void anyFlippedBitIsNoticed() throws Exception {
        var reader = reader(small);
        Chunk chunk = small.chunks().get(0);
        for (int bit = 0; bit < 8 * chunk.bytes().length; bit++) {
            byte[] damaged = chunk.bytes().clone();
            damaged[bit / 8] ^= (byte) (1 << bit % 8);
            assertRejected(SnapshotRejection.CHUNK_ID, reader, chunk.ref(), damaged);
        }
    }

    @Test
    void anyFlippedBitThatTheManifestVouchesForIsNoticedToo() throws Exception {
        Chunk chunk = small.chunks().get(0);
        for (int bit = 0; bit < 8 * chunk.bytes().length; bit++) {
            byte[] damaged = chunk.bytes().clone();
            damaged[bit / 8] ^= (byte) (1 << bit % 8);
            Manifest lying = naming(damaged, chunk.ref().entries());
            assertThatThrownBy(() -> new ChunkReader(lying, small.digests().bytes())
                            .verify(lying.chunks().get(0), damaged))
                    .isInstanceOfSatisfying(
                            InvalidSnapshotException.class,
                            e -> assertThat(e.reason().fetchAgain()).isFalse());
        }
    }

    @Test
    void truncatedAndContinuedChunksAreRefused() throws Exception {
        var reader = reader(small);
        Chunk chunk = small.chunks().get(0);
        for (int length = 0; length < chunk.bytes().length; length++) {
            assertRejected(SnapshotRejection.CHUNK_SIZE, reader, chunk.ref(), Arrays.copyOf(chunk.bytes(), length));
        }
        byte[] continued = Arrays.copyOf(chunk.bytes(), chunk.bytes().length + 1);
        assertRejected(SnapshotRejection.CHUNK_SIZE, reader, chunk.ref(), continued);
    }

    @Test
    void truncationsThatTheManifestVouchesForAreRefused() {
        Chunk chunk = small.chunks().get(0);
        int entry = 8 + 2 + 5;
        for (int length = 1; length < chunk.bytes().length; length++) {
            byte[] cut = Arrays.copyOf(chunk.bytes(), length);
            boolean betweenEntries = length % entry == 0;
            if (length >= 6 * 9) { // else the manifest itself is impossible
                assertLie(betweenEntries ? SnapshotRejection.CHUNK_ENTRIES : SnapshotRejection.CHUNK_MALFORMED, cut, 6);
            }
        }
    }

    @Test
    void swappedChunksAreRefused() throws Exception {
        Snapshot large = cut(new MemoryStateStore(), 3, 40, 100_000);
        Chunk first = large.chunks().get(0);
        Chunk second = large.chunks().get(1);
        var reader = reader(large);
        assertThatThrownBy(() -> reader.verify(first.ref(), second.bytes()))
                .isInstanceOf(InvalidSnapshotException.class);

        List<ChunkRef> swapped = new ArrayList<>(large.manifest().chunks());
        ChunkRef here = new ChunkRef(
                first.ref().firstBucket(),
                first.ref().lastBucket(),
                second.ref().entries(),
                second.ref().size(),
                second.id());
        ChunkRef there = new ChunkRef(
                second.ref().firstBucket(),
                second.ref().lastBucket(),
                first.ref().entries(),
                first.ref().size(),
                first.id());
        swapped.set(0, here);
        swapped.set(1, there);
        Manifest lying = withChunks(large.manifest(), swapped);
        var deceived = new ChunkReader(lying, large.digests().bytes());
        assertRejected(SnapshotRejection.CHUNK_RANGE, deceived, here, second.bytes());
    }

    @Test
    void entriesOutOfOrderOrTwiceAreRefused() {
        List<byte[]> entries = entries();
        List<byte[]> descending = new ArrayList<>(entries);
        byte[] first = descending.remove(0);
        descending.add(first);
        assertLie(SnapshotRejection.CHUNK_ORDER, join(descending), 6);
        List<byte[]> twice = new ArrayList<>(entries);
        twice.add(1, entries.get(0));
        assertLie(SnapshotRejection.CHUNK_ORDER, join(twice), 7);
        // Inside one bucket: six keys in four buckets.
        for (int i = 0; i + 1 < entries.size(); i++) {
            List<byte[]> swapped = new ArrayList<>(entries);
            swapped.set(i, entries.get(i + 1));
            swapped.set(i + 1, entries.get(i));
            assertLie(SnapshotRejection.CHUNK_ORDER, join(swapped), 6);
        }
    }

    @Test
    void missingChangedAndAddedEntriesAreRefused() {
        List<byte[]> missing = new ArrayList<>(entries());
        missing.remove(3);
        assertLie(SnapshotRejection.CHUNK_DIGEST, join(missing), 5);
        assertLie(SnapshotRejection.CHUNK_ENTRIES, join(missing), 6);
        assertLie(SnapshotRejection.CHUNK_DIGEST, new byte[0], 0);
        List<byte[]> changed = new ArrayList<>(entries());
        byte[] entry = changed.get(2).clone();
        entry[entry.length - 1]++;
        changed.set(2, entry);
        assertLie(SnapshotRejection.CHUNK_DIGEST, join(changed), 6);
    }

    @Test
    void lengthsBeyondTheirLimitsAreRefused() {
        int[] lengths = {0, EntryLimits.MAX_KEY_BYTES + 1, Integer.MAX_VALUE, -1, Integer.MIN_VALUE, 100};
        for (int length : lengths) {
            byte[] bytes = ByteBuffer.allocate(20).putInt(length).array();
            assertLie(SnapshotRejection.CHUNK_MALFORMED, bytes, 1);
        }
        int[] valueLengths = {EntryLimits.MAX_VALUE_BYTES + 1, Integer.MAX_VALUE, -1, 12};
        for (int length : valueLengths) {
            byte[] bytes = ByteBuffer.allocate(20)
                    .putInt(1)
                    .put((byte) 1)
                    .putInt(length)
                    .array();
            assertLie(SnapshotRejection.CHUNK_MALFORMED, bytes, 1);
        }
    }

    @Test
    void chunkOfAnotherManifestIsACallersMistake() throws Exception {
        var reader = reader(small);
        ChunkRef other = new ChunkRef(0, 3, 0, 0, Chunk.EMPTY_ID);
        assertThatThrownBy(() -> reader.verify(other, new byte[0])).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void readerGoesOnAfterARefusal() throws Exception {
        var reader = reader(small);
        Chunk chunk = small.chunks().get(0);
        assertRejected(SnapshotRejection.CHUNK_SIZE, reader, chunk.ref(), new byte[0]);
        List<Integer> buckets = new ArrayList<>();
        List<byte[]> keys = new ArrayList<>();
        VerifiedChunk verified = reader.verify(chunk.ref(), chunk.bytes());
        verified.forEachEntry((bucket, key, value) -> {
            buckets.add(bucket);
            keys.add(key);
            assertThat(store.get(key)).isEqualTo(value);
        });
        assertThat(keys).hasSize(6);
        assertThat(buckets).isSorted();
        verified.forEachBucket((bucket, accumulator) -> assertThat(accumulator).isEqualTo(store.bucket(bucket)));
    }

    private static Snapshot cut(MemoryStateStore store, int bits, int entries, int valueBytes) {
        var state = new State(store, bits);
        for (int n = 0; n < entries; n++) {
            byte[] value = new byte[valueBytes];
            Arrays.fill(value, (byte) n);
            state.put(new byte[] {1, (byte) n}, value);
        }
        state.flush();
        return Snapshot.cut(store, state, 7);
    }

    private static ChunkReader reader(Snapshot snapshot) throws InvalidSnapshotException {
        return new ChunkReader(snapshot.manifest(), snapshot.digests().bytes());
    }

    private List<byte[]> entries() {
        List<byte[]> entries = new ArrayList<>();
        store.forEachByBucket(
                2,
                (bucket, key, value) -> entries.add(ByteBuffer.allocate(8 + key.length + value.length)
                        .putInt(key.length)
                        .put(key)
                        .putInt(value.length)
                        .put(value)
                        .array()));
        return entries;
    }

    private static byte[] join(List<byte[]> parts) {
        ByteBuffer all =
                ByteBuffer.allocate(parts.stream().mapToInt(part -> part.length).sum());
        parts.forEach(all::put);
        return all.array();
    }

    /** The small snapshot's manifest with this one chunk, under the true state root: the root covers no chunk id. */
    private Manifest naming(byte[] bytes, long entries) {
        Manifest honest = small.manifest();
        var ref = new ChunkRef(
                0, 3, entries, bytes.length, Hash.of(Domain.sha256().digest(bytes)));
        return new Manifest(
                honest.networkId(),
                honest.bucketBits(),
                honest.checkpointIndex(),
                honest.commitIndex(),
                honest.leaderRound(),
                honest.commitHash(),
                StateRoot.of(honest.checkpointIndex(), entries, small.digests().merkleRoot()),
                entries,
                honest.digestsId(),
                List.of(ref));
    }

    private static Manifest withChunks(Manifest honest, List<ChunkRef> chunks) {
        return new Manifest(
                honest.networkId(),
                honest.bucketBits(),
                honest.checkpointIndex(),
                honest.commitIndex(),
                honest.leaderRound(),
                honest.commitHash(),
                honest.stateRoot(),
                honest.entries(),
                honest.digestsId(),
                chunks);
    }

    private void assertLie(SnapshotRejection reason, byte[] bytes, long entries) {
        Manifest lying = naming(bytes, entries);
        assertThatThrownBy(() -> new ChunkReader(lying, small.digests().bytes())
                        .verify(lying.chunks().get(0), bytes))
                .isInstanceOfSatisfying(
                        InvalidSnapshotException.class,
                        e -> assertThat(e.reason()).isEqualTo(reason));
    }

    private static void assertRejected(SnapshotRejection reason, ChunkReader reader, ChunkRef ref, byte[] bytes) {
        assertThatThrownBy(() -> reader.verify(ref, bytes))
                .isInstanceOfSatisfying(
                        InvalidSnapshotException.class,
                        e -> assertThat(e.reason()).isEqualTo(reason));
    }
}
