package dev.meshlog.ledger.dag;

import dev.meshlog.ledger.VertexRef;
import dev.meshlog.ledger.vertex.Verdict;
import dev.meshlog.schemas.ledger.SignedHeader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The rule as it is. */
final class DagSequencer implements Sequencer, DagListener<BareVertex> {
    private static final long GC_DEPTH = 60;

    private final Dag<BareVertex> dag;

    DagSequencer(Schedule schedule) {
        this.dag = new Dag<>(schedule, GC_DEPTH, decided -> Long.MAX_VALUE, this, Dag.Start.GENESIS);
    }

    @Override
    public List<Commit> add(BareVertex vertex) throws SafetyViolationException {
        dag.add(vertex);
        List<Commit> commits = new ArrayList<>();
        Optional<Decision> decision = dag.advance();
        while (decision.isPresent()) {
            VertexRef leader = decision.get().committed();
            if (leader == null) {
                dag.skip(decision.get());
            } else {
                commits.add(new Commit(
                        leader,
                        dag.commit(decision.get()).stream().map(BareVertex::ref).toList()));
            }
            decision = dag.advance();
        }
        return commits;
    }

    @Override
    public void equivocation(VertexRef first, VertexRef second, List<SignedHeader> evidence) {}

    @Override
    public void orphaned(VertexRef ref, @Nullable SignedHeader header) {}

    @Override
    public void evicted(BareVertex vertex) {}

    @Override
    public void refused(BareVertex vertex, Verdict.Invalid reason) {}
}
