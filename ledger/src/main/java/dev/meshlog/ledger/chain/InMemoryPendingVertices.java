package dev.meshlog.ledger.chain;

import dev.meshlog.ledger.vertex.Vertex;
import java.util.NavigableMap;
import java.util.TreeMap;

/** For processes that replay from a snapshot: what is pending comes again from the log. */
public final class InMemoryPendingVertices implements PendingVertices {
    private final NavigableMap<Long, Vertex> vertices = new TreeMap<>();

    @Override
    public void put(long offset, Vertex vertex) {
        vertices.put(offset, vertex);
    }

    @Override
    public void remove(long offset) {
        vertices.remove(offset);
    }

    @Override
    public void forEach(Visitor visitor) {
        vertices.forEach(visitor::visit);
    }
}
