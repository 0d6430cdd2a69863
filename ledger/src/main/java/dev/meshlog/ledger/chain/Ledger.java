package dev.meshlog.ledger.chain;

import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.RootedTable;
import dev.meshlog.ledger.StateKey;
import dev.meshlog.ledger.VertexRef;
import dev.meshlog.ledger.crypto.SignatureCheck;
import dev.meshlog.ledger.dag.Arrival;
import dev.meshlog.ledger.dag.Dag;
import dev.meshlog.ledger.dag.DagListener;
import dev.meshlog.ledger.dag.Decision;
import dev.meshlog.ledger.dag.SafetyViolationException;
import dev.meshlog.ledger.execution.Pod;
import dev.meshlog.ledger.vertex.Verdict;
import dev.meshlog.ledger.vertex.Vertex;
import dev.meshlog.schemas.ledger.SignedHeader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The deterministic machine: verified vertices in, commits out. What it computes depends on the set of vertices alone. State and pending
 * vertices are written as they change; the owner makes the writes of one {@link #apply} durable together, with the offset, or none of them.
 * When {@link #apply} throws, nothing of that call may be kept.
 *
 * <p>One thread at a time.
 */
public final class Ledger {
    private final Epochs epochs;
    private final Dag<Vertex> dag;
    private final CommitWriter writer;
    private final PendingVertices pending;
    private final Map<VertexRef, Long> offsets = new HashMap<>();
    private final NavigableMap<Long, VertexRef> byOffset = new TreeMap<>();
    private final List<DagEvent> events = new ArrayList<>();
    private final List<VertexRef> gone = new ArrayList<>();
    private @Nullable SafetyViolationException violation;

    /**
     * Opens the state and rebuilds the DAG. An empty state becomes the genesis state.
     *
     * @throws WrongNetworkException when the state is of another network
     */
    public Ledger(
            GenesisConfig genesis,
            RootedTable state,
            PendingVertices pending,
            SignatureCheck signatures,
            List<Pod> pods) {
        Hash networkId = genesis.networkId();
        ChainHead head = open(genesis, networkId, state);
        byte[] sets = state.get(StateKey.validators());
        if (sets == null) {
            throw new IllegalStateException("the state has a chain entry and no validators");
        }
        this.pending = pending;
        this.epochs = new Epochs(networkId, genesis.epochLength(), ValidatorHistory.decode(sets));
        this.writer = new CommitWriter(genesis, state, epochs, head, signatures, pods);
        this.dag = new Dag<>(
                epochs,
                genesis.gcDepth(),
                epochs::lastOpenRound,
                new Listener(),
                new Dag.Start(
                        head.leaderRound(),
                        head.gcFloor(),
                        CommittedVertices.readAll(state, head.gcFloor(), head.leaderRound())));
        rebuild();
    }

    private static ChainHead open(GenesisConfig genesis, Hash networkId, RootedTable state) {
        byte[] entry = state.get(StateKey.chain());
        if (entry == null) {
            GenesisState.entries(genesis).forEach(state::put);
            return ChainHead.genesis(networkId);
        }
        ChainHead head = ChainHead.decode(entry);
        if (!head.networkId().equals(networkId)) {
            throw new WrongNetworkException(head.networkId(), networkId);
        }
        return head;
    }

    /** Commits wait for the next vertex: whoever opens a ledger expects no output. */
    private void rebuild() {
        pending.forEach((offset, vertex) -> {
            if (dag.restore(vertex) == Arrival.TAKEN) {
                offsets.put(vertex.ref(), offset);
                byOffset.put(offset, vertex.ref());
            }
        });
        try {
            Optional<Decision> decision = dag.advance();
            while (decision.isPresent() && decision.get().isSkip()) {
                dag.skip(decision.get());
                decision = dag.advance();
            }
        } catch (SafetyViolationException e) {
            violation = e;
        }
        forgetGone();
        events.clear();
    }

    /**
     * Takes a verified vertex of the log. One that is accepted, suspended or committed already changes nothing.
     *
     * @throws SafetyViolationException when the order can't be trusted any more; every later call throws it too
     */
    public Applied apply(Vertex vertex, long offset) throws SafetyViolationException {
        return apply(vertex, offset, Long.MAX_VALUE);
    }

    /**
     * As {@link #apply(Vertex, long)}, but no commit above {@code lastCommit} is made: one vertex may decide several slots, and what it decides
     * beyond waits for the next call.
     */
    public Applied apply(Vertex vertex, long offset, long lastCommit) throws SafetyViolationException {
        if (violation != null) {
            throw violation;
        }
        Arrival arrival = dag.add(vertex);
        if (arrival == Arrival.TAKEN) {
            pending.put(offset, vertex);
            offsets.put(vertex.ref(), offset);
            byOffset.put(offset, vertex.ref());
        }
        forgetGone();
        List<CommitOutput> commits = new ArrayList<>();
        try {
            Optional<Decision> decision = dag.advance();
            while (decision.isPresent() && writer.head().commitIndex() < lastCommit) {
                VertexRef leader = decision.get().committed();
                if (leader == null) {
                    dag.skip(decision.get());
                } else {
                    commits.add(commit(decision.get(), leader, offset + 1));
                }
                decision = dag.advance();
            }
        } catch (SafetyViolationException e) {
            violation = e;
            throw e;
        }
        forgetGone();
        var applied = new Applied(arrival, commits, events);
        events.clear();
        return applied;
    }

    private CommitOutput commit(Decision decision, VertexRef leader, long nextOffset) {
        List<Vertex> vertices = dag.commit(decision);
        CommitWriter.Written written = writer.write(leader, vertices);
        vertices.forEach(vertex -> gone.add(vertex.ref()));
        forgetGone();
        return new CommitOutput(
                written.head().commitIndex(),
                written.head().commitHash(),
                written.previousHash(),
                leader,
                written.head().epoch(),
                vertices.stream().map(Vertex::ref).toList(),
                written.results(),
                written.changes(),
                written.checkpoint(),
                nextOffset,
                byOffset.isEmpty() ? nextOffset : byOffset.firstKey());
    }

    private void forgetGone() {
        for (VertexRef ref : gone) {
            Long offset = offsets.remove(ref);
            if (offset != null) {
                byOffset.remove(offset);
                pending.remove(offset);
            }
        }
        gone.clear();
    }

    /** Where the chain of commits stands. */
    public ChainHead head() {
        return writer.head();
    }

    /** The newest checkpoint that is executed: what a vertex attests. */
    public CheckpointMark checkpoint() {
        return writer.checkpoint();
    }

    /** For the verifier; as of now. */
    public OpenEpochs knownValidators() {
        return epochs.open(dag.decidedRound(), dag.floor());
    }

    /** What a producer of vertices has to know. */
    public ProducerView producerView(Hash producer) {
        return new ProducerView(producer, dag, epochs, epochs::lastOpenRound);
    }

    /** The accepted and suspended vertices, for questions. */
    public Dag<Vertex> dag() {
        return dag;
    }

    private final class Listener implements DagListener<Vertex> {
        @Override
        public void equivocation(VertexRef first, VertexRef second, List<SignedHeader> evidence) {
            events.add(new DagEvent(
                    DagEvent.Kind.EQUIVOCATION,
                    second,
                    "besides " + first.id() + " at round " + first.round(),
                    evidence));
        }

        @Override
        public void orphaned(VertexRef ref, @Nullable SignedHeader header) {
            gone.add(ref);
            events.add(new DagEvent(DagEvent.Kind.ORPHAN, ref, "", header == null ? List.of() : List.of(header)));
        }

        @Override
        public void evicted(Vertex vertex) {
            gone.add(vertex.ref());
            events.add(new DagEvent(DagEvent.Kind.EVICTED, vertex.ref(), "", List.of()));
        }

        @Override
        public void refused(Vertex vertex, Verdict.Invalid reason) {
            gone.add(vertex.ref());
            events.add(new DagEvent(
                    DagEvent.Kind.REFUSED,
                    vertex.ref(),
                    reason.reason() + ": " + reason.detail(),
                    List.of(vertex.signedHeader())));
        }
    }
}
