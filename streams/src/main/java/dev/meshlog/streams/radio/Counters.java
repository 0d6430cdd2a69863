package dev.meshlog.streams.radio;

import dev.meshlog.schemas.wire.RejectReason;

/**
 * Names of a link's counters. They only grow, and at any moment
 *
 * <pre>
 *   frames = configFrames + otherFrames + packets + duplicates + rejected
 *   rejected = the sum of rejected.REASON
 * </pre>
 *
 * because all that one frame raises is added at once. What a link received and did not take for a frame is beside that sum:
 *
 * <pre>
 *   refused = the sum of refused.REASON
 * </pre>
 *
 * {@code undecrypted} counts packets, {@code turnedAway} those and the listed nodes that the tables had no room for, and {@code partsRejected.REASON}
 * counts what was wrong inside frames that were otherwise used, such as a key.
 */
final class Counters {
    static final String FRAMES = "frames";
    static final String CONFIG_FRAMES = "configFrames";
    static final String OTHER_FRAMES = "otherFrames";
    static final String PACKETS = "packets";
    static final String DUPLICATES = "duplicates";
    static final String TURNED_AWAY = "turnedAway";
    static final String UNDECRYPTED = "undecrypted";
    static final String REJECTED = "rejected";
    static final String REFUSED = "refused";

    private Counters() {}

    static String rejected(RejectReason reason) {
        return REJECTED + "." + reason;
    }

    static String refused(String reason) {
        return REFUSED + "." + reason;
    }

    static String partRejected(RejectReason reason) {
        return "partsRejected." + reason;
    }
}
