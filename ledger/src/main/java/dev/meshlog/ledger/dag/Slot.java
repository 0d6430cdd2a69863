package dev.meshlog.ledger.dag;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Validators;
import dev.meshlog.ledger.VertexRef;
import java.util.Collections;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The tallies of one leader slot: who skipped it, who certifies what in it. Every producer counts once. */
final class Slot {
    final long round;
    final Hash leader;
    private final Tally blame = new Tally();
    private final Map<VertexRef, Tally> certificates = new TreeMap<>();
    private @Nullable Decision decision;

    Slot(long round, Hash leader) {
        this.round = round;
        this.leader = leader;
    }

    /** @return whether this made the quorum */
    boolean blame(Hash producer, Validators ofNextRound) {
        return blame.add(producer, ofNextRound);
    }

    /** @return whether this made the quorum */
    boolean certify(VertexRef vertex, Hash producer, Validators ofRoundAfterNext) {
        return certificates.computeIfAbsent(vertex, any -> new Tally()).add(producer, ofRoundAfterNext);
    }

    Tally blame() {
        return blame;
    }

    /** By the vertex that they are for; a vertex without any has no tally. */
    Map<VertexRef, Tally> certificates() {
        return Collections.unmodifiableMap(certificates);
    }

    Set<VertexRef> certified() {
        return certificates.keySet();
    }

    @Nullable Decision decision() {
        return decision;
    }

    void decide(Decision taken) {
        decision = taken;
    }

    @Nullable Decision direct() {
        if (blame.quorum) {
            return Decision.skip(this, true);
        }
        for (Map.Entry<VertexRef, Tally> candidate : certificates.entrySet()) {
            if (candidate.getValue().quorum) {
                return Decision.commit(this, true, candidate.getKey());
            }
        }
        return null;
    }

    static final class Tally {
        private final Set<Hash> producers = new HashSet<>();
        private long weight;
        private boolean quorum;

        long weight() {
            return weight;
        }

        boolean isQuorum() {
            return quorum;
        }

        private boolean add(Hash producer, Validators validators) {
            if (!producers.add(producer)) {
                return false;
            }
            weight += validators.weight(producer);
            boolean before = quorum;
            quorum = validators.isQuorum(weight);
            return quorum && !before;
        }
    }
}
