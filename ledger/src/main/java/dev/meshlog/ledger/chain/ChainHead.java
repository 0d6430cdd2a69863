package dev.meshlog.ledger.chain;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.state.Manifest;
import dev.meshlog.schemas.AvroBinary;
import dev.meshlog.schemas.ledger.ChainEntry;

/** Where the chain of commits stands: the entry of the chain table. */
public record ChainHead(
        Hash networkId,
        long commitIndex,
        Hash commitHash,
        long leaderRound,
        long epoch,
        long gcFloor,
        long oldestWindowCommit,
        CheckpointMark earlierCheckpoint,
        long vertices,
        long transactions,
        long failedTransactions) {
    private static final AvroBinary<ChainEntry> ENTRY = new AvroBinary<>(ChainEntry.getClassSchema());

    static ChainHead genesis(Hash networkId) {
        return new ChainHead(networkId, 0, Hash.ZERO, 0, 0, 0, 1, new CheckpointMark(0, Hash.ZERO, 0), 0, 0, 0);
    }

    /** Whether a manifest says the truth about where its state stands, which the state root does not cover. */
    public boolean isWhere(Manifest manifest) {
        return networkId.equals(manifest.networkId())
                && commitIndex == manifest.commitIndex()
                && commitHash.equals(manifest.commitHash())
                && leaderRound == manifest.leaderRound();
    }

    public byte[] encode() {
        return ENTRY.encode(ChainEntry.newBuilder()
                .setNetworkId(networkId.fixed())
                .setCommitIndex(commitIndex)
                .setCommitHash(commitHash.fixed())
                .setLeaderRound(leaderRound)
                .setEpoch(epoch)
                .setGcFloor(gcFloor)
                .setOldestWindowCommit(oldestWindowCommit)
                .setCheckpointIndex(earlierCheckpoint.index())
                .setCheckpointRoot(earlierCheckpoint.root().fixed())
                .setCheckpointEntries(earlierCheckpoint.entries())
                .setVertices(vertices)
                .setTransactions(transactions)
                .setFailedTransactions(failedTransactions)
                .build());
    }

    /** @throws dev.meshlog.schemas.MalformedRecordException when the bytes are not a chain entry */
    public static ChainHead decode(byte[] bytes) {
        ChainEntry entry = ENTRY.decode(bytes);
        return new ChainHead(
                Hash.of(entry.getNetworkId()),
                entry.getCommitIndex(),
                Hash.of(entry.getCommitHash()),
                entry.getLeaderRound(),
                entry.getEpoch(),
                entry.getGcFloor(),
                entry.getOldestWindowCommit(),
                new CheckpointMark(
                        entry.getCheckpointIndex(), Hash.of(entry.getCheckpointRoot()), entry.getCheckpointEntries()),
                entry.getVertices(),
                entry.getTransactions(),
                entry.getFailedTransactions());
    }
}
