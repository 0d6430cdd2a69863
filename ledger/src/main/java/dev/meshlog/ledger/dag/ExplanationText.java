package dev.meshlog.ledger.dag;

import dev.meshlog.ledger.dag.Explanation.Anchor;
import dev.meshlog.ledger.dag.Explanation.Support;
import dev.meshlog.ledger.dag.Explanation.Tally;
import dev.meshlog.ledger.dag.Explanation.Wait;
import java.util.List;
import java.util.stream.Collectors;

/** An explanation in words: a headline, then facts in the order in which the rule looks at them. */
final class ExplanationText {
    private static final int LABEL = 12;

    private final Explanation told;
    private final StringBuilder text = new StringBuilder();

    ExplanationText(Explanation told) {
        this.told = told;
    }

    String summary() {
        start();
        decision(1);
        order();
        return text.toString();
    }

    String text() {
        start();
        line("leader", told.leader() + "; a quorum is " + told.quorum() + " of weight " + told.totalWeight());
        if (told.round() <= told.highestRound()) {
            slot();
            votes();
            certificates();
        }
        decision(Integer.MAX_VALUE);
        order();
        return text.toString();
    }

    private void start() {
        text.append("round ")
                .append(told.round())
                .append(": ")
                .append(headline())
                .append('\n');
    }

    private String headline() {
        return switch (told.outcome()) {
            case DIRECT_COMMIT -> told.committed() + " is committed directly";
            case INDIRECT_COMMIT -> told.committed() + " is committed indirectly";
            case DIRECT_SKIP -> "skipped directly";
            case INDIRECT_SKIP -> "skipped indirectly";
            case UNDECIDED -> "undecided";
        };
    }

    private void slot() {
        if (told.slot().isEmpty()) {
            line("slot", "empty: " + told.leader() + " has no vertex at round " + told.round());
        } else {
            line("slot", list(told.slot()) + (told.slot().size() > 1 ? " (" + told.leader() + " equivocates)" : ""));
        }
    }

    private void votes() {
        String label = "round " + (told.round() + 1);
        if (told.round() + 1 > told.highestRound()) {
            line(label, "not in the file: nobody votes or blames yet");
            return;
        }
        for (Tally votes : told.votes()) {
            line(label, "votes for " + votes.of() + ": " + counted(votes));
            label = "";
        }
        line(label, "blame, no parent in the slot: " + counted(told.blame()));
    }

    private void certificates() {
        String label = "round " + (told.round() + 2);
        if (told.round() + 2 > told.highestRound()) {
            line(label, "not in the file: there are no certificates yet");
            return;
        }
        for (Support support : told.supports()) {
            line(label, support.vertex() + " " + certifies(support));
            label = "";
        }
        for (Tally certificates : told.certificates()) {
            line("", "certificates for " + certificates.of() + ": " + counted(certificates));
        }
    }

    private String certifies(Support support) {
        String votes = support.votes().stream()
                .map(tally -> "votes for " + tally.of() + " by " + counted(tally))
                .collect(Collectors.joining("; "));
        if (support.votes().isEmpty()) {
            return "is no certificate: none of its parents votes";
        }
        return support.certifies() == null
                ? "is no certificate: " + votes
                : "is a certificate for " + support.certifies() + ": " + votes;
    }

    private void decision(int maxWaits) {
        switch (told.outcome()) {
            case DIRECT_COMMIT ->
                line("decision", "certificates for " + told.committed() + " from a quorum: committed");
            case DIRECT_SKIP -> line("decision", "blame by a quorum: skipped");
            case INDIRECT_COMMIT, INDIRECT_SKIP -> {
                line("decision", "neither blame nor certificates have a quorum:");
                line("", "the first committed leader from round " + (told.round() + 3) + " on decides");
                if (told.anchor() != null) {
                    anchor(told.anchor());
                }
            }
            case UNDECIDED -> waits(maxWaits);
        }
        if (told.outcome() != Explanation.Outcome.UNDECIDED && told.round() > told.highestRound() - 2) {
            line("", "'dag decide' answers only up to two rounds below the highest one, " + told.highestRound());
        }
    }

    private void anchor(Anchor anchor) {
        skipped(anchor.skipped());
        line("", "slot " + anchor.round() + " is committed: " + anchor.leader() + " is the anchor");
        line(
                "",
                anchor.certificate() == null
                        ? "its history holds no certificate for the slot: skipped"
                        : "its history holds " + anchor.certificate() + ", a certificate for " + told.committed()
                                + ": committed");
    }

    private void skipped(List<Long> rounds) {
        if (!rounds.isEmpty()) {
            String slots = rounds.stream().map(String::valueOf).collect(Collectors.joining(" "));
            line("", (rounds.size() == 1 ? "skipped on the way: slot " : "skipped on the way: slots ") + slots);
        }
    }

    private void waits(int maxWaits) {
        String label = "missing";
        List<Wait> waits = told.waits();
        for (int i = 0; i < Math.min(maxWaits, waits.size()); i++) {
            Wait wait = waits.get(i);
            line(label, "slot " + wait.round() + " (" + wait.leader() + ") is undecided: " + wait.missing());
            if (i + 1 < waits.size()) {
                if (i == 0 && told.anchor() != null) {
                    skipped(told.anchor().skipped());
                }
                line("", "it waits for slot " + waits.get(i + 1).round() + (i + 1 < maxWaits ? ":" : ""));
            }
            label = "";
        }
    }

    private void order() {
        if (told.commit() != null) {
            line(
                    "order",
                    "commit " + told.commit().index() + ": "
                            + list(told.commit().vertices()));
        } else if (told.behind() != null) {
            line("order", "not yet: slot " + told.behind() + " is undecided, and slots are taken in their order");
        }
    }

    private String counted(Tally tally) {
        String who = tally.vertices().isEmpty() ? "nobody" : list(tally.vertices());
        return tally.reached()
                ? who + ", weight " + tally.weight() + ": a quorum"
                : who + ", " + tally.weight() + " of " + told.quorum() + " needed";
    }

    private static String list(List<String> names) {
        return String.join(" ", names);
    }

    private void line(String label, String fact) {
        text.append("  ")
                .append(label)
                .append(" ".repeat(Math.max(1, LABEL - label.length())))
                .append(fact)
                .append('\n');
    }
}
