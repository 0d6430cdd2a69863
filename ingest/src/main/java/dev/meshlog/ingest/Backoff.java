package dev.meshlog.ingest;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Pauses between tries to connect; they double up to a longest one. Each is shortened by up to a half at random, so that the clients of what
 * starts anew do not come back in step. For one thread.
 */
public final class Backoff {
    private final Duration first;
    private final Duration longest;
    private final RandomGenerator random;
    private Duration next;
    private int tries;

    public Backoff(Duration first, Duration longest, RandomGenerator random) {
        this.first = first;
        this.longest = longest;
        this.random = random;
        this.next = first;
    }

    public Duration next() {
        Duration full = next;
        count();
        return shortened(full);
    }

    /** The longest one, when another try makes no sense soon; it counts as a try all the same. */
    public Duration longest() {
        count();
        return shortened(longest);
    }

    /** How many pauses there were since the last {@link #reset()}. */
    public int tries() {
        return tries;
    }

    public void reset() {
        next = first;
        tries = 0;
    }

    private void count() {
        tries++;
        next = next.multipliedBy(2).compareTo(longest) < 0 ? next.multipliedBy(2) : longest;
    }

    private Duration shortened(Duration full) {
        return Duration.ofNanos(full.toNanos() - (long) (full.toNanos() / 2.0 * random.nextDouble()));
    }
}
