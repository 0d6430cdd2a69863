package dev.meshlog.replayer;

import dev.meshlog.ledger.Hash;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.TopicReader;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.ledger.CommitRecord;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What the running ledger published of its commits, to compare with.
 *
 * @param byIndex commits after the one that was asked for
 * @param newestCheckpointCommit index of the newest commit that ends a checkpoint; 0 when there is none
 */
public record PublishedCommits(Map<Long, Commit> byIndex, long newest, long newestCheckpointCommit) {
    static final PublishedCommits NONE = new PublishedCommits(Map.of(), 0, 0);

    /**
     * One commit.
     *
     * @param root of the checkpoint that the commit ends, if it ends one
     * @param nextOffset behind the vertex that decided it
     * @param replayFrom the lowest offset of a vertex that was pending then
     * @param hasFailures whether a transaction of it failed, for whatever reason
     */
    public record Commit(
            Hash commitHash,
            @Nullable Hash root,
            long checkpointIndex,
            long nextOffset,
            long replayFrom,
            boolean hasFailures) {
        static Commit of(CommitRecord commit) {
            var checkpoint = commit.getCheckpoint();
            return new Commit(
                    Hash.of(commit.getCommitHash()),
                    checkpoint == null ? null : Hash.of(checkpoint.getRoot()),
                    checkpoint == null ? 0 : checkpoint.getIndex(),
                    commit.getPosition().getNextOffset(),
                    commit.getPosition().getReplayFrom(),
                    commit.getFailedTransactions() > 0);
        }
    }

    public static PublishedCommits read(Cluster cluster, long after) {
        var commits = new HashMap<Long, Commit>();
        long[] newest = {0, 0};
        TopicReader.readAll(cluster, Topics.COMMITS, rec -> {
            CommitRecord commit = rec.value();
            if (commit == null) {
                return;
            }
            newest[0] = Math.max(newest[0], commit.getIndex());
            if (commit.getCheckpoint() != null) {
                newest[1] = Math.max(newest[1], commit.getIndex());
            }
            if (commit.getIndex() > after) {
                commits.put(commit.getIndex(), Commit.of(commit));
            }
        });
        return new PublishedCommits(Map.copyOf(commits), newest[0], newest[1]);
    }

    /**
     * The last commit whose record has a timestamp up to {@code time}: that of the vertex record that decided it.
     *
     * @return nothing when all commits are later
     */
    public static OptionalLong lastAt(Cluster cluster, Instant time) {
        long[] last = {0};
        TopicReader.readAll(cluster, Topics.COMMITS, rec -> {
            if (rec.value() != null && rec.timestamp() <= time.toEpochMilli()) {
                last[0] = Math.max(last[0], rec.value().getIndex());
            }
        });
        return last[0] == 0 ? OptionalLong.empty() : OptionalLong.of(last[0]);
    }
}
