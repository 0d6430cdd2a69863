package dev.meshlog.ledger.simulation;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.VertexRef;
import dev.meshlog.ledger.chain.InMemoryPendingVertices;
import dev.meshlog.ledger.state.MemoryStateStore;
import dev.meshlog.ledger.vertex.Vertex;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a node finds again after a crash: its log, its state with the cursor into the log, and its newest snapshot. */
final class Disk {
    private final List<Vertex> log = new ArrayList<>();
    private final Map<Hash, Vertex> byId = new HashMap<>();
    private final NavigableMap<Long, List<Vertex>> byRound = new TreeMap<>();
    private final Hash owner;
    private long newestOwnRound;

    MemoryStateStore store = new MemoryStateStore();
    InMemoryPendingVertices pending = new InMemoryPendingVertices();
    int cursor;

    @Nullable SnapshotCut snapshot;

    /** The newest snapshot with a certificate, for others. */
    @Nullable SnapshotCut offer;

    Disk(Hash owner) {
        this.owner = owner;
    }

    void append(Vertex vertex) {
        log.add(vertex);
        if (byId.put(vertex.id(), vertex) == null) {
            byRound.computeIfAbsent(vertex.round(), round -> new ArrayList<>()).add(vertex);
        }
        if (vertex.producer().equals(owner)) {
            newestOwnRound = Math.max(newestOwnRound, vertex.round());
        }
    }

    /** The vertex may come again: it was in the log, but nothing was made of it. */
    void forget(VertexRef ref) {
        Vertex vertex = byId.remove(ref.id());
        if (vertex != null) {
            byRound.getOrDefault(ref.round(), new ArrayList<>()).remove(vertex);
        }
    }

    int logEnd() {
        return log.size();
    }

    Vertex at(int offset) {
        return log.get(offset);
    }

    boolean contains(Hash id) {
        return byId.containsKey(id);
    }

    @Nullable Vertex find(Hash id) {
        return byId.get(id);
    }

    List<Vertex> rounds(long first, long last) {
        return byRound.subMap(first, true, last, true).values().stream()
                .flatMap(Collection::stream)
                .toList();
    }

    long newestOwnRound() {
        return newestOwnRound;
    }

    /** Puts another state in the place of this one: one rename. */
    void swap(MemoryStateStore restored, int replayFrom) {
        store = restored;
        pending = new InMemoryPendingVertices();
        cursor = replayFrom;
    }
}
