package dev.meshlog.ledger.simulation;

import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.VertexRef;
import dev.meshlog.ledger.certificate.Certificate;
import dev.meshlog.ledger.chain.CommitOutput;
import dev.meshlog.ledger.chain.DagEvent;
import dev.meshlog.ledger.chain.GenesisState;
import dev.meshlog.ledger.dag.Decision;
import dev.meshlog.ledger.state.Manifest;
import dev.meshlog.ledger.state.MemoryStateStore;
import dev.meshlog.ledger.state.State;
import dev.meshlog.ledger.vertex.Verdict;
import dev.meshlog.ledger.vertex.Vertex;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Sees everything that any node does, at once, and stops the run when one of these fails.
 *
 * <ul>
 *   <li>O1: all nodes have the same chain of commits, as far as they are; nobody halts.
 *   <li>O2: the same state root at the same checkpoint, the same results and changes in the same commit.
 *   <li>O3: a vertex is committed at most once, none that a node reported as an orphan; a transaction runs at most once.
 *   <li>O4: what an object's versions do is what the transactions that wrote it say; coins and stakes keep their sum.
 *   <li>O5: the same manifest at the same checkpoint.
 *   <li>O7: a node's commits follow each other without a gap, and a restart gets as far as the node was before.
 *   <li>O8: nothing of a refused chunk is in a store.
 *   <li>one vertex a round of an honest producer.
 * </ul>
 */
final class Oracle {
    private final Scenario scenario;
    private final LedgerModel model;
    private final Map<Hash, Vertex> made = new HashMap<>();
    private final Map<Hash, Integer> producers = new HashMap<>();
    private final Set<VertexRef> honestSlots = new HashSet<>();
    private final Set<Hash> committed = new HashSet<>();
    private final Set<Hash> orphans = new HashSet<>();
    private final List<CommitOutput> chain = new ArrayList<>();
    private final Map<Long, Hash> roots = new HashMap<>();
    private final Map<Long, Hash> manifests = new HashMap<>();
    private final Map<Integer, Long> heads = new HashMap<>();
    private final NavigableMap<String, Long> counts = new TreeMap<>();

    Oracle(GenesisConfig genesis, Scenario scenario) {
        this.scenario = scenario;
        this.model = new LedgerModel(genesis);
        var state = new State(new MemoryStateStore(), genesis.bucketBits());
        GenesisState.entries(genesis).forEach(state::put);
        roots.put(0L, state.root(0));
    }

    void producer(int node, Hash key) {
        producers.put(key, node);
    }

    void made(Vertex vertex) {
        made.put(vertex.id(), vertex);
        count("vertices made");
        if (isHonest(vertex.producer())
                && !honestSlots.add(new VertexRef(vertex.round(), vertex.producer(), Hash.ZERO))) {
            throw new InvariantViolation(
                    "one vertex a round",
                    "honest " + vertex.producer().brief() + " signs round " + vertex.round() + " twice");
        }
    }

    private boolean isHonest(Hash producer) {
        Integer node = producers.get(producer);
        return node != null && !scenario.isLiar(node);
    }

    void verified(Verdict verdict) {
        if (verdict instanceof Verdict.Invalid invalid) {
            count("refused " + invalid.reason());
        }
    }

    void event(int node, DagEvent event) {
        count("event " + event.kind());
        if (event.kind() == DagEvent.Kind.ORPHAN) {
            orphans.add(event.vertex().id());
            if (committed.contains(event.vertex().id())) {
                throw new InvariantViolation(
                        "O3", "node " + node + " reports " + event.vertex() + " as an orphan, others committed it");
            }
        }
    }

    void started(int node, long commitIndex) {
        heads.put(node, commitIndex);
    }

    /** -1 for a node that never was up. */
    long commitIndex(int node) {
        return heads.getOrDefault(node, -1L);
    }

    void recovered(int node, long before) {
        count("restarts");
        if (commitIndex(node) < before) {
            throw new InvariantViolation(
                    "O7",
                    "node " + node + " was at commit " + before + ", after its restart and its whole log at "
                            + commitIndex(node));
        }
    }

    void committed(int node, CommitOutput commit, Optional<Decision> decision) {
        long head = commitIndex(node);
        if (commit.index() != head + 1) {
            throw new InvariantViolation("O7", "node " + node + " makes commit " + commit.index() + " after " + head);
        }
        heads.put(node, commit.index());
        if (commit.index() > chain.size()) {
            first(commit);
            count(decision.isPresent() && decision.get().direct() ? "commits direct" : "commits indirect");
        } else {
            compare(node, commit, chain.get((int) commit.index() - 1));
        }
    }

    private void compare(int node, CommitOutput commit, CommitOutput known) {
        if (!commit.commitHash().equals(known.commitHash())) {
            throw new InvariantViolation(
                    "O1",
                    "commit " + commit.index() + " of node " + node + " has the leader " + commit.leader() + " and "
                            + commit.vertices() + ", others have the leader " + known.leader() + " and "
                            + known.vertices());
        }
        if (!commit.results().equals(known.results())
                || !sameChanges(commit, known)
                || !commit.checkpoint().equals(known.checkpoint())) {
            throw new InvariantViolation(
                    "O2",
                    "commit " + commit.index() + " of node " + node + " has another outcome than others saw: "
                            + commit.checkpoint() + " and " + known.checkpoint());
        }
    }

    private static boolean sameChanges(CommitOutput a, CommitOutput b) {
        return Arrays.deepEquals(
                        a.changes().keySet().toArray(), b.changes().keySet().toArray())
                && Arrays.deepEquals(
                        a.changes().values().toArray(), b.changes().values().toArray());
    }

    private void first(CommitOutput commit) {
        chain.add(commit);
        List<Vertex> vertices = new ArrayList<>();
        for (VertexRef ref : commit.vertices()) {
            Vertex vertex = made.get(ref.id());
            if (vertex == null) {
                throw new InvariantViolation("O3", "commit " + commit.index() + " has " + ref + ", which nobody made");
            }
            if (!committed.add(ref.id()) || orphans.contains(ref.id())) {
                throw new InvariantViolation("O3", ref + " is committed a second time, or after it was an orphan");
            }
            vertices.add(vertex);
        }
        model.commit(commit, vertices);
        commit.checkpoint().ifPresent(checkpoint -> roots.put(checkpoint.index(), checkpoint.root()));
        count("transactions", commit.results().size());
        commit.results().forEach(result -> count("result " + result.code()));
    }

    void cut(int node, Manifest manifest) {
        count("snapshots");
        Hash known = manifests.putIfAbsent(manifest.checkpointIndex(), manifest.hash());
        if (known != null && !known.equals(manifest.hash())) {
            throw new InvariantViolation(
                    "O5", "node " + node + " cuts another snapshot at checkpoint " + manifest.checkpointIndex());
        }
    }

    void certified(int node, Certificate certificate) {
        count("certificates");
        Hash root = roots.get(certificate.checkpointIndex());
        if (root == null || !root.equals(certificate.root())) {
            throw new InvariantViolation(
                    "O2", "node " + node + " has a certificate of a root that nobody executed: " + certificate);
        }
    }

    /** What an operator hands to a newcomer: the true root. */
    boolean isTrusted(Manifest manifest) {
        Hash root = roots.get(manifest.checkpointIndex());
        return root != null && root.equals(manifest.stateRoot());
    }

    /** @param verified entries of the chunks that were accepted before one was refused */
    void rejected(MemoryStateStore store, long verified) {
        if (store.size() != verified) {
            throw new InvariantViolation(
                    "O8", store.size() + " entries in the store, of which " + verified + " were verified");
        }
    }

    LedgerModel model() {
        return model;
    }

    long commits() {
        return chain.size();
    }

    long leaderRound() {
        return chain.isEmpty() ? 0 : chain.get(chain.size() - 1).leader().round();
    }

    boolean isExecuted(Hash transaction) {
        return model.isExecuted(transaction);
    }

    void count(String what) {
        count(what, 1);
    }

    private void count(String what, long number) {
        counts.merge(what, number, Long::sum);
    }

    NavigableMap<String, Long> counts() {
        return counts;
    }
}
