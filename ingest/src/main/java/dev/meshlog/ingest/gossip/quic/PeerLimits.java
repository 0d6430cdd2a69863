package dev.meshlog.ingest.gossip.quic;

import java.time.Duration;

/**
 * What one peer may use up.
 *
 * @param helloWithin of the connection
 * @param questionWithin of the beginning of its stream, with its end: who sends a byte a second holds nothing
 * @param idle a connection without a packet for so long is lost
 * @param pushBytesPerSecond that are read of it
 * @param pushesPerMinute that are read of it
 * @param untaken bytes of pushes that nobody took yet; with more of them nothing is read
 * @param unsent bytes of pushes that it did not read yet; with more of them pushes are dropped. Peers without a key have less, see {@link Unsent}
 * @param questionsPerMinute that are answered
 * @param questionsAtOnce that are answered at the same time, and as many again may wait here
 * @param readWithin of a part of an answer, or of one push while no more may wait: who reads neither is given up
 */
public record PeerLimits(
        Duration helloWithin,
        Duration questionWithin,
        Duration idle,
        long pushBytesPerSecond,
        int pushesPerMinute,
        int untaken,
        int unsent,
        int questionsPerMinute,
        int questionsAtOnce,
        Duration readWithin) {
    /** Four validators with full vertices at ten rounds a second are 20 MiB/s. */
    public static final PeerLimits DEFAULT = new PeerLimits(
            Duration.ofSeconds(5),
            Duration.ofSeconds(10),
            Duration.ofSeconds(10),
            32L << 20,
            600_000,
            8 << 20,
            16 << 20,
            6_000,
            16,
            Duration.ofSeconds(20));
}
