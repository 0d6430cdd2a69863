package dev.meshlog.replayer;

import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.rocksdb.RocksStateStore;
import dev.meshlog.ledger.state.ChunkRef;
import dev.meshlog.ledger.state.EntryDifference;
import dev.meshlog.ledger.state.InvalidSnapshotException;
import dev.meshlog.ledger.state.Manifest;
import dev.meshlog.ledger.state.ManifestDiff;
import dev.meshlog.ledger.state.State;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** What differs between two states: the buckets first, by their digests alone, then the entries of those buckets. */
public final class StateDiff {
    private StateDiff() {}

    /** Is told what differs. */
    public interface Visitor {
        /** Once, and first; ascending, none when the states are equal. */
        void buckets(IntStream buckets);

        /** In (bucket, key) order. */
        void entry(EntryDifference difference);
    }

    /** Of two states on disk, of one network. */
    public static void ofStores(RocksStateStore before, RocksStateStore after, GenesisConfig genesis, Visitor visitor) {
        int[] buckets = new State(before, genesis.bucketBits())
                .bucketDigests()
                .differing(new State(after, genesis.bucketBits()).bucketDigests());
        visitor.buckets(Arrays.stream(buckets));
        try (var left = before.view();
                var right = after.view()) {
            for (int bucket : buckets) {
                Map<byte[], byte[]> old = entries(left, bucket);
                Map<byte[], byte[]> now = entries(right, bucket);
                Map<byte[], byte[]> all = new TreeMap<>(Arrays::compareUnsigned);
                all.putAll(old);
                all.putAll(now);
                for (byte[] key : all.keySet()) {
                    compare(bucket, key, old.get(key), now.get(key), visitor);
                }
            }
        }
    }

    @SuppressWarnings("NullAway") // it does not see in a class file that a record's array may be null
    private static void compare(
            int bucket, byte[] key, byte @Nullable [] before, byte @Nullable [] after, Visitor visitor) {
        if (before == null || after == null || !Arrays.equals(before, after)) {
            visitor.entry(new EntryDifference(bucket, key, before, after));
        }
    }

    /** A bucket has at most 15 MiB, or no snapshot of it could be cut. */
    private static Map<byte[], byte[]> entries(RocksStateStore.View view, int bucket) {
        Map<byte[], byte[]> entries = new TreeMap<>(Arrays::compareUnsigned);
        view.forEachEntryOf(bucket, (its, key, value) -> entries.put(key, value));
        return entries;
    }

    /**
     * Of two published snapshots. Only chunks with a difference are fetched.
     *
     * @param directory for what is fetched
     * @throws RecoveryException when a chunk is missing, damaged or contradicts its manifest
     */
    public static void ofSnapshots(
            SnapshotSource source, Manifest before, Manifest after, Path directory, int threads, Visitor visitor) {
        fetch(source, before, List.of(before.digestsId()), directory, threads);
        fetch(source, after, List.of(after.digestsId()), directory, threads);
        try {
            var diff = new ManifestDiff(
                    before,
                    ChunkDownload.read(directory, before.digestsId()),
                    after,
                    ChunkDownload.read(directory, after.digestsId()));
            visitor.buckets(diff.buckets());
            fetch(source, before, ids(diff.chunksBefore()), directory, threads);
            fetch(source, after, ids(diff.chunksAfter()), directory, threads);
            diff.forEach(
                    chunk -> ChunkDownload.read(directory, chunk.id()),
                    chunk -> ChunkDownload.read(directory, chunk.id()),
                    visitor::entry);
        } catch (InvalidSnapshotException e) {
            throw new RecoveryException(RecoveryFailure.SNAPSHOT_FALSE, String.valueOf(e.getMessage()), e);
        }
    }

    private static List<Hash> ids(List<ChunkRef> chunks) {
        List<Hash> ids = new ArrayList<>();
        chunks.forEach(chunk -> ids.add(chunk.id()));
        return ids;
    }

    private static void fetch(SnapshotSource source, Manifest manifest, List<Hash> ids, Path directory, int threads) {
        new ChunkDownload(manifest, ids, directory, RecoveryListener.NONE).fetchFrom(source, threads);
    }

    /**
     * A published snapshot by name.
     *
     * @param name the number of its checkpoint, or the beginning of its hash, at least 8 digits
     * @throws RecoveryException NOT_REACHED when there is none
     */
    public static Manifest named(SnapshotSource source, GenesisConfig genesis, String name) {
        List<String> there = new ArrayList<>();
        for (SnapshotOffer offer : source.offers(refused -> {})) {
            try {
                Manifest manifest = Manifest.parse(offer.manifest(), genesis.networkId());
                String hash = manifest.hash().hex();
                if (Long.toString(manifest.checkpointIndex()).equals(name)
                        || (name.length() >= 8 && hash.startsWith(name))) {
                    return manifest;
                }
                there.add(manifest.checkpointIndex() + " " + hash);
            } catch (InvalidSnapshotException e) {
                there.add("damaged " + offer.key());
            }
        }
        throw new RecoveryException(
                RecoveryFailure.NOT_REACHED, "There is no snapshot %s, there are %s.".formatted(name, there));
    }
}
