package dev.meshlog.infra.dag;

import dev.meshlog.ledger.VertexRef;
import dev.meshlog.ledger.dag.DagDecisions;
import dev.meshlog.ledger.dag.DagFile;
import dev.meshlog.ledger.dag.DagTallies;
import dev.meshlog.ledger.dag.Decision;
import dev.meshlog.ledger.dag.Explanation;
import dev.meshlog.ledger.dag.FileVertex;
import dev.meshlog.ledger.dag.SafetyViolationException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the rule says of slots and vertices, as the picture shows it. A DAG that breaks the rule's assumption has the two vertices and nothing else. */
final class Marks {
    private final Map<Long, Slot> slots = new HashMap<>();
    private final Map<VertexRef, Long> commits = new HashMap<>();
    private final Map<VertexRef, VertexRef> votes = new HashMap<>();
    private final Map<VertexRef, VertexRef> certified = new HashMap<>();
    private final Set<VertexRef> blames = new HashSet<>();
    private final Set<VertexRef> orphans = new HashSet<>();
    private final Set<VertexRef> broken = new HashSet<>();

    /**
     * @param style class of the stylesheet for the decision
     * @param how a second line below the decision
     * @param why a tooltip
     */
    record Slot(
            String style,
            String decision,
            String how,
            @Nullable VertexRef committed,
            String why) {}

    private Marks() {}

    static Marks decided(DagFile file, RoundRange rounds) throws SafetyViolationException {
        var marks = new Marks();
        DagTallies tallies = file.tallies();
        DagDecisions decisions = tallies.decisions();
        for (DagDecisions.LeaderSlot slot : decisions.slots()) {
            if (rounds.contains(slot.round())) {
                marks.slots.put(slot.round(), slot(file, tallies, slot));
            }
        }
        decisions
                .commits()
                .forEach(
                        commit -> commit.vertices().forEach(vertex -> marks.commits.put(vertex.ref(), commit.index())));
        for (FileVertex vertex : file.vertices()) {
            VertexRef ref = vertex.ref();
            tallies.certified(ref).ifPresent(of -> marks.certified.put(ref, of));
            tallies.vote(ref).ifPresent(of -> marks.votes.put(ref, of));
            if (vertex.name().round() > 1 && tallies.vote(ref).isEmpty()) {
                marks.blames.add(ref);
            }
        }
        marks.orphans.addAll(decisions.orphans());
        return marks;
    }

    static Marks broken(SafetyViolationException violation) {
        var marks = new Marks();
        marks.broken.add(violation.first());
        marks.broken.add(violation.second());
        return marks;
    }

    private static Slot slot(DagFile file, DagTallies tallies, DagDecisions.LeaderSlot slot) {
        Explanation explanation = tallies.explain(slot.round());
        String why = explanation.summary();
        Decision decision = slot.decision();
        if (decision == null) {
            List<Explanation.Wait> waits = explanation.waits();
            String how = waits.size() > 1 ? "waits for " + waits.get(1).round() : "file ends";
            return new Slot("undecided", "? undecided", how, null, why);
        }
        String how = tallies.anchor(decision)
                .map(anchor -> "by " + file.vertexName(anchor))
                .orElse("direct");
        String line = decision.direct() ? "" : " indirect";
        return decision.isSkip()
                ? new Slot("skip" + line, "\u2717 skip", how, null, why)
                : new Slot("commit" + line, "\u2713 commit", how, decision.committed(), why);
    }

    /** Null where nothing is asked: round 0 and the two highest ones. */
    @Nullable Slot slot(long round) {
        return slots.get(round);
    }

    /** Index of the commit that orders it, or null. */
    @Nullable Long commit(VertexRef ref) {
        return commits.get(ref);
    }

    @Nullable VertexRef vote(VertexRef ref) {
        return votes.get(ref);
    }

    @Nullable VertexRef certified(VertexRef ref) {
        return certified.get(ref);
    }

    boolean blames(VertexRef ref) {
        return blames.contains(ref);
    }

    boolean isOrphan(VertexRef ref) {
        return orphans.contains(ref);
    }

    boolean isBroken(VertexRef ref) {
        return broken.contains(ref);
    }
}
