package dev.meshlog.ledger;

import java.util.Comparator;

/**
 * A vertex as its children name it. All three parts identify it: a reference that gives an existing id the wrong round or producer names a
 * vertex that does not exist. The natural order is the order inside a commit.
 */
public record VertexRef(long round, Hash producer, Hash id) implements Comparable<VertexRef> {
    private static final Comparator<VertexRef> ORDER = Comparator.comparingLong(VertexRef::round)
            .thenComparing(VertexRef::producer)
            .thenComparing(VertexRef::id);

    public VertexRef {
        if (round < 0) {
            throw new IllegalArgumentException("round " + round);
        }
    }

    /** The empty vertex that every validator has at round 0 and that is never sent: its id is 32 zero bytes. */
    public static VertexRef implicit(Hash producer) {
        return new VertexRef(0, producer, Hash.ZERO);
    }

    @Override
    public int compareTo(VertexRef other) {
        return ORDER.compare(this, other);
    }

    @Override
    public int hashCode() {
        return id.hashCode();
    }

    @Override
    public String toString() {
        return producer.brief() + "@" + round + "/" + id.brief();
    }
}
