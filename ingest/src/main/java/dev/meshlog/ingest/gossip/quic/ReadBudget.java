package dev.meshlog.ingest.gossip.quic;

/**
 * How fast a peer's pushes are read: each takes its share of the time that its bytes and its number allow for. Up to {@link #BURST_NANOS} may be used up in
 * advance. Time is handed in, in nanoseconds.
 */
final class ReadBudget {
    static final long BURST_NANOS = 1_000_000_000;

    private final double nanosPerByte;
    private final double nanosPerMessage;
    private long usedUntil;

    ReadBudget(long bytesPerSecond, int messagesPerMinute, long now) {
        this.nanosPerByte = 1e9 / bytesPerSecond;
        this.nanosPerMessage = 60e9 / messagesPerMinute;
        this.usedUntil = now;
    }

    /** Returns for how long nothing more may be read, in nanoseconds. */
    long charge(int bytes, long now) {
        long from = usedUntil - now > 0 ? usedUntil : now;
        usedUntil = from + (long) Math.max(bytes * nanosPerByte, nanosPerMessage);
        return Math.max(0, usedUntil - now - BURST_NANOS);
    }
}
