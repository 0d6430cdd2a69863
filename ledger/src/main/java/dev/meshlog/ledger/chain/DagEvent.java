package dev.meshlog.ledger.chain;

import dev.meshlog.ledger.VertexRef;
import dev.meshlog.schemas.ledger.SignedHeader;
import java.util.List;

/** Something about a vertex that operators should see. */
public record DagEvent(Kind kind, VertexRef vertex, String detail, List<SignedHeader> evidence) {
    public DagEvent {
        evidence = List.copyOf(evidence);
    }

    /** The names are written to topics and metrics. */
    public enum Kind {
        EQUIVOCATION("A producer signed two vertices for one round."),
        ORPHAN("The vertex fell below the GC floor uncommitted and never will be."),
        REFUSED("Its parents are there, but under its epoch's validators the vertex is not valid."),
        EVICTED("Suspended too long and too far ahead; asked for again when it is needed.");

        private final String sentence;

        Kind(String sentence) {
            this.sentence = sentence;
        }

        public String sentence() {
            return sentence;
        }
    }
}
