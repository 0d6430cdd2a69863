package dev.meshlog.ledger.simulation;

import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.StateKey;
import dev.meshlog.ledger.state.Chunk;
import dev.meshlog.ledger.state.ChunkReader;
import dev.meshlog.ledger.state.InvalidSnapshotException;
import dev.meshlog.ledger.state.Manifest;
import dev.meshlog.ledger.state.MemoryStateStore;
import dev.meshlog.ledger.state.State;
import dev.meshlog.ledger.state.StateChunks;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Snapshots that must be refused. */
final class Forgery {
    private Forgery() {}

    static SnapshotCut of(SnapshotCut cut, GenesisConfig genesis, Random random) {
        return random.nextBoolean() ? flipped(cut, random) : consistent(cut, genesis);
    }

    private static SnapshotCut flipped(SnapshotCut cut, Random random) {
        List<byte[]> chunks = new ArrayList<>(cut.chunks());
        int chosen = random.nextInt(chunks.size());
        byte[] damaged = chunks.get(chosen).clone();
        if (damaged.length > 0) {
            damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
        } else {
            damaged = new byte[1];
        }
        chunks.set(chosen, damaged);
        return new SnapshotCut(cut.manifest(), cut.digests(), chunks, 0);
    }

    /** One object more than there is, and every hash computed again. */
    private static SnapshotCut consistent(SnapshotCut cut, GenesisConfig genesis) {
        Manifest manifest = cut.manifest();
        var store = new MemoryStateStore();
        try {
            var reader = new ChunkReader(manifest, cut.digests());
            for (int i = 0; i < cut.chunks().size(); i++) {
                reader.verify(manifest.chunks().get(i), cut.chunks().get(i)).applyTo(store);
            }
        } catch (InvalidSnapshotException e) {
            throw new IllegalStateException("a liar's own snapshot is no snapshot", e);
        }
        var state = new State(store, genesis.bucketBits());
        state.put(StateKey.object(Hash.ofHex("fa".repeat(32))), new byte[] {1});
        List<Chunk> chunks = new ArrayList<>();
        var cutter = new StateChunks(genesis.bucketBits(), chunks::add);
        store.forEachByBucket(genesis.bucketBits(), cutter::add);
        cutter.finish();
        Manifest lie = Manifest.of(
                manifest.networkId(),
                manifest.checkpointIndex(),
                manifest.commitIndex(),
                manifest.leaderRound(),
                manifest.commitHash(),
                state.root(manifest.checkpointIndex()),
                state.bucketDigests(),
                chunks.stream().map(Chunk::ref).toList());
        return new SnapshotCut(
                lie,
                state.bucketDigests().bytes(),
                chunks.stream().map(Chunk::bytes).toList(),
                0);
    }
}
