package dev.meshlog.ingest;

/** So many at once, and then so many a minute. Time is handed in, in nanoseconds. */
public final class TokenBucket {
    private static final double NANOS_PER_MINUTE = 60e9;

    private final double perNano;
    private final double size;
    private double tokens;
    private long countedAt;

    public TokenBucket(int perMinute, int size, long now) {
        this.perNano = perMinute / NANOS_PER_MINUTE;
        this.size = size;
        this.tokens = size;
        this.countedAt = now;
    }

    public boolean take(long now) {
        tokens = Math.min(size, tokens + (now - countedAt) * perNano);
        countedAt = now;
        if (tokens < 1) {
            return false;
        }
        tokens--;
        return true;
    }
}
