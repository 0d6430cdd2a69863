package dev.meshlog.ledger.dag;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Validators;
import dev.meshlog.ledger.VertexRef;
import dev.meshlog.ledger.vertex.DagVertex;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The accepted vertices above the GC floor, by name and by round. */
final class Rounds<V extends DagVertex> {
    private final Map<VertexRef, Node<V>> nodes = new HashMap<>();
    private final NavigableMap<Long, Round<V>> byRound = new TreeMap<>();

    /** The vertices of a round as they came, and the first one of each producer. */
    private record Round<V extends DagVertex>(List<Node<V>> all, Map<Hash, Node<V>> firsts) {
        Round() {
            this(new ArrayList<>(), new HashMap<>());
        }

        void add(Node<V> node) {
            all.add(node);
            firsts.putIfAbsent(node.producer(), node);
        }
    }

    void add(Node<V> node) {
        nodes.put(node.ref, node);
        byRound.computeIfAbsent(node.round(), any -> new Round<>()).add(node);
    }

    @Nullable Node<V> find(VertexRef ref) {
        return nodes.get(ref);
    }

    Node<V> get(VertexRef ref) {
        Node<V> node = nodes.get(ref);
        if (node == null) {
            throw new IllegalStateException("vertex " + ref + " is not in the DAG");
        }
        return node;
    }

    List<Node<V>> at(long round) {
        Round<V> its = byRound.get(round);
        return its == null ? List.of() : its.all();
    }

    /** 0 when there is none. */
    long highest() {
        return byRound.isEmpty() ? 0 : byRound.lastKey();
    }

    int size() {
        return nodes.size();
    }

    /** The producer's first vertex at the round, when a second one comes; null before. */
    @Nullable Node<V> rival(VertexRef ref) {
        Round<V> round = byRound.get(ref.round());
        return round == null ? null : round.firsts().get(ref.producer());
    }

    /** The weight of the producers that have a vertex at the round. */
    long weight(long round, Validators validators) {
        Round<V> its = byRound.get(round);
        return its == null
                ? 0
                : its.firsts().keySet().stream().mapToLong(validators::weight).sum();
    }

    /** Forgets everything up to the floor and returns what nobody committed. */
    List<Node<V>> prune(long floor) {
        List<Node<V>> orphans = new ArrayList<>();
        Map<Long, Round<V>> old = byRound.headMap(floor, true);
        for (Round<V> round : old.values()) {
            for (Node<V> node : round.all()) {
                nodes.remove(node.ref);
                if (!node.isCommitted()) {
                    orphans.add(node);
                }
            }
        }
        old.clear();
        return orphans;
    }
}
