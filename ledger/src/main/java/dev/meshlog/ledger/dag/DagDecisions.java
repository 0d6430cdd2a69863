package dev.meshlog.ledger.dag;

import dev.meshlog.ledger.VertexRef;
import dev.meshlog.ledger.vertex.Verdict;
import dev.meshlog.schemas.ledger.SignedHeader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the rule decides for a DAG in text form: a line for every slot, then a line for every commit of the decided prefix. */
public final class DagDecisions {
    private final List<String> lines;

    private DagDecisions(List<String> lines) {
        this.lines = List.copyOf(lines);
    }

    static DagDecisions of(DagFile file) throws SafetyViolationException {
        Dag<FileVertex> dag = new Dag<>(
                file,
                file.gcDepth().orElse(Long.MAX_VALUE),
                decided -> Long.MAX_VALUE,
                new Silent(),
                Dag.Start.GENESIS,
                new Suspended<>(file.vertexCount(), Long.MAX_VALUE));
        file.vertices().forEach(dag::restore);
        Optional<Decision> next = dag.advance();

        List<String> lines = new ArrayList<>();
        for (long round = 1; round <= dag.newestRound() - 2; round++) {
            lines.add(slot(file, round, dag.decision(round)));
        }
        long index = 0;
        while (next.isPresent()) {
            VertexRef leader = next.get().committed();
            if (leader == null) {
                dag.skip(next.get());
            } else {
                index++;
                var line = new StringBuilder("commit " + index + " " + file.vertexName(leader) + ":");
                dag.commit(next.get())
                        .forEach(vertex -> line.append(' ').append(vertex.name().text()));
                lines.add(line.toString());
            }
            next = dag.advance();
        }
        return new DagDecisions(lines);
    }

    private static String slot(DagFile file, long round, Optional<Decision> decision) {
        String slot = "leader " + round + " " + file.leaderName(round);
        if (decision.isEmpty()) {
            return slot + " undecided";
        }
        String how = decision.get().direct() ? "direct" : "indirect";
        VertexRef committed = decision.get().committed();
        return committed == null ? slot + " skip " + how : slot + " commit " + how + " " + file.vertexName(committed);
    }

    public List<String> lines() {
        return lines;
    }

    /** The lines, each ended. */
    public String text() {
        return String.join("", lines.stream().map(line -> line + "\n").toList());
    }

    /** Nobody is told of what a file says anyway. */
    private static final class Silent implements DagListener<FileVertex> {
        @Override
        public void equivocation(VertexRef first, VertexRef second, List<SignedHeader> evidence) {}

        @Override
        public void orphaned(VertexRef ref, @Nullable SignedHeader header) {}

        @Override
        public void evicted(FileVertex vertex) {}

        @Override
        public void refused(FileVertex vertex, Verdict.Invalid reason) {}
    }
}
