package dev.meshlog.replayer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshlog.ledger.Domain;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Network;
import dev.meshlog.ledger.rocksdb.RocksStateStore;
import dev.meshlog.ledger.state.ChunkRef;
import dev.meshlog.ledger.state.Manifest;
import dev.meshlog.ledger.state.SnapshotRejection;
import dev.meshlog.ledger.state.State;
import dev.meshlog.ledger.trust.Trust;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever is wrong with a snapshot's records: it is refused with its reason, and nothing of it is in the store. */
class DamageTest {
    private static final long SEED = 7;
    private static final Network NETWORK = new Network(4);

    /** One chunk of a few hundred bytes. */
    private static final SmallSnapshot SMALL = SmallSnapshot.of(NETWORK, SEED, 0, 3);

    /** Several chunks. */
    private static final SmallSnapshot LARGE = SmallSnapshot.of(NETWORK, SEED, 600, 4);

    /** The same network and checkpoint with another state. */
    private static final SmallSnapshot LIE = SmallSnapshot.of(NETWORK, SEED + 1, 600, 4);

    @TempDir
    private Path directory;

    private final List<Refusal> refusals = new ArrayList<>();
    private int stores;

    @Test
    void undamagedSnapshotIsRestored() {
        for (SmallSnapshot snapshot : List.of(SMALL, LARGE)) {
            var source = snapshot.published();
            assertThat(choose(source))
                    .extracting(SnapshotChoice.Candidate::manifest)
                    .containsExactly(snapshot.manifest());
            try (RocksStateStore store = open()) {
                restore(snapshot.manifest(), source, store);
                assertThat(new State(store, snapshot.manifest().bucketBits())
                                .root(snapshot.manifest().checkpointIndex()))
                        .isEqualTo(snapshot.manifest().stateRoot());
            }
        }
    }

    @Test
    void everyFlippedBitOfAManifestIsRefusedOrSaysNothing() {
        MemorySnapshots published = SMALL.published();
        String key = SMALL.manifest().hash().hex();
        byte[] record = Objects.requireNonNull(published.manifests.get(key));
        Set<RecoveryFailure> reasons = EnumSet.noneOf(RecoveryFailure.class);
        int passed = 0;
        for (int bit = 0; bit < 8 * record.length; bit++) {
            byte[] damaged = record.clone();
            damaged[bit / 8] ^= (byte) (1 << bit % 8);
            List<SnapshotChoice.Candidate> chosen = chooseWith(key, damaged);
            if (chosen.isEmpty()) {
                assertThat(refusals).as("bit %d", bit).hasSize(1);
                reasons.add(refusals.get(0).reason());
            } else if (chosen.get(0).binding().getReplayFrom() == SmallSnapshot.REPLAY_FROM) {
                // When it was made, and how large it is on disk: nobody recovers by that.
                assertThat(chosen.get(0).manifest()).as("bit %d", bit).isEqualTo(SMALL.manifest());
                passed++;
            } else {
                assertThatThrownBy(() -> Recovery.requirePosition(chosen.get(0), commitOf(SMALL.manifest())))
                        .extracting(e -> ((RecoveryException) e).reason())
                        .isEqualTo(RecoveryFailure.OTHER_POSITION);
                reasons.add(RecoveryFailure.OTHER_POSITION);
            }
        }
        assertThat(reasons)
                .contains(
                        RecoveryFailure.RECORD_MALFORMED,
                        RecoveryFailure.NOT_TRUSTED,
                        RecoveryFailure.OTHER_CLUSTER,
                        RecoveryFailure.TOPIC_RECREATED,
                        RecoveryFailure.OTHER_NETWORK,
                        RecoveryFailure.OTHER_POSITION);
        assertThat(passed).isLessThan(8 * 16);
    }

    @Test
    void manifestOfAnyOtherLengthIsRefused() {
        String key = SMALL.manifest().hash().hex();
        byte[] record = Objects.requireNonNull(SMALL.published().manifests.get(key));
        for (int length = 0; length < record.length; length++) {
            assertThat(chooseWith(key, Arrays.copyOf(record, length)))
                    .as("length %d", length)
                    .isEmpty();
            assertThat(refusals)
                    .as("length %d", length)
                    .extracting(Refusal::reason)
                    .containsExactly(RecoveryFailure.RECORD_MALFORMED);
        }
        assertThat(chooseWith(key, Arrays.copyOf(record, record.length + 1))).isEmpty();
    }

    @Test
    void everyFlippedByteOfAChunkIsRefused() throws Exception {
        MemorySnapshots published = SMALL.published();
        for (Map.Entry<Hash, byte[]> chunk : published.chunks.entrySet()) {
            byte[] genuine = Objects.requireNonNull(SMALL.chunks().get(chunk.getKey()));
            int passed = 0;
            for (int at = 0; at < chunk.getValue().length; at++) {
                MemorySnapshots source = published.copy();
                byte[] damaged = chunk.getValue().clone();
                damaged[at] ^= (byte) (1 << at % 8);
                source.chunks.put(chunk.getKey(), damaged);
                Path fetched = Files.createTempDirectory(directory, "chunks");
                try {
                    fetch(SMALL.manifest(), chunk.getKey(), source, fetched);
                    // The size that the record repeats is not needed by anybody.
                    assertThat(ChunkDownload.read(fetched, chunk.getKey())).isEqualTo(genuine);
                    passed++;
                } catch (RecoveryException e) {
                    assertThat(e.reason()).as("byte %d", at).isEqualTo(RecoveryFailure.CHUNK_DAMAGED);
                    assertThat(fetched).as("byte %d", at).isEmptyDirectory();
                }
            }
            assertThat(passed).isLessThanOrEqualTo(4);
        }
    }

    @Test
    void truncatedChunkIsRefused() throws Exception {
        MemorySnapshots published = LARGE.published();
        for (Map.Entry<Hash, byte[]> chunk : published.chunks.entrySet()) {
            Path fetched = Files.createTempDirectory(directory, "chunks");
            for (int length = 0; length < chunk.getValue().length; length += step(chunk.getValue().length)) {
                MemorySnapshots source = published.copy();
                source.chunks.put(chunk.getKey(), Arrays.copyOf(chunk.getValue(), length));
                assertFails(
                        RecoveryFailure.CHUNK_DAMAGED, () -> fetch(LARGE.manifest(), chunk.getKey(), source, fetched));
            }
            assertThat(fetched).isEmptyDirectory();
        }
    }

    /** Every 512 bytes; of short ones every byte. */
    private static int step(int length) {
        return length < 1_024 ? 1 : 512;
    }

    @Test
    void swappedAndMissingChunksAreRefusedAndExtraOnesAreLeftAlone() throws Exception {
        Hash first = LARGE.manifest().chunks().get(0).id();
        Hash second = LARGE.manifest().chunks().get(1).id();
        MemorySnapshots swapped = LARGE.published();
        swapped.chunks.put(first, SmallSnapshot.record(first, content(LARGE, second)));
        swapped.chunks.put(second, SmallSnapshot.record(second, content(LARGE, first)));
        MemorySnapshots missing = LARGE.published();
        missing.chunks.remove(first);
        MemorySnapshots extra = LARGE.published();
        LIE.chunks().forEach((id, content) -> extra.chunks.put(id, SmallSnapshot.record(id, content)));

        try (RocksStateStore store = open()) {
            assertFails(RecoveryFailure.CHUNK_DAMAGED, () -> restore(LARGE.manifest(), swapped, store));
            assertThat(swapped.rejected)
                    .hasSize(2)
                    .allMatch(Set.of(SnapshotRejection.CHUNK_ID, SnapshotRejection.FRAME_SIZE)::contains);
            assertFails(RecoveryFailure.CHUNK_MISSING, () -> restore(LARGE.manifest(), missing, store));
            assertEmpty(store);
            restore(LARGE.manifest(), extra, store);
            assertThat(new State(store, LARGE.manifest().bucketBits()).root(4))
                    .isEqualTo(LARGE.manifest().stateRoot());
        }
    }

    /** The manifest names another state's chunks, each with its right hash, under the true root. */
    @Test
    void foreignChunksUnderATrueRootAreRefused() {
        Manifest real = LARGE.manifest();
        List<ChunkRef> foreign = LIE.manifest().chunks();
        var mixed = new Manifest(
                real.networkId(),
                real.bucketBits(),
                real.checkpointIndex(),
                real.commitIndex(),
                real.leaderRound(),
                real.commitHash(),
                real.stateRoot(),
                real.entries(),
                real.digestsId(),
                foreign);
        MemorySnapshots source = LARGE.published();
        LIE.chunks().forEach((id, content) -> source.chunks.put(id, SmallSnapshot.record(id, content)));

        try (RocksStateStore store = open()) {
            assertFails(RecoveryFailure.SNAPSHOT_FALSE, () -> restore(mixed, source, store));
            assertEmpty(store);
        }
    }

    /** It is a snapshot without a fault, but for what nobody signed. */
    @Test
    void lieWithAllHashesRecomputedHasNoCertificateThatFits() {
        List<byte[]> certificates = List.of(
                new byte[0],
                SmallSnapshot.certificate(NETWORK, LARGE.manifest(), NETWORK.keys),
                SmallSnapshot.certificate(NETWORK, LIE.manifest(), NETWORK.keys.subList(0, 2)),
                SmallSnapshot.certificate(new Network(5), LIE.manifest(), new Network(5).keys));
        for (byte[] certificate : certificates) {
            assertThat(chooseWith(LIE.manifest().hash().hex(), LIE.record(certificate)))
                    .isEmpty();
            assertThat(refusals).extracting(Refusal::reason).containsExactly(RecoveryFailure.NOT_TRUSTED);
        }
    }

    @Test
    void olderGenuineSnapshotIsLegalAndTheNewerOneIsPreferred() {
        MemorySnapshots source = SMALL.published();
        assertThat(choose(source)).hasSize(1);
        source.manifests.putAll(LARGE.published().manifests);

        assertThat(choose(source))
                .extracting(SnapshotChoice.Candidate::manifest)
                .containsExactly(LARGE.manifest(), SMALL.manifest());
    }

    @Test
    void snapshotOfAnotherNetworkIsRefused() {
        SmallSnapshot other = SmallSnapshot.of(new Network(5), SEED, 0, 9);

        assertThat(choose(other.published())).isEmpty();
        assertThat(refusals).extracting(Refusal::reason).containsExactly(RecoveryFailure.OTHER_NETWORK);
    }

    @Test
    void bombsAndAbsurdManifestsAreRefusedWithinSixtyFourMegabytes() throws Exception {
        String whole = System.getProperty("surefire.test.class.path");
        var builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx64m",
                        "-XX:+UseSerialGC",
                        HostileSnapshots.class.getName())
                .redirectErrorStream(true);
        builder.environment().put("CLASSPATH", whole != null ? whole : System.getProperty("java.class.path"));
        Path out = directory.resolve("out");
        Process process = builder.redirectOutput(out.toFile()).start();
        assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue()).as(() -> read(out)).isZero();
        assertThat(read(out)).contains("all are refused");
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static byte[] content(SmallSnapshot snapshot, Hash id) {
        return Objects.requireNonNull(snapshot.chunks().get(id));
    }

    private List<SnapshotChoice.Candidate> chooseWith(String key, byte[] record) {
        var source = new MemorySnapshots();
        source.manifests.put(key, record);
        return choose(source);
    }

    private List<SnapshotChoice.Candidate> choose(SnapshotSource source) {
        refusals.clear();
        return new SnapshotChoice(NETWORK.genesis, SmallSnapshot.LOG, new Trust.OfGenesis(), false)
                .newestFirst(source.offers(refusals::add), Long.MAX_VALUE, refusals::add);
    }

    private static PublishedCommits commitOf(Manifest manifest) {
        var commit = new PublishedCommits.Commit(
                manifest.commitHash(),
                manifest.stateRoot(),
                manifest.checkpointIndex(),
                SmallSnapshot.REPLAY_FROM + 1,
                SmallSnapshot.REPLAY_FROM,
                false);
        return new PublishedCommits(
                Map.of(manifest.commitIndex(), commit), manifest.commitIndex(), manifest.commitIndex());
    }

    private static void fetch(Manifest manifest, Hash id, SnapshotSource source, Path directory) {
        new ChunkDownload(manifest, List.of(id), directory, RecoveryListener.NONE).fetchFrom(source, 1);
    }

    private void restore(Manifest manifest, SnapshotSource source, RocksStateStore store) {
        try {
            Path chunks = Files.createTempDirectory(directory, "chunks");
            new ChunkDownload(manifest, chunks, RecoveryListener.NONE).fetchFrom(source, 2);
            new SnapshotInstaller(manifest, (id, size) -> ChunkDownload.read(chunks, id), chunks, store, 2)
                    .install(RecoveryListener.NONE);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private RocksStateStore open() {
        return RocksStateStore.open(directory.resolve("store" + stores++), NETWORK.genesis.bucketBits());
    }

    private static void assertEmpty(RocksStateStore store) {
        try (var view = store.view()) {
            view.forEachEntry((bucket, key, value) -> {
                throw new AssertionError("an entry of bucket " + bucket + ", key " + Domain.contentId(key));
            });
        }
    }

    private static void assertFails(RecoveryFailure reason, Runnable action) {
        assertThatThrownBy(action::run)
                .isInstanceOf(RecoveryException.class)
                .extracting(e -> ((RecoveryException) e).reason())
                .isEqualTo(reason);
    }
}
