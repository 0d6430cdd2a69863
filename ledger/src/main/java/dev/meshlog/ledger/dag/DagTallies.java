package dev.meshlog.ledger.dag;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Validators;
import dev.meshlog.ledger.VertexRef;
import dev.meshlog.ledger.dag.Explanation.Outcome;
import dev.meshlog.ledger.dag.Explanation.Tally;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * What the rule counted for a DAG in text form. Nothing is decided here a second time: votes, certificates, tallies and the search for an
 * anchor are read from the rule that decides.
 */
public final class DagTallies {
    private final DagFile file;
    private final DagDecisions decisions;
    private final Rounds<FileVertex> rounds;
    private final CommitRule<FileVertex> rule;
    private final Validators validators;
    private final long highest;

    DagTallies(DagFile file) throws SafetyViolationException {
        this.file = file;
        this.decisions = file.decide();
        // A second DAG: commits release what is to be explained.
        Dag<FileVertex> dag = file.accepted(new DagDecisions.Orphans(new HashSet<>()));
        this.rounds = dag.rounds();
        this.rule = dag.rule();
        this.validators = file.validators();
        this.highest = dag.newestRound();
    }

    public DagDecisions decisions() {
        return decisions;
    }

    /** The leader's vertex of the round before that this one votes for. */
    public Optional<VertexRef> vote(VertexRef vertex) {
        return Optional.ofNullable(rounds.get(vertex).vote);
    }

    /** The leader's vertex two rounds before that this one is a certificate for. */
    public Optional<VertexRef> certified(VertexRef vertex) {
        return Optional.ofNullable(rounds.get(vertex).certified);
    }

    /** The anchor of a slot that is decided indirectly. */
    public Optional<VertexRef> anchor(Decision decision) {
        return decision.direct()
                ? Optional.empty()
                : Optional.ofNullable(rule.searchAnchor(decision.round()).anchor());
    }

    /** @param round from 1; also one beyond what the file can decide, or beyond its end */
    public Explanation explain(long round) {
        if (round < 1) {
            throw new IllegalArgumentException("round " + round + " has no leader slot");
        }
        Decision decision = rule.at(round);
        Hash leader = file.leader(round);
        List<VertexRef> slot = sorted(rounds.at(round)).stream()
                .filter(node -> node.producer().equals(leader))
                .map(node -> node.ref)
                .toList();
        List<Node<FileVertex>> next = sorted(rounds.at(round + 1));
        List<Node<FileVertex>> afterNext = sorted(rounds.at(round + 2));
        Slot tallies = rule.tallies(round);
        VertexRef committed = decision == null ? null : decision.committed();
        return new Explanation(
                round,
                file.leaderName(round),
                outcome(decision),
                committed == null ? null : file.vertexName(committed),
                highest,
                validators.totalWeight(),
                validators.quorumWeight(),
                names(slot),
                slot.stream().map(vertex -> votes(vertex, next)).toList(),
                counted(
                        null,
                        next.stream().filter(node -> node.vote == null).toList(),
                        tallies == null ? null : tallies.blame()),
                afterNext.stream().map(node -> support(node, slot)).toList(),
                slot.stream()
                        .map(vertex -> counted(
                                file.vertexName(vertex),
                                afterNext.stream()
                                        .filter(node -> vertex.equals(node.certified))
                                        .toList(),
                                tallies == null ? null : tallies.certificates().get(vertex)))
                        .toList(),
                decision != null && decision.direct() ? null : anchor(round),
                waits(round),
                ordered(committed),
                decision == null ? null : behind(round));
    }

    private static Outcome outcome(@Nullable Decision decision) {
        if (decision == null) {
            return Outcome.UNDECIDED;
        }
        if (decision.isSkip()) {
            return decision.direct() ? Outcome.DIRECT_SKIP : Outcome.INDIRECT_SKIP;
        }
        return decision.direct() ? Outcome.DIRECT_COMMIT : Outcome.INDIRECT_COMMIT;
    }

    private Tally votes(VertexRef vertex, List<Node<FileVertex>> next) {
        List<Node<FileVertex>> voters =
                next.stream().filter(node -> vertex.equals(node.vote)).toList();
        Set<Hash> producers = new HashSet<>();
        voters.forEach(node -> producers.add(node.producer()));
        return tally(
                file.vertexName(vertex),
                voters,
                producers.stream().mapToLong(validators::weight).sum());
    }

    private Explanation.Support support(Node<FileVertex> node, List<VertexRef> slot) {
        Map<VertexRef, Long> weights = rule.votes(node);
        List<Tally> votes = new ArrayList<>();
        for (VertexRef vertex : slot) {
            Long weight = weights.get(vertex);
            if (weight != null) {
                List<Node<FileVertex>> voters = node.parents().stream()
                        .filter(parent -> vertex.equals(parent.vote))
                        .sorted(Comparator.comparing(parent -> parent.ref))
                        .toList();
                votes.add(tally(file.vertexName(vertex), voters, weight));
            }
        }
        return new Explanation.Support(
                file.vertexName(node.ref), node.certified == null ? null : file.vertexName(node.certified), votes);
    }

    /** As the rule counted it; without a tally it counted nothing. */
    private Tally counted(@Nullable String of, List<Node<FileVertex>> nodes, Slot.@Nullable Tally counted) {
        return new Tally(
                of, nodeNames(nodes), counted == null ? 0 : counted.weight(), counted != null && counted.isQuorum());
    }

    private Tally tally(String of, List<Node<FileVertex>> nodes, long weight) {
        return new Tally(of, nodeNames(nodes), weight, validators.isQuorum(weight));
    }

    private Explanation.Anchor anchor(long round) {
        CommitRule.AnchorSearch search = rule.searchAnchor(round);
        VertexRef anchor = search.anchor();
        Node<FileVertex> certificate = anchor == null ? null : rule.certificateInHistory(anchor, round);
        return new Explanation.Anchor(
                LongStream.range(round + 3, search.round()).boxed().toList(),
                search.round(),
                anchor == null ? null : file.vertexName(anchor),
                certificate == null ? null : file.vertexName(certificate.ref));
    }

    private List<Explanation.Wait> waits(long round) {
        List<Explanation.Wait> waits = new ArrayList<>();
        long open = round;
        while (rule.at(open) == null) {
            waits.add(new Explanation.Wait(open, file.leaderName(open), missing(open)));
            if (open + 2 > highest) {
                break;
            }
            open = rule.searchAnchor(open).round();
        }
        return waits;
    }

    private String missing(long round) {
        if (round > highest) {
            return "the file ends at round " + highest;
        }
        Slot slot = rule.tallies(round);
        if (slot == null) {
            return "the file has no round " + (round + 1) + " to vote or blame";
        }
        String needed = " of " + validators.quorumWeight() + " needed";
        String blame = "blame has " + slot.blame().weight() + needed;
        if (round + 2 > highest) {
            return blame + ", and the file has no round " + (round + 2) + " for certificates";
        }
        List<String> certificates = new ArrayList<>();
        slot.certificates()
                .forEach((vertex, tally) -> certificates.add(
                        "certificates for " + file.vertexName(vertex) + " have " + tally.weight() + needed));
        return blame + ", " + (certificates.isEmpty() ? "there is no certificate" : String.join(", ", certificates));
    }

    private Explanation.@Nullable Ordered ordered(@Nullable VertexRef leader) {
        for (DagDecisions.Commit commit : decisions.commits()) {
            if (commit.leader().equals(leader)) {
                return new Explanation.Ordered(
                        commit.index(),
                        commit.vertices().stream()
                                .map(vertex -> vertex.name().text())
                                .toList());
            }
        }
        return null;
    }

    private @Nullable Long behind(long round) {
        for (long below = 1; below < round; below++) {
            if (rule.at(below) == null) {
                return below;
            }
        }
        return null;
    }

    private static List<Node<FileVertex>> sorted(Collection<Node<FileVertex>> nodes) {
        return nodes.stream().sorted(Comparator.comparing(node -> node.ref)).toList();
    }

    private List<String> nodeNames(List<Node<FileVertex>> nodes) {
        return names(nodes.stream().map(node -> node.ref).toList());
    }

    private List<String> names(List<VertexRef> refs) {
        return refs.stream().map(file::vertexName).toList();
    }
}
