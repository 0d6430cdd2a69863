package dev.meshlog.ledger.vertex;

import dev.meshlog.ledger.VertexRef;
import dev.meshlog.schemas.ledger.SignedHeader;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the DAG has to know of a vertex. */
public interface DagVertex {
    VertexRef ref();

    List<VertexRef> parents();

    /** Bytes, for bounds. */
    int size();

    /** Evidence of an equivocation; null where vertices are not signed. */
    @Nullable SignedHeader signedHeader();
}
