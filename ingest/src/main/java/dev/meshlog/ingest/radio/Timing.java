package dev.meshlog.ingest.radio;

import java.time.Duration;

/**
 * How patient a link to a radio is.
 *
 * @param heartbeat after so long without a byte the radio is asked whether it lives
 * @param answer how long it may take to answer, or to take a message
 * @param silent after so long without a packet, though alive, somebody is told
 * @param firstPause between two tries to connect; doubled up to {@code longestPause}
 * @param settled a session that lasted so long makes the next pause the first one again
 * @param rivalPause the first pause when another program took the radio twice in a row; doubled up to {@code longestRivalPause}
 */
public record Timing(
        Duration heartbeat,
        Duration answer,
        Duration silent,
        Duration firstPause,
        Duration longestPause,
        Duration settled,
        Duration rivalPause,
        Duration longestRivalPause) {
    /** For real radios. */
    public static final Timing DEFAULT = new Timing(
            Duration.ofSeconds(30),
            Duration.ofSeconds(10),
            Duration.ofMinutes(30),
            Duration.ofSeconds(1),
            Duration.ofMinutes(1),
            Duration.ofMinutes(1),
            Duration.ofSeconds(15),
            Duration.ofMinutes(5));

    public Timing withSilent(Duration value) {
        return new Timing(heartbeat, answer, value, firstPause, longestPause, settled, rivalPause, longestRivalPause);
    }
}
