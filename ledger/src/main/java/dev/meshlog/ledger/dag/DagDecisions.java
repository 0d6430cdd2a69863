package dev.meshlog.ledger.dag;

import dev.meshlog.ledger.VertexRef;
import dev.meshlog.ledger.vertex.Verdict;
import dev.meshlog.schemas.ledger.SignedHeader;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the rule decides for a DAG in text form: a line for every slot, then a line for every commit of the decided prefix. */
public final class DagDecisions {
    private final DagFile file;
    private final List<LeaderSlot> slots;
    private final List<Commit> commits;
    private final Set<VertexRef> orphans;

    private DagDecisions(DagFile file, List<LeaderSlot> slots, List<Commit> commits, Set<VertexRef> orphans) {
        this.file = file;
        this.slots = List.copyOf(slots);
        this.commits = List.copyOf(commits);
        this.orphans = Set.copyOf(orphans);
    }

    /** @param decision null while undecided */
    public record LeaderSlot(long round, @Nullable Decision decision) {}

    /**
     * @param index from 1
     * @param vertices in their order, the leader last
     */
    public record Commit(long index, VertexRef leader, List<FileVertex> vertices) {
        public Commit {
            vertices = List.copyOf(vertices);
        }
    }

    static DagDecisions of(DagFile file) throws SafetyViolationException {
        Set<VertexRef> orphans = new HashSet<>();
        Dag<FileVertex> dag = file.accepted(new Orphans(orphans));
        List<LeaderSlot> slots = new ArrayList<>();
        for (long round = 1; round <= dag.newestRound() - 2; round++) {
            slots.add(new LeaderSlot(round, dag.decision(round).orElse(null)));
        }
        List<Commit> commits = new ArrayList<>();
        for (Optional<Decision> next = dag.advance(); next.isPresent(); next = dag.advance()) {
            VertexRef leader = next.get().committed();
            if (leader == null) {
                dag.skip(next.get());
            } else {
                commits.add(new Commit(commits.size() + 1, leader, dag.commit(next.get())));
            }
        }
        return new DagDecisions(file, slots, commits, orphans);
    }

    /** From round 1 to two rounds below the highest one. */
    public List<LeaderSlot> slots() {
        return slots;
    }

    /** Those of the longest decided prefix. */
    public List<Commit> commits() {
        return commits;
    }

    /** Vertices that the GC floor passed before anybody committed them. */
    public Set<VertexRef> orphans() {
        return orphans;
    }

    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        slots.forEach(slot -> lines.add(line(slot)));
        commits.forEach(commit -> lines.add(line(commit)));
        return lines;
    }

    private String line(LeaderSlot slot) {
        String start = "leader " + slot.round() + " " + file.leaderName(slot.round());
        Decision decision = slot.decision();
        if (decision == null) {
            return start + " undecided";
        }
        String how = decision.direct() ? "direct" : "indirect";
        VertexRef committed = decision.committed();
        return committed == null ? start + " skip " + how : start + " commit " + how + " " + file.vertexName(committed);
    }

    private String line(Commit commit) {
        var line = new StringBuilder("commit " + commit.index() + " " + file.vertexName(commit.leader()) + ":");
        commit.vertices()
                .forEach(vertex -> line.append(' ').append(vertex.name().text()));
        return line.toString();
    }

    /** The lines, each ended. */
    public String text() {
        return String.join("", lines().stream().map(line -> line + "\n").toList());
    }

    /** A legal file with room for all its vertices has nothing to evict or refuse. */
    record Orphans(Set<VertexRef> refs) implements DagListener<FileVertex> {
        @Override
        public void equivocation(VertexRef first, VertexRef second, List<SignedHeader> evidence) {}

        @Override
        public void orphaned(VertexRef ref, @Nullable SignedHeader header) {
            refs.add(ref);
        }

        @Override
        public void evicted(FileVertex vertex) {
            throw new IllegalStateException(vertex.name().text() + " is evicted");
        }

        @Override
        public void refused(FileVertex vertex, Verdict.Invalid reason) {
            throw new IllegalStateException(vertex.name().text() + " is refused: " + reason);
        }
    }
}
