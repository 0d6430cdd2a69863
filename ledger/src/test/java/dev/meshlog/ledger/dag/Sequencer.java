package dev.meshlog.ledger.dag;

import dev.meshlog.ledger.VertexRef;
import java.util.List;

/** A node's view: takes vertices in the order in which they reach it, and decides as early as it can. */
interface Sequencer {
    record Commit(VertexRef leader, List<VertexRef> batch) {}

    /** @return the commits that this vertex brought about */
    List<Commit> add(BareVertex vertex) throws SafetyViolationException;
}
