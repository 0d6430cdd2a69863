package dev.meshlog.ingest.gossip;

import dev.meshlog.ledger.VertexRef;
import dev.meshlog.ledger.dag.Dag;
import dev.meshlog.ledger.dag.ForkAdmission;
import java.util.function.LongSupplier;

/** Keeps out of the log what only fills it: more than a few forks for one round, and what is too old to be committed. One thread. */
final class ForkLimit {
    private final ForkAdmission admission = new ForkAdmission();
    private final LongSupplier decidedRound;
    private final long gcDepth;

    /** @param decidedRound of the newest commit's leader */
    ForkLimit(LongSupplier decidedRound, long gcDepth) {
        this.decidedRound = decidedRound;
        this.gcDepth = gcDepth;
    }

    /**
     * Whether it may go into the log.
     *
     * @param vertex valid, and not too far ahead
     * @param isWanted whether the ledger, or this node, asked for it
     */
    boolean admits(VertexRef vertex, boolean isWanted) {
        if (isTooOld(vertex)) {
            return isWanted;
        }
        admission.forget(floor());
        return admission.admits(vertex, isWanted);
    }

    /** At or below the GC floor. */
    boolean isTooOld(VertexRef vertex) {
        return vertex.round() <= floor();
    }

    private long floor() {
        return Dag.floorAfter(decidedRound.getAsLong(), gcDepth);
    }
}
