package dev.meshlog.ledger.dag;

import dev.meshlog.ledger.VertexRef;
import dev.meshlog.ledger.vertex.DagVertex;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The part of a leader's history that its commit puts in order. */
final class Linearizer {
    private Linearizer() {}

    /** The leader and its ancestors that are not committed and above the floor, by (round, producer, id). */
    static <V extends DagVertex> List<Node<V>> order(Node<V> leader, long floor) {
        Set<VertexRef> seen = new HashSet<>();
        List<Node<V>> batch = new ArrayList<>();
        Deque<Node<V>> open = new ArrayDeque<>();
        open.push(leader);
        seen.add(leader.ref);
        while (!open.isEmpty()) {
            Node<V> node = open.pop();
            batch.add(node);
            for (Node<V> parent : node.parents()) {
                if (parent.round() > floor && !parent.isCommitted() && seen.add(parent.ref)) {
                    open.push(parent);
                }
            }
        }
        batch.sort(Comparator.comparing(node -> node.ref));
        return batch;
    }
}
