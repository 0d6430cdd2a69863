package dev.meshlog.replayer;

import dev.meshlog.ledger.Hash;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a recovery did and found.
 *
 * @param snapshot null when there was none and everything was replayed
 * @param refusals snapshots that were not used
 */
public record RecoveryReport(
        @Nullable Snapshot snapshot, Replayed replayed, Checked checked, List<Refusal> refusals, Times times) {
    /**
     * The snapshot that it began with.
     *
     * @param bytes before compression
     */
    public record Snapshot(
            long checkpoint,
            Hash hash,
            int chunks,
            long compressedBytes,
            long bytes,
            long entries,
            boolean isOfThisLog) {
        static @Nullable Snapshot of(SnapshotChoice.@Nullable Candidate candidate, boolean isOfThisLog) {
            if (candidate == null) {
                return null;
            }
            var manifest = candidate.manifest();
            return new Snapshot(
                    manifest.checkpointIndex(),
                    manifest.hash(),
                    manifest.chunks().size(),
                    candidate.compressedBytes(),
                    manifest.size(),
                    manifest.entries(),
                    isOfThisLog);
        }
    }

    /**
     * Where replay came to.
     *
     * @param from offset
     * @param checkpoint the newest that was reached, with the root computed here; the log may be ahead of what the ledger published
     */
    public record Replayed(
            long from,
            long vertices,
            long transactions,
            long commitIndex,
            Hash commitHash,
            long objects,
            long entries,
            long checkpoint,
            Hash root) {
        static Replayed of(ReplayedLedger ledger, long from) {
            var head = ledger.head();
            var mark = ledger.checkpoint();
            return new Replayed(
                    from,
                    ledger.vertices(),
                    head.transactions(),
                    head.commitIndex(),
                    head.commitHash(),
                    ledger.objects(),
                    ledger.entries(),
                    mark.index(),
                    mark.root());
        }
    }

    /**
     * What could be compared.
     *
     * @param compared the newest checkpoint of which the ledger had published a root; null when there was none
     * @param checkpoints how many were compared
     * @param certified the newest checkpoint whose root a quorum signed; −1 when there was none
     * @param publishedCommitHash of the commit that was reached; null when it was not published
     */
    public record Checked(
            @Nullable Compared compared,
            int checkpoints,
            long certified,
            @Nullable Hash publishedCommitHash,
            List<Difference> differences) {
        public Checked {
            differences = List.copyOf(differences);
        }

        static Checked of(Comparison comparison, PublishedCommits.@Nullable Commit reached) {
            return new Checked(
                    comparison.compared(),
                    comparison.checked(),
                    comparison.certified(),
                    reached == null ? null : reached.commitHash(),
                    comparison.differences());
        }
    }

    /** One checkpoint's root as the ledger published it and as it was computed here. */
    public record Compared(long checkpoint, Hash published, Hash recovered) {}

    /** In milliseconds. */
    public record Times(long fetch, long apply, long replay) {}

    public RecoveryReport {
        refusals = List.copyOf(refusals);
    }

    public List<Difference> differences() {
        return checked.differences();
    }

    /** Whether nothing that could be compared was different. */
    public boolean consistent() {
        return differences().isEmpty();
    }

    /** Whether everything that could be compared was equal, and something was. */
    public boolean verified() {
        return consistent() && checked.compared() != null;
    }

    /** One sentence. */
    public String verdict() {
        if (!consistent()) {
            return "state roots DIFFER";
        }
        if (snapshot != null && !snapshot.isOfThisLog()) {
            return "the state is that of checkpoint %d: the snapshot's offsets mean another log, nothing was replayed after it"
                    .formatted(snapshot.checkpoint());
        }
        return verified()
                ? "state roots are EQUAL"
                : "no checkpoint was published yet: there is no state root to compare with";
    }

    /** −1 when there was no snapshot. */
    public long snapshotCheckpoint() {
        return snapshot == null ? -1 : snapshot.checkpoint();
    }

    public long commitIndex() {
        return replayed.commitIndex();
    }

    /** Of {@link #commitIndex()}; null when it was not published. */
    public @Nullable Hash publishedCommitHash() {
        return checked.publishedCommitHash();
    }

    public Hash commitHash() {
        return replayed.commitHash();
    }

    /** The newest checkpoint that was reached. */
    public long checkpoint() {
        return replayed.checkpoint();
    }

    /** Of {@link #checkpoint()}. */
    public Hash root() {
        return replayed.root();
    }

    public long entries() {
        return replayed.entries();
    }

    public long vertices() {
        return replayed.vertices();
    }

    /** As a table for people, in its order. */
    public Map<String, Object> figures() {
        var figures = new LinkedHashMap<String, Object>();
        Compared same = checked.compared();
        if (same != null) {
            figures.put("state root, published", same.published().hex());
            figures.put("state root, recovered", same.recovered().hex());
            figures.put("checkpoint", same.checkpoint());
        }
        if (same == null || same.checkpoint() < checkpoint()) {
            figures.put("not published yet", "checkpoint %d, root %s".formatted(checkpoint(), root()));
        }
        figures.put("commit", commitIndex() + " " + commitHash());
        figures.put("objects", replayed.objects());
        figures.put("entries", entries());
        figures.put(
                "snapshot",
                snapshot == null
                        ? "none"
                        : "checkpoint %d, %d chunks, %d bytes, %d compressed"
                                .formatted(
                                        snapshot.checkpoint(),
                                        snapshot.chunks(),
                                        snapshot.bytes(),
                                        snapshot.compressedBytes()));
        figures.put(
                "replayed",
                "%d vertices from offset %d, %d checkpoints compared, newest certified %s"
                        .formatted(
                                vertices(),
                                replayed.from(),
                                checked.checkpoints(),
                                checked.certified() < 0 ? "none" : checked.certified()));
        figures.put(
                "time",
                "fetch %d ms, verify and apply %d ms, replay %d ms"
                        .formatted(times.fetch(), times.apply(), times.replay()));
        return figures;
    }

    /** The same for programs: one name a value, absent where there is nothing to say. */
    public Map<String, Object> fields() {
        var fields = new LinkedHashMap<String, Object>();
        fields.put("verified", verified());
        fields.put("consistent", consistent());
        fields.put("commitIndex", commitIndex());
        fields.put("commitHash", commitHash().hex());
        fields.put("checkpoint", checkpoint());
        fields.put("root", root().hex());
        Compared same = checked.compared();
        if (same != null) {
            fields.put("comparedCheckpoint", same.checkpoint());
            fields.put("publishedRoot", same.published().hex());
            fields.put("recoveredRoot", same.recovered().hex());
        }
        fields.put("comparedCheckpoints", checked.checkpoints());
        if (checked.certified() >= 0) {
            fields.put("certifiedCheckpoint", checked.certified());
        }
        fields.put("objects", replayed.objects());
        fields.put("entries", entries());
        fields.put("transactions", replayed.transactions());
        fields.put("vertices", vertices());
        fields.put("replayFrom", replayed.from());
        Snapshot begun = snapshot;
        if (begun != null) {
            fields.put("snapshotCheckpoint", begun.checkpoint());
            fields.put("snapshotHash", begun.hash().hex());
            fields.put("snapshotChunks", begun.chunks());
            fields.put("snapshotBytes", begun.bytes());
            fields.put("snapshotCompressedBytes", begun.compressedBytes());
            fields.put("snapshotEntries", begun.entries());
            fields.put("snapshotOfThisLog", begun.isOfThisLog());
        }
        fields.put("fetchMs", times.fetch());
        fields.put("applyMs", times.apply());
        fields.put("replayMs", times.replay());
        fields.put("differences", named(differences(), Difference::reason, Difference::toString));
        fields.put("refusals", named(refusals, Refusal::reason, Refusal::toString));
        return fields;
    }

    private static <T> List<Map<String, String>> named(
            List<T> all, Function<T, RecoveryFailure> reason, Function<T, String> text) {
        return all.stream()
                .map(each -> Map.of("reason", reason.apply(each).name(), "text", text.apply(each)))
                .toList();
    }
}
