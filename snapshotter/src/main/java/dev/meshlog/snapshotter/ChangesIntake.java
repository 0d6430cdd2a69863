package dev.meshlog.snapshotter;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.rocksdb.RocksStateStore;
import dev.meshlog.ledger.state.State;
import dev.meshlog.schemas.Buffers;
import dev.meshlog.schemas.Failpoint;
import dev.meshlog.schemas.ledger.Checkpoint;
import dev.meshlog.schemas.ledger.CommitChanges;
import dev.meshlog.schemas.ledger.CommitEnd;
import dev.meshlog.schemas.ledger.EntryChange;
import java.util.Optional;

/**
 * Folds {@code ledger.changes} into a store of its own. State, accumulators, commit index and input offset become durable in one write batch, so a
 * crash repeats or skips nothing. One thread.
 */
final class ChangesIntake {
    private static final String NEXT_OFFSET = "nextOffset";
    private static final String COMMIT_INDEX = "commitIndex";

    private final RocksStateStore store;
    private final State state;
    private long commitIndex;
    private int nextPart;
    private boolean taken;

    /** @param store with the genesis state or a later one */
    ChangesIntake(RocksStateStore store, int bucketBits) {
        this.store = store;
        this.state = new State(store, bucketBits);
        this.commitIndex = store.number(COMMIT_INDEX).orElse(0);
    }

    /** Says where a store with the state after a commit goes on; durable with the next write batch. */
    static void begin(RocksStateStore store, long commitIndex, long nextOffset) {
        store.putNumber(COMMIT_INDEX, commitIndex);
        store.putNumber(NEXT_OFFSET, nextOffset);
    }

    /** The offset to read next; 0 in a new store. */
    long nextOffset() {
        return store.number(NEXT_OFFSET).orElse(0);
    }

    long commitIndex() {
        return commitIndex;
    }

    long entries() {
        return state.entries();
    }

    /**
     * Takes the next record.
     *
     * @return the state at the checkpoint that the record completes, if it does: the caller closes it
     * @throws IllegalStateException when records are missing, or the state's root is not the one of the record
     */
    Optional<Candidate> apply(CommitChanges changes, long offset) {
        if (changes.getCommitIndex() != commitIndex + 1 || changes.getPart() != nextPart) {
            throw new IllegalStateException(
                    "ledger.changes offset %d holds part %d of commit %d; part %d of commit %d should follow: records are missing"
                            .formatted(offset, changes.getPart(), changes.getCommitIndex(), nextPart, commitIndex + 1));
        }
        for (EntryChange change : changes.getEntries()) {
            byte[] key = Buffers.array(change.getKey());
            if (change.getValue() == null) {
                state.delete(key);
            } else {
                state.put(key, Buffers.array(change.getValue()));
            }
        }
        store.putNumber(NEXT_OFFSET, offset + 1);
        taken = true;
        nextPart++;
        CommitEnd end = changes.getEnd();
        if (end == null) {
            return Optional.empty();
        }
        nextPart = 0;
        commitIndex++;
        store.putNumber(COMMIT_INDEX, commitIndex);
        return end.getCheckpoint() == null ? Optional.empty() : Optional.of(cut(end, end.getCheckpoint()));
    }

    /** Makes what was taken durable; only between commits, so that a restart finds a whole one. */
    void commit() {
        if (taken && nextPart == 0) {
            state.flush();
            Failpoint.CHANGES_TAKEN.reached();
            store.commit();
            Failpoint.CHANGES_COMMITTED.reached();
            taken = false;
        }
    }

    private Candidate cut(CommitEnd end, Checkpoint checkpoint) {
        Hash root = state.root(checkpoint.getIndex());
        Hash expected = Hash.of(checkpoint.getRoot());
        if (!root.equals(expected)) {
            throw new IllegalStateException(
                    "checkpoint %d: the ledger says root %s, the changes give %s; nothing is published and everything is kept"
                            .formatted(checkpoint.getIndex(), expected, root));
        }
        commit();
        return new Candidate(
                checkpoint.getIndex(),
                commitIndex,
                end.getLeaderRound(),
                Hash.of(end.getCommitHash()),
                root,
                state.bucketDigests(),
                store.view(),
                end.getPosition());
    }
}
