package dev.meshlog.ledger.dag;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Validators;
import dev.meshlog.ledger.VertexRef;
import dev.meshlog.ledger.vertex.DagVertex;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The accepted vertices above the GC floor, by name and by round. */
final class Rounds<V extends DagVertex> {
    private final Map<VertexRef, Node<V>> nodes = new HashMap<>();
    private final NavigableMap<Long, List<Node<V>>> byRound = new TreeMap<>();

    void add(Node<V> node) {
        nodes.put(node.ref, node);
        byRound.computeIfAbsent(node.round(), any -> new ArrayList<>()).add(node);
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
        return byRound.getOrDefault(round, List.of());
    }

    /** 0 when there is none. */
    long highest() {
        return byRound.isEmpty() ? 0 : byRound.lastKey();
    }

    int size() {
        return nodes.size();
    }

    /** The first other vertex of the same producer and round, or null. */
    @Nullable Node<V> rival(VertexRef ref) {
        for (Node<V> node : at(ref.round())) {
            if (node.producer().equals(ref.producer()) && !node.ref.equals(ref)) {
                return node;
            }
        }
        return null;
    }

    /** The weight of the producers that have a vertex at the round. */
    long weight(long round, Validators validators) {
        Collection<Hash> producers =
                at(round).stream().map(Node::producer).distinct().toList();
        return producers.stream().mapToLong(validators::weight).sum();
    }

    /** Forgets everything up to the floor and returns what nobody committed. */
    List<Node<V>> prune(long floor) {
        List<Node<V>> orphans = new ArrayList<>();
        Map<Long, List<Node<V>>> old = byRound.headMap(floor, true);
        for (List<Node<V>> round : old.values()) {
            for (Node<V> node : round) {
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
