package dev.meshlog.ingest;

import java.time.Duration;

/** How fast a recording is played. */
public sealed interface Pace {
    Pace FAST = new Fast();

    static Pace perSecond(double messages) {
        return new PerSecond(messages);
    }

    /** When a message is due, counted from the first one. */
    Duration due(long message);

    /** As fast as it can be taken. */
    record Fast() implements Pace {
        @Override
        public Duration due(long message) {
            return Duration.ZERO;
        }
    }

    /** So many messages a second. */
    record PerSecond(double messages) implements Pace {
        public PerSecond {
            if (!(messages > 0)) {
                throw new IllegalArgumentException("a pace is more than 0 messages a second, not " + messages);
            }
        }

        @Override
        public Duration due(long message) {
            return Duration.ofNanos((long) (message * 1e9 / messages));
        }
    }
}
