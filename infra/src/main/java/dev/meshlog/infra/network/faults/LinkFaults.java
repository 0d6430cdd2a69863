package dev.meshlog.infra.network.faults;

import java.time.Duration;

/**
 * What a link does to the datagrams on it, in either direction.
 *
 * @param isCut everything is lost, also what is on its way
 * @param delay of each datagram
 * @param jitter how much longer or shorter the delay of one may be: more than the time between two lets them overtake each other
 * @param lost share of the datagrams that never arrive
 * @param duplicated share of those that arrive a second time
 * @param overtaken share of those that come behind others that were sent later
 */
public record LinkFaults(
        boolean isCut, Duration delay, Duration jitter, double lost, double duplicated, double overtaken) {
    public static final LinkFaults NONE = new LinkFaults(false, Duration.ZERO, Duration.ZERO, 0, 0, 0);
    public static final LinkFaults CUT = new LinkFaults(true, Duration.ZERO, Duration.ZERO, 0, 0, 0);

    public LinkFaults {
        requireShare(lost);
        requireShare(duplicated);
        requireShare(overtaken);
        if (delay.isNegative() || jitter.compareTo(delay) > 0) {
            throw new IllegalArgumentException("a delay of " + delay + " ± " + jitter);
        }
    }

    static LinkFaults delayed(Duration delay, Duration jitter) {
        return new LinkFaults(false, delay, jitter, 0, 0, 0);
    }

    static LinkFaults duplicating(double share) {
        return new LinkFaults(false, Duration.ZERO, Duration.ZERO, 0, share, 0);
    }

    static LinkFaults reordering(double share) {
        return new LinkFaults(false, Duration.ZERO, Duration.ZERO, 0, 0, share);
    }

    static LinkFaults losing(double share) {
        return new LinkFaults(false, Duration.ZERO, Duration.ZERO, share, 0, 0);
    }

    private static void requireShare(double share) {
        if (!(share >= 0 && share <= 1)) {
            throw new IllegalArgumentException("a share of " + share);
        }
    }
}
