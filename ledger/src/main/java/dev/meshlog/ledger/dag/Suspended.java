package dev.meshlog.ledger.dag;

import dev.meshlog.ledger.VertexRef;
import dev.meshlog.ledger.vertex.DagVertex;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Vertices that wait for parents or for an epoch, bounded: of too many the farthest round goes first. */
final class Suspended<V extends DagVertex> {
    private final int maxCount;
    private final long maxBytes;
    private final NavigableMap<VertexRef, Waiting<V>> waiting = new TreeMap<>();

    /** Who waits for a missing vertex; sorted, so that those below a floor are found at once. */
    private final NavigableMap<VertexRef, Set<VertexRef>> children = new TreeMap<>();

    /** Who waits for nothing but its epoch. */
    private final TreeSet<VertexRef> gated = new TreeSet<>();

    private long bytes;

    Suspended(int maxCount, long maxBytes) {
        this.maxCount = maxCount;
        this.maxBytes = maxBytes;
    }

    private record Waiting<V>(V vertex, Set<VertexRef> missing) {}

    boolean contains(VertexRef ref) {
        return waiting.containsKey(ref);
    }

    /** Whether a suspended vertex waits for it. */
    boolean isWanted(VertexRef ref) {
        return children.containsKey(ref);
    }

    int size() {
        return waiting.size();
    }

    long bytes() {
        return bytes;
    }

    @Nullable V find(VertexRef ref) {
        Waiting<V> found = waiting.get(ref);
        return found == null ? null : found.vertex();
    }

    /** @return those that had to go, the new one itself perhaps among them */
    List<V> add(V vertex, Collection<VertexRef> missing) {
        VertexRef ref = vertex.ref();
        waiting.put(ref, new Waiting<>(vertex, new HashSet<>(missing)));
        bytes += vertex.size();
        for (VertexRef parent : missing) {
            children.computeIfAbsent(parent, any -> new LinkedHashSet<>()).add(ref);
        }
        if (missing.isEmpty()) {
            gated.add(ref);
        }
        List<V> evicted = new ArrayList<>();
        while (waiting.size() > maxCount || bytes > maxBytes) {
            evicted.add(remove(waiting.lastKey()));
        }
        return evicted;
    }

    /** The vertex is there now, or no longer needed: those that waited for it alone are left waiting for their epoch. */
    void arrived(VertexRef parent) {
        Set<VertexRef> unblocked = children.remove(parent);
        if (unblocked == null) {
            return;
        }
        for (VertexRef child : unblocked) {
            Waiting<V> entry = waiting.get(child);
            if (entry != null
                    && entry.missing().remove(parent)
                    && entry.missing().isEmpty()) {
                gated.add(child);
            }
        }
    }

    /** Takes out the lowest one that waits for its epoch alone; null when there is none up to that round. */
    @Nullable V pollReady(long lastOpenRound) {
        if (gated.isEmpty() || gated.first().round() > lastOpenRound) {
            return null;
        }
        return remove(gated.first());
    }

    /** Gives up those at or below the floor, and what the others miss there. */
    List<V> prune(long floor) {
        List<V> dropped = new ArrayList<>();
        while (!waiting.isEmpty() && waiting.firstKey().round() <= floor) {
            dropped.add(remove(waiting.firstKey()));
        }
        while (!children.isEmpty() && children.firstKey().round() <= floor) {
            arrived(children.firstKey());
        }
        return dropped;
    }

    /** Parents that are wanted and not even suspended, lowest round first. */
    List<VertexRef> missing(int limit) {
        return children.keySet().stream()
                .filter(ref -> !waiting.containsKey(ref))
                .limit(limit)
                .toList();
    }

    private V remove(VertexRef ref) {
        Waiting<V> gone = waiting.remove(ref);
        if (gone == null) {
            throw new IllegalStateException(ref + " is not suspended");
        }
        gated.remove(ref);
        bytes -= gone.vertex().size();
        for (VertexRef parent : gone.missing()) {
            Set<VertexRef> siblings = children.get(parent);
            if (siblings != null && siblings.remove(ref) && siblings.isEmpty()) {
                children.remove(parent);
            }
        }
        return gone.vertex();
    }
}
