package dev.meshlog.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BackoffTest {
    private static final Duration FIRST = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofSeconds(10);

    private final long seed = new Random().nextLong();
    private final Backoff backoff = new Backoff(FIRST, LONGEST, new Random(seed));

    @Test
    void pausesDoubleUpToTheLongest() {
        for (long full : new long[] {1, 2, 4, 8, 10, 10}) {
            isShortenedAtMostByHalf(backoff.next(), Duration.ofSeconds(full));
        }
        assertThat(backoff.tries()).isEqualTo(6);
    }

    @Test
    void afterAResetItBeginsAnew() {
        backoff.next();
        backoff.longest();
        backoff.reset();
        assertThat(backoff.tries()).isZero();
        isShortenedAtMostByHalf(backoff.next(), FIRST);
    }

    @Test
    void longestPauseCountsAsATry() {
        isShortenedAtMostByHalf(backoff.longest(), LONGEST);
        assertThat(backoff.tries()).isEqualTo(1);
        isShortenedAtMostByHalf(backoff.next(), FIRST.multipliedBy(2));
    }

    private void isShortenedAtMostByHalf(Duration pause, Duration full) {
        assertThat(pause).as("seed %d", seed).isBetween(full.dividedBy(2), full);
    }
}
