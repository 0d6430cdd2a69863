package dev.meshlog.ledger.dag;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.VertexRef;
import dev.meshlog.ledger.vertex.DagVertex;
import dev.meshlog.schemas.ledger.SignedHeader;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An accepted vertex. Once committed it keeps only its name, its vote and its evidence: nothing walks through it any more, and holding its
 * parents would hold the whole history.
 */
final class Node<V extends DagVertex> {
    final VertexRef ref;
    final @Nullable SignedHeader evidence;
    private @Nullable V vertex;
    private List<Node<V>> parents;
    private boolean committed;

    /** The vertex in the leader slot of the round before that this one votes for. */
    @Nullable VertexRef vote;

    /** The vertex in the leader slot two rounds before that this one is a certificate for. */
    @Nullable VertexRef certified;

    /** Number of the last walk that met this node. */
    long mark;

    Node(V vertex, List<Node<V>> parents) {
        this.ref = vertex.ref();
        this.evidence = vertex.signedHeader();
        this.vertex = vertex;
        this.parents = List.copyOf(parents);
    }

    private Node(VertexRef ref) {
        this.ref = ref;
        this.evidence = null;
        this.parents = List.of();
        this.committed = true;
    }

    /** A vertex that is known from the state alone. */
    static <V extends DagVertex> Node<V> committed(VertexRef ref) {
        return new Node<>(ref);
    }

    long round() {
        return ref.round();
    }

    Hash producer() {
        return ref.producer();
    }

    /** Null once it is committed. */
    @Nullable V vertex() {
        return vertex;
    }

    /** In list order, without those below the GC floor at the time of acceptance. */
    List<Node<V>> parents() {
        return parents;
    }

    boolean isCommitted() {
        return committed;
    }

    void commit() {
        committed = true;
        release();
    }

    void release() {
        vertex = null;
        parents = List.of();
    }
}
