package dev.meshlog.replayer;

import dev.meshlog.ledger.state.Manifest;

/** Is told how far recovery is. Called by one thread at a time. */
public interface RecoveryListener {
    RecoveryListener NONE = new RecoveryListener() {};

    default void snapshotChosen(Manifest manifest) {}

    default void noSnapshot() {}

    default void chunkFetched(int fetched, int chunks, long bytes) {}

    default void chunkApplied(int applied, int chunks, long entries) {}

    /** @param end offset behind the last vertex as it was when replay began */
    default void replayed(long offset, long end, long commitIndex) {}
}
