package dev.meshlog.replayer;

import dev.meshlog.ledger.state.Manifest;

/** Is told how far recovery is. Called by one thread at a time. */
public interface RecoveryListener {
    RecoveryListener NONE = new RecoveryListener() {};

    default void snapshotChosen(Manifest manifest) {}

    default void noSnapshot() {}

    /** A snapshot was passed over or given up. */
    default void refused(Refusal refusal) {}

    /**
     * A chunk is there and has its id.
     *
     * @param bytes of all chunks that are there, before compression
     */
    default void chunkFetched(int fetched, int chunks, long bytes, long allBytes) {}

    default void chunkApplied(int applied, int chunks, long entries) {}

    default void replaying(ReplayProgress progress) {}

    /** A replica stands at the end of the log, and a certificate covers what it has. */
    default void live(long commitIndex) {}
}
