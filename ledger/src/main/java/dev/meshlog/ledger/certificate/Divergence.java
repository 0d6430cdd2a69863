package dev.meshlog.ledger.certificate;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.chain.CheckpointMark;
import dev.meshlog.ledger.state.BucketDigests;
import dev.meshlog.ledger.state.StateRoot;
import java.util.Optional;

/**
 * One's own state at a checkpoint is not the one that a quorum has certified. Whoever sees this stops applying and wipes nothing: state and
 * certificate together are the evidence.
 */
public record Divergence(CheckpointMark own, Certificate certificate) {
    /** @throws IllegalArgumentException when the two do not contradict each other */
    public Divergence {
        if (own.index() != certificate.checkpointIndex() || own.root().equals(certificate.root())) {
            throw new IllegalArgumentException("own checkpoint " + own.index() + " does not contradict " + certificate);
        }
    }

    /** Empty when the roots are equal, and when the certificate is of another checkpoint, of which it then says nothing. */
    public static Optional<Divergence> between(CheckpointMark own, Certificate certificate) {
        return own.index() != certificate.checkpointIndex() || own.root().equals(certificate.root())
                ? Optional.empty()
                : Optional.of(new Divergence(own, certificate));
    }

    public Hash certifiedRoot() {
        return certificate.root();
    }

    /**
     * The buckets that differ, ascending.
     *
     * @param certified the digests of a node that has the certified state
     * @param certifiedEntries how many entries that state has
     * @throws IllegalArgumentException when either digests do not give the root of their side: they prove nothing
     */
    public int[] buckets(BucketDigests ownDigests, BucketDigests certified, long certifiedEntries) {
        require(ownDigests, own.entries(), own.root());
        require(certified, certifiedEntries, certifiedRoot());
        return ownDigests.differing(certified);
    }

    /** For people: what is different, and where to look. */
    public String sentence() {
        return "The state at checkpoint " + own.index() + " has the root " + own.root()
                + " here, but a quorum certified " + certifiedRoot() + ".";
    }

    private void require(BucketDigests digests, long entries, Hash root) {
        if (!StateRoot.of(own.index(), entries, digests.merkleRoot()).equals(root)) {
            throw new IllegalArgumentException("the digests do not give the root " + root);
        }
    }
}
