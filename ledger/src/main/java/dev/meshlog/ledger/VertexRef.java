package dev.meshlog.ledger;

/**
 * A vertex as its children name it. All three parts identify it: a reference that gives an existing id the wrong round or producer names a
 * vertex that does not exist. The natural order is the order inside a commit.
 */
public record VertexRef(long round, Hash producer, Hash id) implements Comparable<VertexRef> {
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
        int byRound = Long.compare(round, other.round);
        if (byRound != 0) {
            return byRound;
        }
        int byProducer = producer.compareTo(other.producer);
        return byProducer != 0 ? byProducer : id.compareTo(other.id);
    }

    /** As the record's own, but the part that tells two apart comes first: the DAG looks up every parent of every vertex. */
    @Override
    public boolean equals(Object other) {
        return other == this
                || (other instanceof VertexRef that
                        && round == that.round
                        && id.equals(that.id)
                        && producer.equals(that.producer));
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
