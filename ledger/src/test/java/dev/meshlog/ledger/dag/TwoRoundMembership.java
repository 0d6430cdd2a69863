package dev.meshlog.ledger.dag;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.VertexRef;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A mutant of the rule that looks right: a leader is committed by a quorum of vertices of the next round that cite it, otherwise by being
 * in the history of the next leader that is.
 */
final class TwoRoundMembership implements Sequencer {
    private final Schedule schedule;
    private final Map<VertexRef, BareVertex> accepted = new HashMap<>();
    private final List<BareVertex> waiting = new ArrayList<>();
    private final Map<VertexRef, Set<Hash>> citing = new HashMap<>();
    private long decided;

    TwoRoundMembership(Schedule schedule) {
        this.schedule = schedule;
    }

    @Override
    public List<Commit> add(BareVertex vertex) {
        waiting.add(vertex);
        List<Commit> commits = new ArrayList<>();
        boolean progress = true;
        while (progress) {
            progress = false;
            for (BareVertex candidate : List.copyOf(waiting)) {
                if (candidate.parents().stream()
                        .allMatch(parent -> parent.round() == 0 || accepted.containsKey(parent))) {
                    waiting.remove(candidate);
                    accepted.put(candidate.ref(), candidate);
                    commits.addAll(cite(candidate));
                    progress = true;
                }
            }
        }
        return commits;
    }

    private List<Commit> cite(BareVertex vertex) {
        for (VertexRef parent : vertex.parents()) {
            boolean isLeader = parent.round() == vertex.ref().round() - 1
                    && parent.round() > decided
                    && parent.producer().equals(schedule.leader(parent.round()));
            if (isLeader) {
                Set<Hash> producers = citing.computeIfAbsent(parent, any -> new HashSet<>());
                producers.add(vertex.ref().producer());
                if (schedule.validators(parent.round()).isQuorum(producers.size())) {
                    return commit(parent);
                }
            }
        }
        return List.of();
    }

    private List<Commit> commit(VertexRef direct) {
        Deque<Commit> commits = new ArrayDeque<>();
        commits.push(new Commit(direct, List.of()));
        VertexRef anchor = direct;
        for (long round = direct.round() - 1; round > decided; round--) {
            VertexRef member = leaderInHistory(anchor, round);
            if (member != null) {
                commits.push(new Commit(member, List.of()));
                anchor = member;
            }
        }
        decided = direct.round();
        return List.copyOf(commits);
    }

    private @Nullable VertexRef leaderInHistory(VertexRef anchor, long round) {
        Set<VertexRef> seen = new HashSet<>();
        Deque<VertexRef> open = new ArrayDeque<>(List.of(anchor));
        while (!open.isEmpty()) {
            VertexRef ref = open.pop();
            if (ref.round() == round && ref.producer().equals(schedule.leader(round))) {
                return ref;
            }
            BareVertex vertex = accepted.get(ref);
            if (vertex != null && ref.round() > round && seen.add(ref)) {
                vertex.parents().forEach(open::push);
            }
        }
        return null;
    }
}
