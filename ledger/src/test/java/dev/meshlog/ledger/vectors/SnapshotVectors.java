package dev.meshlog.ledger.vectors;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meshlog.ledger.ChangeSet;
import dev.meshlog.ledger.Domain;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.StateKey;
import dev.meshlog.ledger.chain.ChainHead;
import dev.meshlog.ledger.state.Chunk;
import dev.meshlog.ledger.state.Manifest;
import dev.meshlog.ledger.state.MemoryStateStore;
import dev.meshlog.ledger.state.State;
import dev.meshlog.ledger.state.StateChunks;
import dev.meshlog.schemas.Hex;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** States, the chunks and the manifest that each is cut into, and snapshots that are refused. */
final class SnapshotVectors {
    private static final int LARGE_ENTRIES = 60;

    private SnapshotVectors() {}

    /** A cut, and the state that it is of. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Cut(Manifest manifest, byte[] digests, List<Chunk> chunks) {}

    static ObjectNode make() {
        ObjectNode file = VectorFiles.object();
        file.put("networkId", VectorNetwork.NETWORK.hex());
        ArrayNode snapshots = file.putArray("snapshots");
        put(snapshots, "no entries", 1, Map.of());
        put(snapshots, "checkpoint 2 of the run", VectorNetwork.GENESIS.bucketBits(), runEntries(2));
        put(snapshots, "several chunks", 4, largeEntries());
        ArrayNode refused = file.putArray("refused");
        RefusedSnapshot.all()
                .forEach(each -> refused.addObject()
                        .put("reason", each.verdict())
                        .put("manifest", Hex.of(each.manifest()))
                        .put("digests", Hex.of(each.digests()))
                        .put("chunk", Hex.of(each.chunk())));
        return file;
    }

    private static void put(ArrayNode snapshots, String name, int bits, Map<byte[], byte[]> entries) {
        Cut cut = cut(bits, entries);
        Manifest manifest = cut.manifest();
        boolean large = manifest.chunks().size() > 1;
        ObjectNode vector = snapshots
                .addObject()
                .put("name", name)
                .put("bucketBits", bits)
                .put("checkpointIndex", manifest.checkpointIndex())
                .put("commitIndex", manifest.commitIndex())
                .put("leaderRound", manifest.leaderRound())
                .put("commitHash", manifest.commitHash().hex())
                .put("stateRoot", manifest.stateRoot().hex())
                .put("digests", Hex.of(cut.digests()))
                .put("digestsId", manifest.digestsId().hex())
                .put("manifest", Hex.of(manifest.encode()))
                .put("manifestHash", manifest.hash().hex());
        if (!large) {
            Entries.put(vector.putArray("entries"), entries);
        }
        ArrayNode chunks = vector.putArray("chunks");
        for (Chunk chunk : cut.chunks()) {
            ObjectNode its = chunks.addObject()
                    .put("firstBucket", chunk.ref().firstBucket())
                    .put("lastBucket", chunk.ref().lastBucket())
                    .put("entries", chunk.ref().entries())
                    .put("size", chunk.ref().size())
                    .put("id", chunk.id().hex());
            if (!large) {
                its.put("bytes", Hex.of(chunk.bytes()));
            }
        }
    }

    /** Of checkpoint 2; where there is a chain entry, the manifest repeats what it says. */
    static Cut cut(int bits, Map<byte[], byte[]> entries) {
        var store = new MemoryStateStore();
        var state = new State(store, bits);
        entries.forEach(state::put);
        List<Chunk> chunks = new ArrayList<>();
        var cutting = new StateChunks(bits, chunks::add);
        store.forEachByBucket(bits, cutting::add);
        cutting.finish();
        byte[] chain = state.get(StateKey.chain());
        ChainHead head = chain == null ? null : ChainHead.decode(chain);
        Manifest manifest = Manifest.of(
                VectorNetwork.NETWORK,
                2,
                head == null ? 8 : head.commitIndex(),
                head == null ? 11 : head.leaderRound(),
                head == null ? Hash.ZERO : head.commitHash(),
                state.root(2),
                state.bucketDigests(),
                chunks.stream().map(Chunk::ref).toList());
        return new Cut(manifest, state.bucketDigests().bytes(), chunks);
    }

    private static Map<byte[], byte[]> runEntries(long checkpoint) {
        Map<byte[], byte[]> entries = new TreeMap<>(ChangeSet.KEY_ORDER);
        RunVectors.storeAt(checkpoint * VectorNetwork.GENESIS.checkpointInterval())
                .forEach(VectorNetwork.GENESIS.bucketBits(), (bucket, key, value) -> entries.put(key, value));
        return entries;
    }

    /** Entry n: the key 01 ‖ H(01 ‖ n u32), a value of 70,000 + n bytes that are all n. */
    static Map<byte[], byte[]> largeEntries() {
        Map<byte[], byte[]> entries = new TreeMap<>(ChangeSet.KEY_ORDER);
        for (int n = 0; n < LARGE_ENTRIES; n++) {
            byte[] value = new byte[70_000 + n];
            Arrays.fill(value, (byte) n);
            entries.put(StateKey.object(Domain.BODY.hash(Domain.u32(n))), value);
        }
        return entries;
    }
}
