package dev.meshlog.snapshotter;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.rocksdb.RocksStateStore;
import dev.meshlog.ledger.state.BucketDigests;
import dev.meshlog.schemas.ledger.LogPosition;

/**
 * The state at a checkpoint, frozen: a snapshot can be made of it while the intake goes on.
 *
 * @param position offsets of the verified log that belong to the commit
 */
public record Candidate(
        long checkpointIndex,
        long commitIndex,
        long leaderRound,
        Hash commitHash,
        Hash root,
        BucketDigests digests,
        RocksStateStore.View entries,
        LogPosition position)
        implements AutoCloseable {
    @Override
    public void close() {
        entries.close();
    }
}
