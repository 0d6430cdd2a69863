package dev.meshlog.replayer;

import dev.meshlog.ledger.Hash;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.TopicReader;
import dev.meshlog.schemas.Topics;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the running ledger published of its commits, to compare with.
 *
 * @param byIndex commits after the one that was asked for
 * @param newestCheckpointCommit index of the newest commit that ends a checkpoint; 0 when there is none
 */
public record PublishedCommits(Map<Long, Commit> byIndex, long newest, long newestCheckpointCommit) {
    /**
     * One commit.
     *
     * @param root of the checkpoint that the commit ends, if it ends one
     */
    public record Commit(Hash commitHash, @Nullable Hash root, long checkpointIndex) {}

    public static PublishedCommits read(Cluster cluster, long after) {
        var commits = new HashMap<Long, Commit>();
        long[] newest = {0, 0};
        TopicReader.readAll(cluster, Topics.COMMITS, rec -> {
            var commit = rec.value();
            if (commit == null) {
                return;
            }
            var checkpoint = commit.getCheckpoint();
            newest[0] = Math.max(newest[0], commit.getIndex());
            if (checkpoint != null) {
                newest[1] = Math.max(newest[1], commit.getIndex());
            }
            if (commit.getIndex() > after) {
                commits.put(
                        commit.getIndex(),
                        new Commit(
                                Hash.of(commit.getCommitHash()),
                                checkpoint == null ? null : Hash.of(checkpoint.getRoot()),
                                checkpoint == null ? 0 : checkpoint.getIndex()));
            }
        });
        return new PublishedCommits(Map.copyOf(commits), newest[0], newest[1]);
    }
}
