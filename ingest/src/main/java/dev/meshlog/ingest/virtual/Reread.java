package dev.meshlog.ingest.virtual;

import com.google.protobuf.ByteString;
import dev.meshlog.schemas.meshtastic.FromRadio;
import java.time.Duration;
import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads a radio's configuration again after clients have changed it: some fifty messages, without its nodes, and once for all changes that follow
 * each other. What a change makes of the configuration only the radio knows. One thread; time is handed in, in nanoseconds.
 *
 * <pre>
 *   idle --changed--> settling --2 s without another change--> reading --complete--> idle
 *                        ^                                        |
 *                        +------------- no end in 10 s -----------+
 * </pre>
 */
final class Reread {
    private static final long SETTLED = Duration.ofSeconds(2).toNanos();
    private static final long LONGEST = Duration.ofSeconds(10).toNanos();
    private static final int MOST_TRIES = 3;

    private final Supplier<DeviceImage.Reading> begin;
    private boolean changed;
    private @Nullable Long settlesAt;
    private DeviceImage.@Nullable Reading reading;
    private long askedAt;
    private int tries;

    Reread(Supplier<DeviceImage.Reading> begin) {
        this.begin = begin;
    }

    /** The radio has answered a request that changes its configuration. */
    void changed() {
        changed = true;
        tries = 0;
    }

    /** The next session begins with the whole config. */
    void radioEnded() {
        changed = false;
        settlesAt = null;
        reading = null;
    }

    /** @param ask asks the radio for its config; whether that is on its way */
    void tick(long now, IntPredicate ask) {
        if (changed) {
            changed = false;
            reading = null;
            settlesAt = now + SETTLED;
        }
        if (reading != null && now - askedAt >= LONGEST) {
            reading = null;
            settlesAt = tries < MOST_TRIES ? now : null;
        }
        if (settlesAt != null && now - settlesAt >= 0 && ask.test(ConfigAnswer.ONLY_CONFIG)) {
            settlesAt = null;
            askedAt = now;
            tries++;
            reading = begin.get();
        }
    }

    boolean isReading() {
        return reading != null;
    }

    /** What the device says of itself by now, once it has said all of it. */
    Optional<DeviceImage> take(FromRadio message, ByteString payload) {
        DeviceImage.Reading current = reading;
        if (current == null) {
            return Optional.empty();
        }
        if (message.getConfigCompleteId() == ConfigAnswer.ONLY_CONFIG) {
            reading = null;
            return Optional.ofNullable(current.image());
        }
        current.take(message, payload);
        return Optional.empty();
    }
}
