package dev.meshlog.replayer;

import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.ledger.TransactionResult;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/** What became of transactions as {@code ledger.results} says it, commit by commit. */
final class PublishedResults {
    private PublishedResults() {}

    /** Is told of commits in their order. */
    @FunctionalInterface
    interface Visitor {
        /** @param results as far as the topic has them; it keeps them for a limited time */
        void commit(long index, long leaderRound, List<TransactionResult> results);
    }

    /** Every commit from a leader's round on up to a commit, those without transactions included. */
    static void read(Cluster cluster, long fromRound, long toCommit, Visitor visitor) {
        NavigableMap<Long, Long> rounds = new TreeMap<>();
        TopicTail.read(cluster, Topics.COMMITS, commit -> commit.getLeaderRound() < fromRound, commit -> {
            if (commit.getIndex() <= toCommit) {
                rounds.put(commit.getIndex(), commit.getLeaderRound());
            }
        });
        if (rounds.isEmpty()) {
            return;
        }
        long firstCommit = rounds.firstKey();
        List<TransactionResult> ofOne = new ArrayList<>();
        TopicTail.read(cluster, Topics.RESULTS, result -> result.getCommitIndex() < firstCommit, result -> {
            if (!ofOne.isEmpty() && ofOne.get(0).getCommitIndex() != result.getCommitIndex()) {
                show(rounds, ofOne, visitor);
            }
            if (rounds.containsKey(result.getCommitIndex())) {
                ofOne.add(result);
            }
        });
        if (!ofOne.isEmpty()) {
            show(rounds, ofOne, visitor);
        }
        rounds.forEach((index, round) -> visitor.commit(index, round, Collections.emptyList()));
    }

    /** With the commits before it that brought nothing. */
    private static void show(NavigableMap<Long, Long> rounds, List<TransactionResult> results, Visitor visitor) {
        long commit = results.get(0).getCommitIndex();
        while (rounds.firstKey() < commit) {
            var without = rounds.pollFirstEntry();
            visitor.commit(without.getKey(), without.getValue(), Collections.emptyList());
        }
        visitor.commit(commit, rounds.pollFirstEntry().getValue(), List.copyOf(results));
        results.clear();
    }
}
