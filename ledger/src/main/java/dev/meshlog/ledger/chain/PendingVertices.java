package dev.meshlog.ledger.chain;

import dev.meshlog.ledger.vertex.Vertex;

/**
 * Vertices that are taken and neither committed nor given up, by their offset in the verified log, so that a restarted process has its DAG
 * back. Written together with the state, all or nothing. One thread at a time.
 */
public interface PendingVertices {
    void put(long offset, Vertex vertex);

    void remove(long offset);

    /** In ascending order of the offsets. */
    void forEach(Visitor visitor);

    /** Sees one pending vertex. */
    @FunctionalInterface
    interface Visitor {
        void visit(long offset, Vertex vertex);
    }
}
