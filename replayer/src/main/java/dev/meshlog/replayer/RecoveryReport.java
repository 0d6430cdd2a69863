package dev.meshlog.replayer;

import dev.meshlog.ledger.Hash;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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

    /** As a table for people, in its order. */
    public Map<String, Object> figures() {
        var figures = new LinkedHashMap<String, Object>();
        figures.put("state root, published", String.valueOf(publishedRoot()));
        figures.put("state root, recovered", root().hex());
        figures.put("checkpoint", checkpoint());
        figures.put("commit", commitIndex() + " " + commitHash());
        figures.put("objects", objects());
        figures.put("entries", entries());
        figures.put(
                "snapshot",
                snapshotCheckpoint() < 0
                        ? "none"
                        : "checkpoint %d, %d chunks, %d bytes, %d compressed"
                                .formatted(snapshotCheckpoint(), chunks(), snapshotBytes(), compressedBytes()));
        figures.put(
                "replayed",
                "%d vertices from offset %d, %d checkpoints compared"
                        .formatted(vertices(), replayFrom(), checkedCheckpoints()));
        figures.put(
                "time",
                "fetch %d ms, verify and apply %d ms, replay %d ms".formatted(fetchMs(), applyMs(), replayMs()));
        return figures;
    }
}
