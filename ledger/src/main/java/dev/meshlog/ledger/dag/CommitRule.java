package dev.meshlog.ledger.dag;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Validators;
import dev.meshlog.ledger.VertexRef;
import dev.meshlog.ledger.vertex.DagVertex;
import dev.meshlog.schemas.ledger.SignedHeader;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Mysticeti's rule with waves of three rounds and one leader a round, pipelined. An accepted vertex is counted into the slots of the two
 * rounds before it, which costs one look at each of its parents; slots are decided only when such a count made a quorum.
 *
 * <p>Support of a slot, met by walking the parents depth-first, is for a vertex of the next round simply its own parent in the slot: all
 * its other ancestors are of lower rounds.
 */
final class CommitRule<V extends DagVertex> {
    private final Schedule schedule;
    private final NavigableMap<Long, Slot> slots = new TreeMap<>();
    private final Rounds<V> rounds;
    private long decidedRound;
    private long floor;
    private long walks;
    private boolean quorumMade;

    /** @param decidedRound every slot up to here is decided already */
    CommitRule(Schedule schedule, Rounds<V> rounds, long decidedRound, long floor) {
        this.floor = floor;
        this.schedule = schedule;
        this.rounds = rounds;
        this.decidedRound = decidedRound;
    }

    long decidedRound() {
        return decidedRound;
    }

    /** Counts a vertex whose parents were counted before. Slots at or below the floor are decided, and who led them may be forgotten. */
    void accept(Node<V> node) throws SafetyViolationException {
        long round = node.round();
        if (round - 1 > floor) {
            vote(node, slot(round - 1));
        }
        if (round - 2 > floor) {
            certify(node, slot(round - 2));
        }
    }

    private void vote(Node<V> node, Slot slot) {
        for (Node<V> parent : node.parents()) {
            if (parent.round() == slot.round && parent.producer().equals(slot.leader)) {
                node.vote = parent.ref;
                return;
            }
        }
        quorumMade |= slot.blame(node.producer(), schedule.validators(node.round()));
    }

    private void certify(Node<V> node, Slot slot) throws SafetyViolationException {
        Validators voters = schedule.validators(slot.round + 1);
        for (Map.Entry<VertexRef, Long> candidate : votes(node).entrySet()) {
            if (voters.isQuorum(candidate.getValue())) {
                node.certified = candidate.getKey();
                quorumMade |= slot.certify(candidate.getKey(), node.producer(), schedule.validators(node.round()));
            }
        }
        if (slot.certified().size() > 1) {
            throw violation(slot);
        }
    }

    /** The weight of the votes among a vertex's parents, by the vertex of the slot two rounds before that they are for. */
    Map<VertexRef, Long> votes(Node<V> node) {
        Validators voters = schedule.validators(node.round() - 1);
        Map<VertexRef, Long> votes = new HashMap<>();
        for (Node<V> parent : node.parents()) {
            if (parent.round() == node.round() - 1 && parent.vote != null) {
                votes.merge(parent.vote, voters.weight(parent.producer()), Long::sum);
            }
        }
        return votes;
    }

    /** Decides what can be decided, from the highest round down. */
    void decide() {
        if (!quorumMade) {
            return;
        }
        quorumMade = false;
        for (Slot slot : slots.tailMap(decidedRound, false).descendingMap().values()) {
            if (slot.decision() == null) {
                Decision decision = slot.direct();
                if (decision == null) {
                    decision = indirect(slot);
                }
                if (decision != null) {
                    slot.decide(decision);
                }
            }
        }
    }

    private @Nullable Decision indirect(Slot slot) {
        VertexRef anchor = searchAnchor(slot.round).anchor();
        if (anchor == null) {
            return null;
        }
        Node<V> certificate = certificateInHistory(anchor, slot.round);
        return certificate == null || certificate.certified == null
                ? Decision.skip(slot, false)
                : Decision.commit(slot, false, certificate.certified);
    }

    /** The first committed leader at least three rounds later, if nothing undecided comes before it. */
    AnchorSearch searchAnchor(long slotRound) {
        for (long round = slotRound + 3; ; round++) {
            Decision decision = at(round);
            if (decision == null) {
                return new AnchorSearch(round, null);
            }
            if (decision.committed() != null) {
                return new AnchorSearch(round, decision.committed());
            }
        }
    }

    /**
     * Where the search for an anchor ended; all slots that it passed are skipped.
     *
     * @param round the anchor's, or that of the first slot that is not decided
     * @param anchor null when the search came to an undecided slot
     */
    record AnchorSearch(long round, @Nullable VertexRef anchor) {}

    /** A vertex of the anchor's history that is a certificate for the slot; which of them does not matter, all certify the same vertex. */
    @Nullable Node<V> certificateInHistory(VertexRef anchor, long slotRound) {
        walks++;
        Deque<Node<V>> open = new ArrayDeque<>();
        open.push(rounds.get(anchor));
        while (!open.isEmpty()) {
            Node<V> node = open.pop();
            if (node.mark == walks) {
                continue;
            }
            node.mark = walks;
            if (node.round() == slotRound + 2) {
                if (node.certified != null) {
                    return node;
                }
            } else {
                for (Node<V> parent : node.parents()) {
                    if (parent.round() >= slotRound + 2) {
                        open.push(parent);
                    }
                }
            }
        }
        return null;
    }

    /** The decision for the slot behind the decided prefix, or null. */
    @Nullable Decision next() {
        Slot slot = slots.get(decidedRound + 1);
        return slot == null ? null : slot.decision();
    }

    void take(Decision decision) {
        if (decision.round() != decidedRound + 1) {
            throw new IllegalStateException("slot " + decision.round() + " does not follow slot " + decidedRound);
        }
        decidedRound = decision.round();
    }

    /** Every decision there is, also behind an undecided slot; null for a slot that is not decided. */
    @Nullable Decision at(long round) {
        Slot slot = slots.get(round);
        return slot == null ? null : slot.decision();
    }

    /** The tallies of a slot; null when no vertex of the next round has come. */
    @Nullable Slot tallies(long round) {
        return slots.get(round);
    }

    void prune(long newFloor) {
        floor = newFloor;
        slots.headMap(floor, true).clear();
    }

    private Slot slot(long round) {
        Slot known = slots.get(round);
        if (known == null) {
            Hash leader = schedule.leader(round);
            known = new Slot(round, leader);
            slots.put(round, known);
        }
        return known;
    }

    private SafetyViolationException violation(Slot slot) {
        List<VertexRef> both = List.copyOf(slot.certified());
        List<SignedHeader> evidence = new ArrayList<>();
        for (Node<V> node : rounds.at(slot.round)) {
            if (both.contains(node.ref) && node.evidence != null) {
                evidence.add(node.evidence);
            }
        }
        for (Node<V> node : rounds.at(slot.round + 1)) {
            if (node.vote != null && both.contains(node.vote) && node.evidence != null) {
                evidence.add(node.evidence);
            }
        }
        return new SafetyViolationException(both.get(0), both.get(1), evidence);
    }
}
