package dev.meshlog.ledger.simulation;

import dev.meshlog.ledger.VertexRef;
import dev.meshlog.schemas.ledger.SignedVertex;
import java.util.List;

/** What nodes send each other. */
sealed interface Message {
    /** A vertex, pushed when it is made or sent on request. */
    record Push(SignedVertex vertex) implements Message {}

    /** Please send these. */
    record WantVertices(List<VertexRef> refs) implements Message {
        public WantVertices {
            refs = List.copyOf(refs);
        }
    }

    /** Please send all that you have of these rounds, both included. */
    record WantRounds(long first, long last) implements Message {}
}
