package dev.meshlog.replayer;

import java.util.Locale;

/**
 * Whether replay ever reaches the end of a log that grows meanwhile. With ρ = replay rate ÷ production rate and T0 = the time in which what is
 * missing was produced, it takes T0 / (ρ − 1); with ρ ≤ 1 it never does. Rates are in offsets: markers of transactions count on both sides. Replay is
 * measured by the time it was busy, so that waiting at the end of the log is no slowness; production by how the end of the log moves, and until
 * that was watched for {@value #WATCH_MS} ms by the records' timestamps. One thread at a time.
 */
final class CatchUp {
    static final long WATCH_MS = 3_000;

    private final long startOffset;
    private long offset;
    private long busyMs;
    private long firstTimestamp = Long.MAX_VALUE;
    private long lastTimestamp = Long.MIN_VALUE;
    private long watchedSinceMs = -1;
    private long watchedMs;
    private long firstEnd;
    private long end;

    /**
     * How fast it goes.
     *
     * @param replay offsets a second; 0 before anything was replayed
     * @param production offsets a second
     * @param secondsToLive 0 at the end of the log; negative when the end is never reached
     */
    public record Pace(double replay, double production, double secondsToLive) {
        /** ρ; infinite when nothing is produced. */
        public double ratio() {
            return production == 0 ? Double.POSITIVE_INFINITY : replay / production;
        }

        /** Whether the end is reached at this pace. */
        public boolean reachesTheEnd() {
            return secondsToLive >= 0;
        }

        @Override
        public String toString() {
            String ratio = production == 0 ? "nothing is produced" : String.format(Locale.ROOT, "ρ %.1f", ratio());
            return reachesTheEnd()
                    ? String.format(Locale.ROOT, "%s, live in %.0f s", ratio, secondsToLive)
                    : ratio + ": replay is not faster than production and never gets live";
        }
    }

    CatchUp(long startOffset) {
        this.startOffset = startOffset;
        this.offset = startOffset;
    }

    /** @param timestampMs of the record */
    void sawRecord(long timestampMs) {
        firstTimestamp = Math.min(firstTimestamp, timestampMs);
        lastTimestamp = Math.max(lastTimestamp, timestampMs);
    }

    void replayed(long nextOffset, long tookMs) {
        offset = nextOffset;
        busyMs += tookMs;
    }

    void sawEnd(long endOffset, long nowMs) {
        if (watchedSinceMs < 0) {
            watchedSinceMs = nowMs;
            firstEnd = endOffset;
        }
        watchedMs = nowMs - watchedSinceMs;
        end = endOffset;
    }

    Pace pace() {
        double replay = (offset - startOffset) * 1_000.0 / Math.max(1, busyMs);
        double production = production();
        long missing = Math.max(0, end - offset);
        double seconds;
        if (missing == 0) {
            seconds = 0;
        } else if (replay > production) {
            seconds = missing / (replay - production);
        } else {
            seconds = -1;
        }
        return new Pace(replay, production, seconds);
    }

    private double production() {
        if (watchedMs >= WATCH_MS) {
            return (end - firstEnd) * 1_000.0 / watchedMs;
        }
        return lastTimestamp <= firstTimestamp
                ? 0
                : (offset - startOffset) * 1_000.0 / (lastTimestamp - firstTimestamp);
    }
}
