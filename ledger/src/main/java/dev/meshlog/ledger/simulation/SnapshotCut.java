package dev.meshlog.ledger.simulation;

import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.chain.CheckpointMark;
import dev.meshlog.ledger.chain.CommitOutput;
import dev.meshlog.ledger.state.BucketDigests;
import dev.meshlog.ledger.state.Chunk;
import dev.meshlog.ledger.state.ChunkReader;
import dev.meshlog.ledger.state.InvalidSnapshotException;
import dev.meshlog.ledger.state.Manifest;
import dev.meshlog.ledger.state.MemoryStateStore;
import dev.meshlog.ledger.state.StateChunks;
import java.util.ArrayList;
import java.util.List;

/**
 * A snapshot as one node keeps it and another fetches it.
 *
 * @param replayFrom into the log of the node that cut it; means nothing to others
 * @param certificate of its checkpoint; empty before there is one
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record SnapshotCut(Manifest manifest, byte[] digests, List<byte[]> chunks, int replayFrom, byte[] certificate) {
    SnapshotCut {
        chunks = List.copyOf(chunks);
    }

    /** Of a state that stands exactly at the commit. */
    static SnapshotCut of(
            GenesisConfig genesis,
            MemoryStateStore store,
            BucketDigests digests,
            CommitOutput commit,
            CheckpointMark checkpoint) {
        List<Chunk> chunks = chunks(store, genesis.bucketBits());
        Manifest manifest = Manifest.of(
                genesis.networkId(),
                checkpoint.index(),
                commit.index(),
                commit.leader().round(),
                commit.commitHash(),
                checkpoint.root(),
                digests,
                chunks.stream().map(Chunk::ref).toList());
        return new SnapshotCut(
                manifest,
                digests.bytes(),
                chunks.stream().map(Chunk::bytes).toList(),
                (int) commit.replayFrom(),
                new byte[0]);
    }

    static List<Chunk> chunks(MemoryStateStore store, int bucketBits) {
        List<Chunk> chunks = new ArrayList<>();
        var cutter = new StateChunks(bucketBits, chunks::add);
        store.forEachByBucket(bucketBits, cutter::add);
        cutter.finish();
        return chunks;
    }

    /** In the log of another node. */
    SnapshotCut replayedFrom(int offset) {
        return new SnapshotCut(manifest, digests, chunks, offset, certificate);
    }

    SnapshotCut with(byte[] itsCertificate) {
        return new SnapshotCut(manifest, digests, chunks, replayFrom, itsCertificate);
    }

    /**
     * Into an empty store, each chunk after it was verified.
     *
     * @throws InvalidSnapshotException with nothing in the store but the chunks before the bad one
     */
    void install(Hash networkId, MemoryStateStore into, Procedures procedures, Oracle oracle)
            throws InvalidSnapshotException {
        Manifest checked = Manifest.parse(manifest.encode(), networkId, manifest.hash());
        var reader = new ChunkReader(checked, digests);
        long verified = 0;
        for (int i = 0; i < chunks.size(); i++) {
            try {
                procedures.apply(reader, checked.chunks().get(i), chunks.get(i), into);
            } catch (InvalidSnapshotException e) {
                oracle.rejected(into, verified);
                throw e;
            }
            verified += checked.chunks().get(i).entries();
        }
    }
}
