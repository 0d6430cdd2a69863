package dev.meshlog.ledger.dag;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Validators;
import dev.meshlog.ledger.VertexRef;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The rule word for word, over all vertices, without any memory: what the real one is held against. */
final class NaiveRule {
    private final Schedule schedule;
    private final Map<VertexRef, List<VertexRef>> parents;
    private final long highest;

    NaiveRule(Schedule schedule, Map<VertexRef, List<VertexRef>> parents) {
        this.schedule = schedule;
        this.parents = parents;
        this.highest =
                parents.keySet().stream().mapToLong(VertexRef::round).max().orElse(0);
    }

    /** By round: the committed vertex's id, "skip", or "undecided". */
    List<String> decisions() {
        Map<Long, String> decided = new HashMap<>();
        for (long round = highest - 2; round >= 1; round--) {
            decided.put(round, decide(round, decided));
        }
        List<String> all = new ArrayList<>();
        for (long round = 1; round <= highest - 2; round++) {
            all.add(Objects.requireNonNull(decided.get(round)));
        }
        return all;
    }

    /** The ancestors of each committed leader that are new and above the floor of the commit before, in their order. */
    List<List<VertexRef>> batches(List<VertexRef> leaders, long gcDepth) {
        Set<VertexRef> committed = new HashSet<>();
        List<List<VertexRef>> batches = new ArrayList<>();
        long floor = 0;
        for (VertexRef leader : leaders) {
            List<VertexRef> batch = new ArrayList<>();
            for (VertexRef ref : history(leader)) {
                if (ref.round() > floor && committed.add(ref)) {
                    batch.add(ref);
                }
            }
            Collections.sort(batch);
            batches.add(batch);
            floor = Math.max(floor, leader.round() - gcDepth);
        }
        return batches;
    }

    private String decide(long round, Map<Long, String> decided) {
        Hash leader = schedule.leader(round);
        Validators next = schedule.validators(round + 1);
        List<VertexRef> blames = at(round + 1).stream()
                .filter(ref -> list(ref).stream()
                        .noneMatch(parent ->
                                parent.round() == round && parent.producer().equals(leader)))
                .toList();
        if (next.isQuorum(weight(blames, next))) {
            return "skip direct";
        }
        List<VertexRef> candidates =
                at(round).stream().filter(ref -> ref.producer().equals(leader)).toList();
        Validators afterNext = schedule.validators(round + 2);
        for (VertexRef candidate : candidates) {
            List<VertexRef> certificates = at(round + 2).stream()
                    .filter(ref -> certifies(ref, candidate))
                    .toList();
            if (afterNext.isQuorum(weight(certificates, afterNext))) {
                return "commit direct " + candidate.id();
            }
        }
        for (long later = round + 3; later <= highest - 2; later++) {
            String decision = Objects.requireNonNull(decided.get(later));
            if (decision.equals("undecided")) {
                return decision;
            }
            if (decision.startsWith("commit")) {
                String id = decision.substring(decision.lastIndexOf(' ') + 1);
                VertexRef anchor = at(later).stream()
                        .filter(ref -> ref.id().hex().equals(id))
                        .findFirst()
                        .orElseThrow();
                Set<VertexRef> history = history(anchor);
                return candidates.stream()
                        .filter(candidate -> history.stream().anyMatch(ref -> certifies(ref, candidate)))
                        .findFirst()
                        .map(candidate -> "commit indirect " + candidate.id())
                        .orElse("skip indirect");
            }
        }
        return "undecided";
    }

    private boolean certifies(VertexRef ref, VertexRef candidate) {
        if (ref.round() != candidate.round() + 2) {
            return false;
        }
        List<VertexRef> votes = list(ref).stream()
                .filter(parent ->
                        parent.round() == candidate.round() + 1 && candidate.equals(support(parent, candidate)))
                .toList();
        Validators voters = schedule.validators(candidate.round() + 1);
        return voters.isQuorum(weight(votes, voters));
    }

    /** Depth-first in list order, the first vertex met in the slot. */
    private @Nullable VertexRef support(VertexRef from, VertexRef slot) {
        for (VertexRef parent : list(from)) {
            if (parent.round() == slot.round() && parent.producer().equals(slot.producer())) {
                return parent;
            }
            if (parent.round() > slot.round()) {
                VertexRef found = support(parent, slot);
                if (found != null) {
                    return found;
                }
            }
        }
        return null;
    }

    private Set<VertexRef> history(VertexRef from) {
        Set<VertexRef> seen = new HashSet<>();
        collect(from, seen);
        return seen;
    }

    private void collect(VertexRef ref, Set<VertexRef> seen) {
        if (seen.add(ref)) {
            list(ref).forEach(parent -> collect(parent, seen));
        }
    }

    private List<VertexRef> at(long round) {
        return parents.keySet().stream().filter(ref -> ref.round() == round).toList();
    }

    private List<VertexRef> list(VertexRef ref) {
        return parents.getOrDefault(ref, List.of());
    }

    private static long weight(Collection<VertexRef> refs, Validators validators) {
        return refs.stream().map(VertexRef::producer).collect(Collectors.toSet()).stream()
                .mapToLong(validators::weight)
                .sum();
    }
}
