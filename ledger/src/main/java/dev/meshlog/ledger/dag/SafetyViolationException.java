package dev.meshlog.ledger.dag;

import dev.meshlog.ledger.VertexRef;
import dev.meshlog.schemas.ledger.SignedHeader;
import java.util.List;

/**
 * Two vertices of one leader slot are certified: more than a third of the weight has signed contradictions, and no order can be trusted any
 * more. Whoever catches it stops and keeps everything.
 */
public final class SafetyViolationException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient VertexRef first;
    private final transient VertexRef second;
    private final transient List<SignedHeader> evidence;

    SafetyViolationException(VertexRef first, VertexRef second, List<SignedHeader> evidence) {
        super("two vertices are certified in the leader slot of round " + first.round() + ": " + first.id() + " and "
                + second.id() + " of " + first.producer());
        this.first = first;
        this.second = second;
        this.evidence = List.copyOf(evidence);
    }

    public VertexRef first() {
        return first;
    }

    public VertexRef second() {
        return second;
    }

    /** The signed headers of the two vertices and of everything that votes for them, as far as they are at hand. */
    public List<SignedHeader> evidence() {
        return evidence;
    }
}
