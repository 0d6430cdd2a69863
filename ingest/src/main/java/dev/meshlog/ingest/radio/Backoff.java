package dev.meshlog.ingest.radio;

import java.time.Duration;
import java.util.random.RandomGenerator;

/** Pauses that double up to a longest one. Each is shortened by up to a half at random, so that programs do not come back in step. */
final class Backoff {
    private final Duration first;
    private final Duration longest;
    private final RandomGenerator random;
    private Duration next;

    Backoff(Duration first, Duration longest, RandomGenerator random) {
        this.first = first;
        this.longest = longest;
        this.random = random;
        this.next = first;
    }

    Duration next() {
        long full = next.toNanos();
        next = next.multipliedBy(2).compareTo(longest) < 0 ? next.multipliedBy(2) : longest;
        return Duration.ofNanos(full - (long) (full / 2.0 * random.nextDouble()));
    }

    void reset() {
        next = first;
    }
}
