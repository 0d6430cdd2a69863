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
 * @param checkpoint the newest checkpoint that was reached, with the root computed here; the log may be ahead of what the ledger published
 * @param compared the newest checkpoint of which the ledger had published a root; null when there was none
 * @param checkedCheckpoints how many were compared
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
        @Nullable Compared compared,
        int checkedCheckpoints,
        List<String> differences,
        long fetchMs,
        long applyMs,
        long replayMs) {
    /** One checkpoint's root as the ledger published it and as it was computed here. */
    public record Compared(long checkpoint, Hash published, Hash recovered) {}

    public RecoveryReport {
        differences = List.copyOf(differences);
    }

    /** Whether nothing that could be compared was different. */
    public boolean consistent() {
        return differences.isEmpty();
    }

    /** Whether everything that could be compared was equal, and something was. */
    public boolean verified() {
        return consistent() && compared != null;
    }

    /** As a table for people, in its order. */
    public Map<String, Object> figures() {
        var figures = new LinkedHashMap<String, Object>();
        Compared same = compared();
        if (same != null) {
            figures.put("state root, published", same.published().hex());
            figures.put("state root, recovered", same.recovered().hex());
            figures.put("checkpoint", same.checkpoint());
        }
        if (same == null || same.checkpoint() < checkpoint()) {
            figures.put("not published yet", "checkpoint %d, root %s".formatted(checkpoint(), root()));
        }
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
