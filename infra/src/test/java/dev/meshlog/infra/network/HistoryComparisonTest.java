package dev.meshlog.infra.network;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshlog.infra.network.HistoryComparison.Difference;
import dev.meshlog.ledger.Hash;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class HistoryComparisonTest {
    @Test
    void nodesWithTheSameCommitsAreEqual() {
        HistoryComparison compared = HistoryComparison.of(List.of(history("a", 1, 20), history("b", 1, 20)));
        assertThat(compared).isEqualTo(new HistoryComparison(1, 20, Map.of()));
    }

    @Test
    void onlyCommitsThatAllHaveAreCompared() {
        NodeHistory joinedLater = history("b", 7, 20);
        HistoryComparison compared = HistoryComparison.of(List.of(history("a", 1, 18), joinedLater));
        assertThat(compared).isEqualTo(new HistoryComparison(7, 18, Map.of()));
    }

    @Test
    void nodeWithAnotherCommitHashIsNamedWithTheFirstSuchCommit() {
        NodeHistory forked = history("b", 1, 20);
        forked.commits()
                .replaceAll(
                        (index, facts) -> index < 12 ? facts : new CommitFacts(hash(-index), null, facts.results()));

        assertThat(HistoryComparison.of(List.of(history("a", 1, 20), forked, history("c", 1, 20)))
                        .differences())
                .isEqualTo(Map.of("b", new Difference(12, "the commit hash differs")));
    }

    @Test
    void rootAndResultsAreComparedToo() {
        NodeHistory root = history("root", 1, 20);
        root.commits().computeIfPresent(16L, (index, facts) -> new CommitFacts(facts.hash(), hash(5), facts.results()));
        NodeHistory results = history("results", 1, 20);
        results.commits().computeIfPresent(3L, (index, facts) -> new CommitFacts(facts.hash(), facts.root(), hash(5)));

        assertThat(HistoryComparison.of(
                                List.of(root, results, history("c", 1, 20), history("d", 1, 20), history("e", 1, 20)))
                        .differences())
                .isEqualTo(Map.of(
                        "root", new Difference(16, "the state root differs"),
                        "results", new Difference(3, "the results differs")));
    }

    @Test
    void missingCommitsAreADifference() {
        NodeHistory holed = history("holed", 1, 20);
        holed.commits().remove(9L);
        NodeHistory empty = new NodeHistory("empty", new TreeMap<>(), 0);

        assertThat(HistoryComparison.of(List.of(holed, empty, history("c", 1, 20)))
                        .differences())
                .isEqualTo(Map.of(
                        "holed", new Difference(9, "the commit is missing"),
                        "empty", new Difference(0, "it has no commits")));
    }

    private static NodeHistory history(String name, long first, long last) {
        var commits = new TreeMap<Long, CommitFacts>();
        for (long index = first; index <= last; index++) {
            commits.put(index, new CommitFacts(hash(index), index % 16 == 0 ? hash(1_000 + index) : null, hash(0)));
        }
        return new NodeHistory(name, commits, 0);
    }

    private static Hash hash(long number) {
        return Hash.of(ByteBuffer.allocate(Hash.LENGTH).putLong(number).array());
    }
}
