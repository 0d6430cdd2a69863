package dev.meshlog.infra.bench;

import java.time.Clock;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * How a bench is run.
 *
 * @param size how many objects, vertices or rounds, as the bench says; its own default when empty
 * @param seconds that one comparison may take, warm-up included
 * @param clock for what publishes and recovers, not for measuring
 * @param progress takes lines for people
 */
public record BenchSettings(OptionalLong size, double seconds, Clock clock, Consumer<String> progress) {
    int sizeOr(int itsDefault) {
        return Math.toIntExact(size.orElse(itsDefault));
    }

    /** The one size that was asked for, or all of the defaults. */
    int[] sizesOr(int... itsDefaults) {
        return size.isPresent() ? new int[] {Math.toIntExact(size.getAsLong())} : itsDefaults;
    }
}
