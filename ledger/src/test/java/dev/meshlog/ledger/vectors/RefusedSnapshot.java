package dev.meshlog.ledger.vectors;

import dev.meshlog.ledger.Domain;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.state.BucketDigests;
import dev.meshlog.ledger.state.Buckets;
import dev.meshlog.ledger.state.ChunkReader;
import dev.meshlog.ledger.state.ChunkRef;
import dev.meshlog.ledger.state.InvalidSnapshotException;
import dev.meshlog.ledger.state.Manifest;
import dev.meshlog.schemas.AvroBinary;
import dev.meshlog.schemas.ledger.ChunkDescriptor;
import dev.meshlog.schemas.ledger.SnapshotManifest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/** A manifest, its digests and its first chunk, of which something is wrong. */
@SuppressWarnings("ArrayRecordComponent") // never compared
record RefusedSnapshot(byte[] manifest, byte[] digests, byte[] chunk) {
    private static final AvroBinary<SnapshotManifest> AVRO = new AvroBinary<>(SnapshotManifest.getClassSchema());
    private static final byte[] KEY = {1};
    private static final byte[] OTHER_KEY = keyInTheOtherBucket();
    private static final int ENTRY_BYTES = 10;
    private static final SnapshotVectors.Cut GOOD = SnapshotVectors.cut(1, entries((byte) 7));

    String verdict() {
        try {
            Manifest parsed = Manifest.parse(manifest, VectorNetwork.NETWORK);
            new ChunkReader(parsed, digests).verify(parsed.chunks().get(0), chunk);
            return "VALID";
        } catch (InvalidSnapshotException e) {
            return e.reason().name();
        }
    }

    static List<RefusedSnapshot> all() {
        byte[] manifest = GOOD.manifest().encode();
        byte[] digests = GOOD.digests();
        byte[] chunk = GOOD.chunks().get(0).bytes();
        List<RefusedSnapshot> all = new ArrayList<>();
        all.add(new RefusedSnapshot(Arrays.copyOf(manifest, manifest.length - 1), digests, chunk));
        all.add(new RefusedSnapshot(Arrays.copyOf(manifest, manifest.length + 1), digests, chunk));
        all.add(new RefusedSnapshot(flipped(manifest, 0, 6), digests, chunk));
        all.add(new RefusedSnapshot(flipped(manifest, 1, 1), digests, chunk));
        all.add(new RefusedSnapshot(changed(record -> record.setHashAlgorithm("lt16")), digests, chunk));
        all.add(new RefusedSnapshot(changed(record -> record.setEntries(3L)), digests, chunk));
        all.add(new RefusedSnapshot(
                changed(record -> record.setChunks(
                        List.of(ChunkDescriptor.newBuilder(record.getChunks().get(0))
                                .setLastBucket(0)
                                .build()))),
                digests,
                chunk));
        all.add(new RefusedSnapshot(manifest, flipped(digests, 9, 1), chunk));
        all.add(new RefusedSnapshot(changed(record -> record.setStateRoot(Hash.ZERO.fixed())), digests, chunk));
        all.add(new RefusedSnapshot(manifest, digests, Arrays.copyOf(chunk, chunk.length + 1)));
        all.add(new RefusedSnapshot(manifest, digests, flipped(chunk, 9, 1)));
        all.add(naming(2, Arrays.copyOf(chunk, chunk.length - 1)));
        all.add(naming(2, Arrays.copyOf(chunk, chunk.length + 1)));
        all.add(naming(2, swapped(chunk)));
        all.add(naming(2, twice(chunk)));
        all.add(naming(1, chunk));
        all.add(naming(2, flipped(chunk, 9, 1)));
        all.add(naming(1, Arrays.copyOf(chunk, ENTRY_BYTES)));
        all.add(outsideItsRange(chunk));
        return all;
    }

    /** The root is made to fit the number of entries. */
    private static RefusedSnapshot naming(long entries, byte[] chunk) {
        ChunkRef ref = new ChunkRef(0, 1, entries, chunk.length, id(chunk));
        return new RefusedSnapshot(manifest(entries, List.of(ref)), GOOD.digests(), chunk);
    }

    /** The second chunk claims so much that the two can't be one. */
    private static RefusedSnapshot outsideItsRange(byte[] chunk) {
        List<ChunkRef> refs = List.of(
                new ChunkRef(0, 0, 2, chunk.length, id(chunk)),
                new ChunkRef(1, 1, 1, ChunkRef.TARGET_BYTES, Hash.ZERO));
        return new RefusedSnapshot(manifest(3, refs), GOOD.digests(), chunk);
    }

    private static byte[] manifest(long entries, List<ChunkRef> refs) {
        Manifest good = GOOD.manifest();
        Hash root = Domain.STATE_ROOT.hash(
                Domain.u64(good.checkpointIndex()),
                Domain.u64(entries),
                BucketDigests.of(GOOD.digests()).merkleRoot().bytes());
        return new Manifest(
                        good.networkId(),
                        good.bucketBits(),
                        good.checkpointIndex(),
                        good.commitIndex(),
                        good.leaderRound(),
                        good.commitHash(),
                        root,
                        entries,
                        good.digestsId(),
                        refs)
                .encode();
    }

    private static byte[] changed(Consumer<SnapshotManifest.Builder> change) {
        SnapshotManifest.Builder record =
                SnapshotManifest.newBuilder(AVRO.decode(GOOD.manifest().encode()));
        change.accept(record);
        return AVRO.encode(record.build());
    }

    private static byte[] flipped(byte[] bytes, int index, int bits) {
        byte[] changed = bytes.clone();
        changed[index] ^= (byte) bits;
        return changed;
    }

    private static byte[] swapped(byte[] chunk) {
        byte[] changed = chunk.clone();
        System.arraycopy(chunk, 0, changed, chunk.length - ENTRY_BYTES, ENTRY_BYTES);
        System.arraycopy(chunk, ENTRY_BYTES, changed, 0, chunk.length - ENTRY_BYTES);
        return changed;
    }

    private static byte[] twice(byte[] chunk) {
        byte[] changed = Arrays.copyOf(chunk, 2 * ENTRY_BYTES);
        System.arraycopy(chunk, 0, changed, ENTRY_BYTES, ENTRY_BYTES);
        return changed;
    }

    private static Map<byte[], byte[]> entries(byte value) {
        Map<byte[], byte[]> entries = new TreeMap<>(Arrays::compareUnsigned);
        entries.put(KEY, new byte[] {value});
        entries.put(OTHER_KEY, new byte[] {value});
        return entries;
    }

    private static byte[] keyInTheOtherBucket() {
        byte[] key = {2};
        while (Buckets.bucketOf(key, 1) == Buckets.bucketOf(KEY, 1)) {
            key[0]++;
        }
        return key;
    }

    private static Hash id(byte[] chunk) {
        return Hash.of(Domain.sha256().digest(chunk));
    }
}
