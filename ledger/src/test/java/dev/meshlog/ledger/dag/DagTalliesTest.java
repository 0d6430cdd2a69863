package dev.meshlog.ledger.dag;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshlog.ledger.dag.Explanation.Outcome;
import dev.meshlog.ledger.dag.Explanation.Support;
import dev.meshlog.ledger.dag.Explanation.Tally;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DagTalliesTest {
    @Test
    void explanationAndDecisionHoldTogether() throws Exception {
        Set<Outcome> seen = EnumSet.noneOf(Outcome.class);
        for (long seed = 0; seed < 300; seed++) {
            for (String text : List.of(RandomDag.plain(seed), RandomDag.odd(seed))) {
                DagFile file = DagFile.parse(text);
                DagTallies tallies = file.tallies();
                for (DagDecisions.LeaderSlot slot : file.decide().slots()) {
                    Explanation told = tallies.explain(slot.round());
                    seen.add(told.outcome());
                    assertThat(line(told))
                            .as("seed %d", seed)
                            .isEqualTo(file.decide().lines().get((int) slot.round() - 1));
                    checkReason("seed " + seed + " round " + slot.round(), told);
                    checkWeights("seed " + seed + " round " + slot.round(), told, file);
                }
            }
        }
        assertThat(seen).containsExactlyInAnyOrder(Outcome.values());
    }

    private static String line(Explanation told) {
        String start = "leader " + told.round() + " " + told.leader();
        return switch (told.outcome()) {
            case DIRECT_COMMIT -> start + " commit direct " + told.committed();
            case INDIRECT_COMMIT -> start + " commit indirect " + told.committed();
            case DIRECT_SKIP -> start + " skip direct";
            case INDIRECT_SKIP -> start + " skip indirect";
            case UNDECIDED -> start + " undecided";
        };
    }

    /** What is told is enough to come to the same decision. */
    private static void checkReason(String where, Explanation told) {
        List<String> quorums = told.certificates().stream()
                .filter(Tally::reached)
                .map(Tally::of)
                .toList();
        Explanation.Anchor anchor = told.anchor();
        Outcome follows;
        if (told.blame().reached()) {
            follows = Outcome.DIRECT_SKIP;
        } else if (!quorums.isEmpty()) {
            follows = Outcome.DIRECT_COMMIT;
            assertThat(quorums).as(where).containsExactly(told.committed());
        } else if (anchor == null || anchor.leader() == null) {
            follows = Outcome.UNDECIDED;
        } else {
            follows = anchor.certificate() == null ? Outcome.INDIRECT_SKIP : Outcome.INDIRECT_COMMIT;
        }
        assertThat(told.outcome()).as(where).isEqualTo(follows);
        assertThat(told.waits().isEmpty()).as(where).isEqualTo(follows != Outcome.UNDECIDED);
        if (anchor != null && anchor.certificate() != null) {
            assertThat(told.supports())
                    .as(where)
                    .filteredOn(support -> support.vertex().equals(anchor.certificate()))
                    .singleElement()
                    .extracting(Support::certifies)
                    .isEqualTo(told.committed());
        }
    }

    private static void checkWeights(String where, Explanation told, DagFile file) {
        Map<String, Integer> producers = new HashMap<>();
        file.vertices()
                .forEach(vertex ->
                        producers.put(vertex.name().text(), vertex.name().validator()));
        Set<Tally> all = new HashSet<>(told.votes());
        all.add(told.blame());
        all.addAll(told.certificates());
        told.supports().forEach(support -> all.addAll(support.votes()));
        for (Tally tally : all) {
            long weight = tally.vertices().stream()
                    .map(producers::get)
                    .map(Objects::requireNonNull)
                    .distinct()
                    .mapToLong(file::weight)
                    .sum();
            assertThat(tally.weight()).as("%s %s", where, tally).isEqualTo(weight);
            assertThat(tally.reached()).as("%s %s", where, tally).isEqualTo(weight >= told.quorum());
        }
        for (Support support : told.supports()) {
            List<String> certified = support.votes().stream()
                    .filter(Tally::reached)
                    .map(Tally::of)
                    .toList();
            assertThat(certified)
                    .as(where)
                    .isEqualTo(support.certifies() == null ? List.of() : List.of(support.certifies()));
        }
    }

    @Test
    void indirectCommitNamesAnchorAndCertificate() throws Exception {
        assertThat(tallies("indirect-commit").explain(3).text()).isEqualTo("""
                round 3: C3 is committed indirectly
                  leader      C; a quorum is 3 of weight 4
                  slot        C3
                  round 4     votes for C3: A4 B4 C4, weight 3: a quorum
                              blame, no parent in the slot: D4, 1 of 3 needed
                  round 5     A5 is a certificate for C3: votes for C3 by A4 B4 C4, weight 3: a quorum
                              B5 is no certificate: votes for C3 by A4 B4, 2 of 3 needed
                              C5 is no certificate: votes for C3 by A4 C4, 2 of 3 needed
                              D5 is no certificate: votes for C3 by A4 B4, 2 of 3 needed
                              certificates for C3: A5, 1 of 3 needed
                  decision    neither blame nor certificates have a quorum:
                              the first committed leader from round 6 on decides
                              slot 6 is committed: C6 is the anchor
                              its history holds A5, a certificate for C3: committed
                  order       commit 3: A2 B2 D2 C3
                """);
    }

    @Test
    void indirectSkipSaysThatTheAnchorHoldsNoCertificate() throws Exception {
        assertThat(tallies("indirect-skip").explain(3).text())
                .startsWith("round 3: skipped indirectly\n")
                .contains("C6 is the anchor", "its history holds no certificate for the slot: skipped");
    }

    @Test
    void directSkipCountsTheBlame() throws Exception {
        assertThat(tallies("direct-skip").explain(3).text())
                .contains("blame, no parent in the slot: A4 B4 C4, weight 3: a quorum", "blame by a quorum: skipped");
    }

    @Test
    void undecidedSlotSaysWhatIsMissingAndForWhichSlotItWaits() throws Exception {
        String text = tallies("indirect-commit", 7).explain(3).text();

        assertThat(text)
                .contains(
                        "missing     slot 3 (C) is undecided: blame has 1 of 3 needed, certificates for C3 have 1 of 3 needed",
                        "it waits for slot 6:",
                        "slot 6 (C) is undecided: blame has 0 of 3 needed, and the file has no round 8 for certificates");
    }

    @Test
    void decidedSlotBehindAnUndecidedOneWaitsForItsTurn() throws Exception {
        assertThat(tallies("indirect-commit", 7).explain(4).text())
                .contains("committed directly", "not yet: slot 3 is undecided");
    }

    @Test
    void roundsBeyondTheFileAreUndecidedAndSaySo() throws Exception {
        DagTallies tallies = tallies("direct-commit");

        assertThat(tallies.explain(5).text())
                .contains("round 5: undecided", "the file has no round 7 for certificates");
        assertThat(tallies.explain(6).text())
                .contains("round 6: undecided", "the file has no round 7 to vote or blame");
        assertThat(tallies.explain(7).text()).contains("round 7: undecided", "the file ends at round 6");
        assertThat(tallies.explain(Long.MAX_VALUE - 10).text()).contains("the file ends at round 6");
        assertThatThrownBy(() -> tallies.explain(0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void emptySlotNamesItsLeader() throws Exception {
        DagFile file = DagFile.parse("validators A B:7\nB1: B0\nB2: B1\nB3: B2\nleader 1 A\n");

        assertThat(file.tallies().explain(1).text())
                .contains("empty: A has no vertex at round 1", "B2, weight 7: a quorum");
    }

    private static DagTallies tallies(String name) throws Exception {
        return tallies(name, Long.MAX_VALUE);
    }

    /** A worked case without its rounds above the last one. */
    private static DagTallies tallies(String name, long last) throws Exception {
        String lines = String.join(
                "\n",
                resource(name)
                        .lines()
                        .filter(line ->
                                line.indexOf(':') < 0 || Long.parseLong(line.substring(1, line.indexOf(':'))) <= last)
                        .toList());
        return DagFile.parse(lines).tallies();
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = DagTalliesTest.class.getResourceAsStream("/dag/" + name + ".dag")) {
            return new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
