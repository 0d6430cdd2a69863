package dev.meshlog.ledger.dag;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.VertexRef;
import org.jspecify.annotations.Nullable;

/** What became of a leader slot, once and for all. */
public record Decision(
        long round, Hash leader, boolean direct, @Nullable VertexRef committed) {
    static Decision commit(Slot slot, boolean direct, VertexRef vertex) {
        return new Decision(slot.round, slot.leader, direct, vertex);
    }

    static Decision skip(Slot slot, boolean direct) {
        return new Decision(slot.round, slot.leader, direct, null);
    }

    public boolean isSkip() {
        return committed == null;
    }
}
