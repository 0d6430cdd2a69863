package dev.meshlog.replayer;

import dev.meshlog.ledger.state.Manifest;
import java.time.Clock;
import java.util.Locale;

/** Says how far a recovery is, in lines for people. */
public final class RecoveryProgress implements RecoveryListener {
    private static final long BETWEEN_LINES_MS = 200;

    private final Lines lines;
    private final Clock clock;
    private long saidMs;
    private boolean slow;

    /** Where the lines go. */
    public interface Lines {
        /** Something happened. */
        void say(String text);

        /**
         * How far it is; may be left out or written over the last one.
         *
         * @param fraction between 0 and 1
         */
        void progress(double fraction, String text);
    }

    public RecoveryProgress(Lines lines, Clock clock) {
        this.lines = lines;
        this.clock = clock;
    }

    @Override
    public void snapshotChosen(Manifest manifest) {
        lines.say("snapshot of checkpoint %d, %d entries in %d chunks, %d bytes"
                .formatted(
                        manifest.checkpointIndex(),
                        manifest.entries(),
                        manifest.chunks().size(),
                        manifest.size()));
    }

    @Override
    public void noSnapshot() {
        lines.say("without a snapshot: replaying everything");
    }

    @Override
    public void refused(Refusal refusal) {
        lines.say(refusal.toString());
    }

    @Override
    public void chunkFetched(int fetched, int chunks, long bytes, long allBytes) {
        progress(
                allBytes == 0 ? 1 : (double) bytes / allBytes,
                fetched == chunks,
                "fetched %d of %d bytes (%d %%), %d of %d chunks"
                        .formatted(bytes, allBytes, 100 * bytes / Math.max(1, allBytes), fetched, chunks));
    }

    @Override
    public void chunkApplied(int applied, int chunks, long entries) {
        progress(
                (double) applied / chunks,
                applied == chunks,
                "verified and applied %d of %d chunks, %d entries".formatted(applied, chunks, entries));
    }

    @Override
    public void indexing(long entries, long allEntries) {
        progress(
                (double) entries / Math.max(1, allEntries),
                entries == allEntries,
                "indexed %d of %d entries".formatted(entries, allEntries));
    }

    @Override
    public void resultsRead(long read, long without) {
        lines.say("%d results of earlier transactions are read in ledger.results, not computed here%s"
                .formatted(read, without == 0 ? "" : "; of " + without + " it has none"));
    }

    @Override
    public void replaying(ReplayProgress progress) {
        boolean nowSlow = !progress.pace().reachesTheEnd();
        progress(
                progress.fraction(),
                nowSlow != slow,
                String.format(
                        Locale.ROOT,
                        "replayed %d vertices, offset %d of %d, commit %d; %.0f/s against %.1f/s produced, %s",
                        progress.vertices(),
                        progress.offset(),
                        progress.end(),
                        progress.commitIndex(),
                        progress.pace().replay(),
                        progress.pace().production(),
                        progress.pace()));
        slow = nowSlow;
    }

    @Override
    public void live(long commitIndex) {
        lines.say("live: the replica stands at the end of the log, at commit " + commitIndex
                + ", and a certificate covers it");
    }

    private void progress(double fraction, boolean important, String text) {
        long now = clock.millis();
        if (important || now - saidMs >= BETWEEN_LINES_MS) {
            saidMs = now;
            lines.progress(fraction, text);
        }
    }
}
