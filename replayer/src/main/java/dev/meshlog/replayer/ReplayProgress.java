package dev.meshlog.replayer;

/**
 * How far replay is.
 *
 * @param from offset at which it began
 * @param offset of the next vertex
 * @param end offset behind the newest vertex, as it was last seen
 */
public record ReplayProgress(long from, long offset, long end, long vertices, long commitIndex, CatchUp.Pace pace) {
    /** Between 0 and 1. */
    public double fraction() {
        return end <= from ? 1 : Math.min(1, (double) (offset - from) / (end - from));
    }
}
