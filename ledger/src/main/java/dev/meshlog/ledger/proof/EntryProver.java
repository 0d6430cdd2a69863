package dev.meshlog.ledger.proof;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.state.BucketDigests;
import dev.meshlog.ledger.state.BucketEntries;
import dev.meshlog.ledger.state.Buckets;
import dev.meshlog.ledger.state.MerkleTree;
import dev.meshlog.ledger.state.StateRoot;

/**
 * Makes proofs about the state at one checkpoint. It holds the digests' Merkle tree; a proof reads the entries of one bucket and no
 * others. One thread at a time.
 */
public final class EntryProver {
    private final long checkpointIndex;
    private final long entries;
    private final int bucketBits;
    private final MerkleTree tree;
    private final BucketEntries.Source state;

    /**
     * @param entries of the whole state
     * @param state a view that stays as it was at the checkpoint
     */
    public EntryProver(long checkpointIndex, long entries, BucketDigests digests, BucketEntries.Source state) {
        this.checkpointIndex = checkpointIndex;
        this.entries = entries;
        this.bucketBits = digests.bucketBits();
        this.tree = digests.tree();
        this.state = state;
    }

    /** What the proofs lead to. */
    public Hash root() {
        return StateRoot.of(checkpointIndex, entries, tree.root());
    }

    /**
     * Proves the value of the entry with this key, or that there is none.
     *
     * @throws IllegalStateException when the entries are not those of the digests: the view is of another state
     */
    public EntryProof prove(byte[] key) {
        int bucket = Buckets.bucketOf(key, bucketBits);
        BucketEntries opened = BucketEntries.of(bucket, bucketBits, state);
        if (!opened.digest().equals(tree.leaf(bucket))) {
            throw new IllegalStateException(
                    "bucket " + bucket + " is not what it was at checkpoint " + checkpointIndex);
        }
        return new EntryProof(checkpointIndex, entries, tree.path(bucket), opened);
    }
}
