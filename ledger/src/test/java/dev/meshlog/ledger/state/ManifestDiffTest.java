package dev.meshlog.ledger.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshlog.ledger.Hash;
import dev.meshlog.schemas.Hex;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ManifestDiffTest {
    private final List<ChunkRef> read = new ArrayList<>();

    @ParameterizedTest(name = "seed {0}, {1} bits, {2} entries of at most {3} bytes, {4} changes of at most {5} bytes")
    @CsvSource({
        "1,1,0,0,0,0",
        "2,1,0,0,5,10",
        "3,4,200,50,0,0",
        "4,4,200,50,60,50",
        "5,12,3000,100,40,100",
        "6,4,60,100000,30,100000",
        "7,4,20,1000,80,200000",
        "8,6,100,200000,300,100",
        "9,1,30,200000,30,200000",
        "10,8,2000,10000,1,10000",
        "11,16,50,10,50,10"
    })
    void differencesAreThoseOfAComparisonEntryByEntry(
            long seed, int bits, int entries, int maxBytes, int changes, int maxChangedBytes) throws Exception {
        var random = new Random(seed);
        var store = new MemoryStateStore();
        var state = new State(store, bits);
        for (int n = 0; n < entries; n++) {
            state.put(RandomEntries.key(n), RandomEntries.value(random, maxBytes));
        }
        Snapshot before = Snapshot.cut(store, state, 1);
        Map<String, String> old = entries(store);
        for (int i = 0; i < changes; i++) {
            byte[] key = RandomEntries.key(random.nextInt(2 * entries + 10));
            if (random.nextInt(3) == 0) {
                state.delete(key);
            } else {
                state.put(key, RandomEntries.value(random, maxChangedBytes));
            }
        }
        Snapshot after = Snapshot.cut(store, state, 2);
        Map<String, String> now = entries(store);

        assertThat(differences(before, after)).isEqualTo(naive(old, now));
        assertThat(differences(after, before)).isEqualTo(naive(now, old));
    }

    @Test
    void bucketsOfDifferentlyCutStatesAreFound() throws Exception {
        Snapshot coarse = cut(60, 100);
        Snapshot fine = cut(60, 200_000);
        assertThat(coarse.chunks()).hasSize(1);
        assertThat(fine.chunks()).hasSizeGreaterThan(3);

        assertThat(differences(coarse, fine)).hasSize(60);
        assertThat(differences(fine, coarse)).hasSize(60);
    }

    @Test
    void differencesComeByBucketAndKey() throws Exception {
        ManifestDiff diff = diff(cut(0, 0), cut(300, 100));
        List<EntryDifference> seen = new ArrayList<>();
        diff.forEach(source(cut(0, 0)), source(cut(300, 100)), seen::add);
        assertThat(seen).hasSize(300).allMatch(EntryDifference::isAdded);
        assertThat(seen)
                .isSortedAccordingTo((a, b) -> a.bucket() != b.bucket()
                        ? Integer.compare(a.bucket(), b.bucket())
                        : java.util.Arrays.compareUnsigned(a.key(), b.key()));
    }

    @Test
    void onlyChunksWithADifferentBucketAreReadEachOnce() throws Exception {
        var store = new MemoryStateStore();
        State state = state(store, 400, 100_000);
        Snapshot before = Snapshot.cut(store, state, 1);
        byte[] key = RandomEntries.key(17);
        state.put(key, new byte[] {1});
        Snapshot after = Snapshot.cut(store, state, 2);
        assertThat(before.chunks()).hasSizeGreaterThan(10);
        ManifestDiff diff = diff(before, after);

        diff.forEach(source(before), source(after), difference -> {
            assertThat(difference.key()).isEqualTo(key);
            assertThat(difference.isAdded() || difference.isRemoved()).isFalse();
        });

        int bucket = Buckets.bucketOf(key, 6);
        assertThat(diff.buckets()).containsExactly(bucket);
        assertThat(read).hasSize(2).allMatch(chunk -> chunk.firstBucket() <= bucket && bucket <= chunk.lastBucket());
        assertThat(List.of(diff.chunksBefore().get(0), diff.chunksAfter().get(0)))
                .isEqualTo(read);
    }

    @Test
    void equalStatesNeedNoChunk() throws Exception {
        Snapshot one = cut(60, 1_000);
        ManifestDiff diff = diff(one, cut(60, 1_000));
        diff.forEach(source(one), source(one), difference -> {
            throw new AssertionError(Hex.of(difference.key()));
        });
        assertThat(read).isEmpty();
        assertThat(diff.buckets()).isEmpty();
        assertThat(diff.chunksBefore()).isEmpty();
    }

    @Test
    void damagedChunkIsRefused() throws Exception {
        Snapshot before = cut(60, 1_000);
        Snapshot after = cut(61, 1_000);
        ManifestDiff diff = diff(before, after);
        assertThatThrownBy(() -> diff.forEach(source(before), chunk -> new byte[chunk.size()], difference -> {}))
                .isInstanceOfSatisfying(
                        InvalidSnapshotException.class,
                        e -> assertThat(e.reason()).isEqualTo(SnapshotRejection.CHUNK_ID));
        // A new attempt begins anew.
        List<EntryDifference> seen = new ArrayList<>();
        diff.forEach(source(before), source(after), seen::add);
        assertThat(seen).hasSize(1);
    }

    @Test
    void statesOfTwoNetworksAreNotCompared() throws Exception {
        Snapshot one = cut(3, 10);
        Manifest manifest = one.manifest();
        Manifest other = Manifest.of(
                Hash.ofHex("77".repeat(32)),
                manifest.checkpointIndex(),
                manifest.commitIndex(),
                manifest.leaderRound(),
                manifest.commitHash(),
                manifest.stateRoot(),
                one.digests(),
                manifest.chunks());
        byte[] digests = one.digests().bytes();
        assertThatIllegalArgumentException().isThrownBy(() -> new ManifestDiff(manifest, digests, other, digests));
    }

    private List<String> differences(Snapshot before, Snapshot after) throws Exception {
        read.clear();
        ManifestDiff diff = diff(before, after);
        List<String> seen = new ArrayList<>();
        diff.forEach(
                source(before),
                source(after),
                difference -> seen.add(
                        Hex.of(difference.key()) + " " + text(difference.before()) + " " + text(difference.after())));
        assertThat(read).doesNotHaveDuplicates();
        assertThat(read).hasSize(diff.chunksBefore().size() + diff.chunksAfter().size());
        assertThat(read)
                .allMatch(chunk -> IntStream.rangeClosed(chunk.firstBucket(), chunk.lastBucket())
                        .anyMatch(bucket -> !before.digests()
                                .digest(bucket)
                                .equals(after.digests().digest(bucket))));
        return seen.stream().sorted().toList();
    }

    private static List<String> naive(Map<String, String> before, Map<String, String> after) {
        var keys = new TreeMap<>(before);
        keys.putAll(after);
        return keys.keySet().stream()
                .filter(key -> !before.getOrDefault(key, "-").equals(after.getOrDefault(key, "-")))
                .map(key -> key + " " + before.getOrDefault(key, "-") + " " + after.getOrDefault(key, "-"))
                .sorted()
                .toList();
    }

    private static Map<String, String> entries(MemoryStateStore store) {
        Map<String, String> entries = new TreeMap<>();
        store.forEach(1, (bucket, key, value) -> entries.put(Hex.of(key), text(value)));
        return entries;
    }

    private static String text(byte @org.jspecify.annotations.Nullable [] value) {
        return value == null ? "-" : value.length + ":" + java.util.Arrays.hashCode(value);
    }

    private static ManifestDiff diff(Snapshot before, Snapshot after) throws InvalidSnapshotException {
        return new ManifestDiff(
                before.manifest(), before.digests().bytes(),
                after.manifest(), after.digests().bytes());
    }

    private ManifestDiff.ChunkSource source(Snapshot snapshot) {
        return wanted -> {
            read.add(wanted);
            return snapshot.chunks().stream()
                    .filter(chunk -> chunk.ref().equals(wanted))
                    .findFirst()
                    .orElseThrow()
                    .bytes();
        };
    }

    private static Snapshot cut(int entries, int bytes) {
        var store = new MemoryStateStore();
        return Snapshot.cut(store, state(store, entries, bytes), 1);
    }

    private static State state(MemoryStateStore store, int entries, int bytes) {
        var state = new State(store, 6);
        for (int n = 0; n < entries; n++) {
            state.put(RandomEntries.key(n), new byte[bytes]);
        }
        return state;
    }
}
