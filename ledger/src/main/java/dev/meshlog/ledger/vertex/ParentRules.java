package dev.meshlog.ledger.vertex;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Validators;
import dev.meshlog.ledger.VertexRef;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The rules for a vertex's list of parents. */
public final class ParentRules {
    private ParentRules() {}

    /** What can be said without knowing any validator. */
    static Optional<Verdict.Invalid> checkShape(VertexRef vertex, List<VertexRef> parents) {
        Set<Hash> producers = new HashSet<>();
        for (int i = 0; i < parents.size(); i++) {
            VertexRef parent = parents.get(i);
            if (parent.round() >= vertex.round()) {
                return invalid(RejectReason.PARENT_ROUND, "parent " + parent + " of " + vertex);
            }
            if (!producers.add(parent.producer())) {
                return invalid(RejectReason.DUPLICATE_PARENT, "producer " + parent.producer());
            }
            if (i > 0 && parent.producer().equals(vertex.producer())) {
                return invalid(RejectReason.OWN_PARENT_NOT_FIRST, "it is number " + (i + 1));
            }
            if ((parent.round() == 0) != parent.id().equals(Hash.ZERO)) {
                return invalid(RejectReason.PARENT_ID, "parent " + parent);
            }
        }
        return Optional.empty();
    }

    /**
     * What depends on the validators of the vertex's round and of the round before, which differ where an epoch begins. The quorum is one of
     * the round that the parents are of.
     */
    public static Optional<Verdict.Invalid> checkWeights(
            VertexRef vertex, List<VertexRef> parents, Validators ofRound, Validators ofRoundBefore) {
        if (!ofRound.contains(vertex.producer())) {
            return invalid(RejectReason.NOT_A_VALIDATOR, "producer " + vertex.producer());
        }
        int limit = Math.max(ofRound.size(), ofRoundBefore.size());
        if (parents.size() > limit) {
            return invalid(RejectReason.TOO_MANY_PARENTS, parents.size() + " parents, " + limit + " validators");
        }
        long weight = 0;
        for (VertexRef parent : parents) {
            if (parent.round() == vertex.round() - 1) {
                weight += ofRoundBefore.weight(parent.producer());
            }
        }
        if (!ofRoundBefore.isQuorum(weight)) {
            return invalid(
                    RejectReason.NO_QUORUM,
                    "weight " + weight + " of " + ofRoundBefore.totalWeight() + " at round " + (vertex.round() - 1));
        }
        return Optional.empty();
    }

    private static Optional<Verdict.Invalid> invalid(RejectReason reason, String detail) {
        return Optional.of(new Verdict.Invalid(reason, detail));
    }
}
