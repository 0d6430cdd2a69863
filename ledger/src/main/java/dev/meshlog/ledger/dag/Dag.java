package dev.meshlog.ledger.dag;

import dev.meshlog.ledger.VertexRef;
import dev.meshlog.ledger.vertex.DagVertex;
import dev.meshlog.ledger.vertex.ParentRules;
import dev.meshlog.ledger.vertex.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongUnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The accepted vertices above the GC floor, those that wait to be accepted, and the decisions. What it decides depends on the set of
 * vertices alone, never on their order; memory is bounded by the GC depth and the bounds on suspension. One thread at a time.
 */
public final class Dag<V extends DagVertex> {
    /** Rounds above the newest accepted vertex that are still taken. */
    public static final long MAX_ROUNDS_AHEAD = 500;

    public static final int MAX_SUSPENDED = 20_000;
    public static final long MAX_SUSPENDED_BYTES = 64L * 1024 * 1024;

    private final Schedule schedule;
    private final long gcDepth;
    private final LongUnaryOperator lastOpenRound;
    private final DagListener<V> listener;
    private final Rounds<V> rounds = new Rounds<>();
    private final Suspended<V> suspended;
    private final CommitRule<V> rule;
    private long floor;
    private long newestRound;

    /** Where a DAG starts: an empty network, or the newest commit of a state. */
    public record Start(long decidedRound, long floor, List<VertexRef> committed) {
        public static final Start GENESIS = new Start(0, 0, List.of());

        public Start {
            committed = List.copyOf(committed);
        }
    }

    /**
     * @param gcDepth rounds below a committed leader that the next commit still reaches
     * @param lastOpenRound from the last decided round to the last round whose vertices can be accepted
     */
    public Dag(Schedule schedule, long gcDepth, LongUnaryOperator lastOpenRound, DagListener<V> listener, Start start) {
        this(schedule, gcDepth, lastOpenRound, listener, start, new Suspended<>(MAX_SUSPENDED, MAX_SUSPENDED_BYTES));
    }

    Dag(
            Schedule schedule,
            long gcDepth,
            LongUnaryOperator lastOpenRound,
            DagListener<V> listener,
            Start start,
            Suspended<V> suspended) {
        this.schedule = schedule;
        this.gcDepth = gcDepth;
        this.lastOpenRound = lastOpenRound;
        this.listener = listener;
        this.suspended = suspended;
        this.rule = new CommitRule<>(schedule, rounds, start.decidedRound(), start.floor());
        this.floor = start.floor();
        this.newestRound = start.decidedRound();
        for (VertexRef ref : start.committed()) {
            rounds.add(Node.committed(ref));
        }
    }

    /** Hands in a vertex that passed verification. Follow with {@link #advance}. */
    public Arrival add(V vertex) {
        VertexRef ref = vertex.ref();
        if (ref.round() > newestRound + MAX_ROUNDS_AHEAD) {
            return Arrival.TOO_FAR_AHEAD;
        }
        return restore(vertex);
    }

    /** Hands in a vertex that was taken before a restart. */
    public Arrival restore(V vertex) {
        VertexRef ref = vertex.ref();
        if (ref.round() <= floor) {
            return Arrival.BELOW_FLOOR;
        }
        if (rounds.find(ref) != null || suspended.contains(ref)) {
            return Arrival.DUPLICATE;
        }
        List<VertexRef> missing = vertex.parents().stream()
                .filter(parent -> parent.round() > floor && rounds.find(parent) == null)
                .toList();
        suspended.add(vertex, missing).forEach(listener::evicted);
        return Arrival.TAKEN;
    }

    /** Accepts what can be accepted and returns the decision behind the decided prefix, if there is one. Follow with {@link #skip} or {@link #commit}. */
    public Optional<Decision> advance() throws SafetyViolationException {
        while (true) {
            V ready = suspended.pollReady(lastOpenRound.applyAsLong(rule.decidedRound()));
            if (ready == null) {
                break;
            }
            accept(ready);
        }
        rule.decide();
        return Optional.ofNullable(rule.next());
    }

    /** Goes on behind a skipped slot. */
    public void skip(Decision decision) {
        rule.take(decision);
    }

    /** The vertices of a commit in their order, the leader last; the GC floor moves up for the next commit. */
    public List<V> commit(Decision decision) {
        VertexRef leader = decision.committed();
        if (leader == null) {
            throw new IllegalArgumentException("slot " + decision.round() + " is skipped");
        }
        rule.take(decision);
        List<Node<V>> batch = Linearizer.order(rounds.get(leader), floor);
        List<V> vertices = new ArrayList<>();
        for (Node<V> node : batch) {
            V vertex = node.vertex();
            if (vertex == null) {
                throw new IllegalStateException(node.ref + " is committed twice");
            }
            vertices.add(vertex);
            node.commit();
        }
        raiseFloor(floorAfter(decision.round(), gcDepth));
        return vertices;
    }

    /** The GC floor that a commit leaves behind it. */
    public static long floorAfter(long leaderRound, long gcDepth) {
        return Math.max(0, leaderRound - gcDepth);
    }

    private void accept(V vertex) throws SafetyViolationException {
        VertexRef ref = vertex.ref();
        Optional<Verdict.Invalid> refusal = ParentRules.checkWeights(
                ref, vertex.parents(), schedule.validators(ref.round()), schedule.validators(ref.round() - 1));
        if (refusal.isPresent()) {
            listener.refused(vertex, refusal.get());
            return;
        }
        List<Node<V>> parents = new ArrayList<>();
        for (VertexRef parent : vertex.parents()) {
            Node<V> node = rounds.find(parent);
            if (node != null) {
                parents.add(node);
            }
        }
        Node<V> rival = rounds.rival(ref);
        Node<V> node = new Node<>(vertex, parents);
        rounds.add(node);
        newestRound = Math.max(newestRound, ref.round());
        suspended.arrived(ref);
        if (rival != null) {
            listener.equivocation(
                    rival.ref,
                    ref,
                    Stream.of(rival.evidence, node.evidence)
                            .flatMap(Stream::ofNullable)
                            .toList());
        }
        rule.accept(node);
    }

    private void raiseFloor(long newFloor) {
        if (newFloor <= floor) {
            return;
        }
        floor = newFloor;
        for (Node<V> orphan : rounds.prune(floor)) {
            orphan.release();
            listener.orphaned(orphan.ref, orphan.evidence);
        }
        for (V orphan : suspended.prune(floor)) {
            listener.orphaned(orphan.ref(), orphan.signedHeader());
        }
        rule.prune(floor);
    }

    public long floor() {
        return floor;
    }

    public long decidedRound() {
        return rule.decidedRound();
    }

    /** The decision of a slot, also one behind an undecided slot. */
    public Optional<Decision> decision(long round) {
        return Optional.ofNullable(rule.at(round));
    }

    CommitRule<V> rule() {
        return rule;
    }

    Rounds<V> rounds() {
        return rounds;
    }

    /** Of any vertex accepted. */
    public long newestRound() {
        return newestRound;
    }

    /** Names of the accepted vertices of a round above the floor, in no particular order. */
    public List<VertexRef> accepted(long round) {
        return rounds.at(round).stream().map(node -> node.ref).toList();
    }

    public boolean isAccepted(VertexRef ref) {
        return rounds.find(ref) != null;
    }

    public boolean isCommitted(VertexRef ref) {
        Node<V> node = rounds.find(ref);
        return node != null && node.isCommitted();
    }

    /** Accepted or suspended and not committed. */
    public @Nullable V find(VertexRef ref) {
        Node<V> node = rounds.find(ref);
        return node == null ? suspended.find(ref) : node.vertex();
    }

    public boolean hasQuorum(long round) {
        return round == 0 || schedule.validators(round).isQuorum(rounds.weight(round, schedule.validators(round)));
    }

    /** Vertices to ask for by id: wanted as parents and not here, lowest round first. */
    public List<VertexRef> missingParents(int limit) {
        return suspended.missing(limit);
    }

    /** Whether a suspended vertex waits for it. */
    public boolean isWanted(VertexRef ref) {
        return suspended.isWanted(ref);
    }

    public int suspendedCount() {
        return suspended.size();
    }

    public long suspendedBytes() {
        return suspended.bytes();
    }

    public int acceptedCount() {
        return rounds.size();
    }
}
