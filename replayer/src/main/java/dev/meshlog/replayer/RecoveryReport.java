package dev.meshlog.replayer;

import dev.meshlog.ledger.Hash;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a recovery did and found.
 *
 * @param snapshotCheckpoint −1 when there was no snapshot and everything was replayed
 * @param checkpoint the newest checkpoint that was reached, with the root computed here and the root the ledger published for it
 * @param checkedCheckpoints how many were compared on the way
 */
public record RecoveryReport(
        long snapshotCheckpoint,
        @Nullable Hash snapshotHash,
        int chunks,
        long compressedBytes,
        long snapshotBytes,
        long snapshotEntries,
        long replayFrom,
        long vertices,
        long transactions,
        long commitIndex,
        Hash commitHash,
        @Nullable Hash publishedCommitHash,
        long objects,
        long entries,
        long checkpoint,
        Hash root,
        @Nullable Hash publishedRoot,
        int checkedCheckpoints,
        List<String> differences,
        long fetchMs,
        long applyMs,
        long replayMs) {
    public RecoveryReport {
        differences = List.copyOf(differences);
    }

    /** Whether nothing that could be compared was different. */
    public boolean consistent() {
        return differences.isEmpty() && (publishedRoot == null || root.equals(publishedRoot));
    }

    /** Whether everything that could be compared was equal, and something was. */
    public boolean verified() {
        return consistent() && publishedRoot != null;
    }
}
