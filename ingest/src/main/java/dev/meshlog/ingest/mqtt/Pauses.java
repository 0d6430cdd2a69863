package dev.meshlog.ingest.mqtt;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Between two tries to connect.
 *
 * @param first doubled after each try up to {@code longest}
 * @param settled a connection that lasted so long makes the next pause the first one again
 */
record Pauses(Duration first, Duration longest, Duration settled) {
    static final Pauses DEFAULT = new Pauses(Duration.ofSeconds(1), Duration.ofMinutes(1), Duration.ofMinutes(1));

    /** Two clients with one id would throw each other out for ever: from the third time on nobody comes back soon. */
    private static final int RIVAL_TRIES = 3;

    /** @param tries that have failed one after the other, at least 1 */
    Duration after(int tries, Trouble.Kind why, RandomGenerator random) {
        Duration full = switch (why) {
            case PASSING -> doubled(tries);
            case RIVAL -> tries < RIVAL_TRIES ? doubled(tries) : longest;
            case REFUSED -> longest;
        };
        // Shortened at random, so that the clients of a broker that starts anew do not come all at once.
        return Duration.ofNanos(full.toNanos() - (long) (full.toNanos() / 2.0 * random.nextDouble()));
    }

    private Duration doubled(int tries) {
        Duration pause = first;
        for (int i = 1; i < tries && pause.compareTo(longest) < 0; i++) {
            pause = pause.multipliedBy(2);
        }
        return pause.compareTo(longest) < 0 ? pause : longest;
    }
}
