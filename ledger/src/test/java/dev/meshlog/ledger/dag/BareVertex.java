package dev.meshlog.ledger.dag;

import dev.meshlog.ledger.VertexRef;
import dev.meshlog.ledger.vertex.DagVertex;
import dev.meshlog.schemas.ledger.SignedHeader;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A vertex without content or signature. */
record BareVertex(VertexRef ref, List<VertexRef> parents) implements DagVertex {
    @Override
    public int size() {
        return 1;
    }

    @Override
    public @Nullable SignedHeader signedHeader() {
        return null;
    }
}
