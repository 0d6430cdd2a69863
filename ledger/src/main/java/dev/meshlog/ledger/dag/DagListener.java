package dev.meshlog.ledger.dag;

import dev.meshlog.ledger.VertexRef;
import dev.meshlog.ledger.vertex.DagVertex;
import dev.meshlog.ledger.vertex.Verdict;
import dev.meshlog.schemas.ledger.SignedHeader;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the DAG tells while vertices come and go. */
public interface DagListener<V extends DagVertex> {
    /** A producer has a second vertex at a round; the signed headers of both, as far as they are at hand. */
    void equivocation(VertexRef first, VertexRef second, List<SignedHeader> evidence);

    /** Below the GC floor without having been committed: it never will be. */
    void orphaned(VertexRef ref, @Nullable SignedHeader header);

    /** Suspended too long and too far ahead; it is asked for again when it is needed. */
    void evicted(V vertex);

    /** All its parents are there, but under its epoch's validators it is not valid. */
    void refused(V vertex, Verdict.Invalid reason);
}
