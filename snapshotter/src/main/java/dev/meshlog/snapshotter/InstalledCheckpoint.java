package dev.meshlog.snapshotter;

import dev.meshlog.ledger.state.Manifest;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.TopicReader;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.ledger.CommitRecord;
import java.util.Optional;

/**
 * Vouches for the checkpoint that this cluster's ledger began with, where that was not the genesis. Its state was verified before the ledger took it, by whatever
 * was trusted then, and every commit of this cluster stands on it: whoever doubts it has to doubt {@code ledger.changes} as well.
 */
final class InstalledCheckpoint implements SnapshotTrust {
    private final Cluster cluster;

    InstalledCheckpoint(Cluster cluster) {
        this.cluster = cluster;
    }

    @Override
    public Optional<String> refusal(Manifest manifest, byte[] certificate) {
        boolean[] isFound = {false};
        TopicReader.readAll(cluster, Topics.COMMITS, rec -> {
            CommitRecord commit = rec.value();
            isFound[0] |= commit != null && commit.getInstalled() && isOf(commit, manifest);
        });
        return isFound[0] ? Optional.empty() : Optional.of("the ledger did not begin with it");
    }

    private static boolean isOf(CommitRecord commit, Manifest manifest) {
        var checkpoint = commit.getCheckpoint();
        return checkpoint != null
                && checkpoint.getIndex() == manifest.checkpointIndex()
                && checkpoint.getRoot().equals(manifest.stateRoot().fixed());
    }
}
