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

    /** The state's objects are put in order of their owners. */
    default void indexing(long entries, long allEntries) {}

    /**
     * Results of transactions that were executed before the state was here.
     *
     * @param read in {@code ledger.results}
     * @param without transactions that the state remembers, and the topic has no result of
     */
    default void resultsRead(long read, long without) {}

    default void replaying(ReplayProgress progress) {}

    /** A replica stands at the end of the log, and a certificate covers what it has. */
    default void live(long commitIndex) {}
}
