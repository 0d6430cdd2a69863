package dev.meshlog.streams.ledger;

import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.state.BucketDigests;
import dev.meshlog.ledger.state.ChunkCompression;
import dev.meshlog.ledger.state.ChunkRef;
import dev.meshlog.ledger.state.InstalledParts;
import dev.meshlog.ledger.state.Manifest;
import dev.meshlog.ledger.state.StateChunks;
import dev.meshlog.schemas.ledger.CommitChanges;
import dev.meshlog.schemas.ledger.InstalledPart;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A state at a checkpoint, as the records by which it gets into another log. */
record Cut(Manifest manifest, List<InstalledPart> parts, Map<String, String> entries) {
    static final long REPLAY_FROM = 7;

    /** @param folded with these changes applied; they may not end a checkpoint */
    static Optional<Cut> at(GenesisConfig genesis, LedgerDriver.Fold folded, CommitChanges changes) {
        if (changes.getEnd() == null || changes.getEnd().getCheckpoint() == null) {
            return Optional.empty();
        }
        List<ChunkRef> refs = new ArrayList<>();
        List<byte[]> chunks = new ArrayList<>();
        var cutter = new StateChunks(genesis.bucketBits(), chunk -> {
            refs.add(chunk.ref());
            chunks.add(chunk.bytes());
        });
        folded.store.forEachByBucket(genesis.bucketBits(), cutter::add);
        cutter.finish();
        BucketDigests digests = folded.state.bucketDigests();
        Manifest manifest = Manifest.of(
                genesis.networkId(),
                changes.getEnd().getCheckpoint().getIndex(),
                changes.getCommitIndex(),
                changes.getEnd().getLeaderRound(),
                Hash.of(changes.getEnd().getCommitHash()),
                Hash.of(changes.getEnd().getCheckpoint().getRoot()),
                digests,
                refs);
        List<InstalledPart> parts = new ArrayList<>();
        parts.add(InstalledParts.part(manifest, InstalledParts.MANIFEST, REPLAY_FROM, manifest.encode()));
        parts.add(part(manifest, InstalledParts.DIGESTS, digests.bytes()));
        for (byte[] chunk : chunks) {
            parts.add(part(manifest, parts.size(), chunk));
        }
        return Optional.of(new Cut(manifest, parts, folded.entries()));
    }

    static InstalledPart part(Manifest manifest, int index, byte[] content) {
        return InstalledParts.part(manifest, index, REPLAY_FROM, ChunkCompression.compress(content));
    }
}
