package dev.meshlog.ledger.dag;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Why a leader slot is committed, skipped or undecided. Vertices and validators are given by the names of the file, in the order of the rule;
 * what does not apply is null or empty.
 *
 * @param slot the leader's vertices at the round, more than one when it equivocates
 * @param votes for each vertex of the slot
 * @param blame vertices of the next round without a parent in the slot
 * @param supports what every vertex two rounds later has among its parents
 * @param certificates for each vertex of the slot
 * @param anchor where the search for an indirect decision ended; null when the decision is direct
 * @param waits undecided slots, each waiting for the next one; empty when the slot is decided
 * @param commit null when the slot is not committed, or behind an undecided one
 * @param behind the first undecided round below, when the slot is decided and waits for its turn; else null
 */
public record Explanation(
        long round,
        String leader,
        Outcome outcome,
        @Nullable String committed,
        long highestRound,
        long totalWeight,
        long quorum,
        List<String> slot,
        List<Tally> votes,
        Tally blame,
        List<Support> supports,
        List<Tally> certificates,
        @Nullable Anchor anchor,
        List<Wait> waits,
        @Nullable Ordered commit,
        @Nullable Long behind) {
    public Explanation {
        slot = List.copyOf(slot);
        votes = List.copyOf(votes);
        supports = List.copyOf(supports);
        certificates = List.copyOf(certificates);
        waits = List.copyOf(waits);
    }

    public enum Outcome {
        DIRECT_COMMIT,
        INDIRECT_COMMIT,
        DIRECT_SKIP,
        INDIRECT_SKIP,
        UNDECIDED
    }

    /**
     * @param of the vertex of the slot that they are for; null for blame
     * @param weight of their producers, each counted once
     * @param reached whether the weight is a quorum
     */
    public record Tally(@Nullable String of, List<String> vertices, long weight, boolean reached) {
        public Tally {
            vertices = List.copyOf(vertices);
        }
    }

    /**
     * A vertex two rounds after the slot.
     *
     * @param certifies the vertex of the slot that it is a certificate for, or null
     * @param votes those among its parents, for each vertex of the slot that has any
     */
    public record Support(String vertex, @Nullable String certifies, List<Tally> votes) {
        public Support {
            votes = List.copyOf(votes);
        }
    }

    /**
     * @param skipped the slots passed
     * @param round where the search ended
     * @param leader the anchor; null when that slot is undecided
     * @param certificate the one in the anchor's history, or null
     */
    public record Anchor(
            List<Long> skipped,
            long round,
            @Nullable String leader,
            @Nullable String certificate) {
        public Anchor {
            skipped = List.copyOf(skipped);
        }
    }

    /**
     * An undecided slot.
     *
     * @param missing weights against the quorum, or what the file does not reach
     */
    public record Wait(long round, String leader, String missing) {}

    /** @param vertices in their order, the leader last */
    public record Ordered(long index, List<String> vertices) {
        public Ordered {
            vertices = List.copyOf(vertices);
        }
    }

    /** The same for people. */
    public String text() {
        return new ExplanationText(this).text();
    }

    /** The headline, the deciding or the missing step, and the commit: short also with many validators. */
    public String summary() {
        return new ExplanationText(this).summary();
    }
}
