package dev.meshlog.ingest.virtual;

/** So many at once, and then so many a minute. Time is handed in, in nanoseconds. */
final class TokenBucket {
    private static final double NANOS_PER_MINUTE = 60e9;

    private final double perNano;
    private final double size;
    private double tokens;
    private long countedAt;

    TokenBucket(int perMinute, int size, long now) {
        this.perNano = perMinute / NANOS_PER_MINUTE;
        this.size = size;
        this.tokens = size;
        this.countedAt = now;
    }

    boolean take(long now) {
        tokens = Math.min(size, tokens + (now - countedAt) * perNano);
        countedAt = now;
        if (tokens < 1) {
            return false;
        }
        tokens--;
        return true;
    }
}
