package dev.meshlog.streams.radio;

import dev.meshlog.schemas.RecordPosition;
import dev.meshlog.schemas.radio.KnownKey;
import java.util.Comparator;

/**
 * How sightings of one key add up. The sum does not depend on which link is read first: the first sighting is the one with the earliest time,
 * the last one that with the latest. Of those of one millisecond the place in {@code radio.frames} decides, and for the last one, whose place
 * is not kept, the source.
 */
final class KeySightings {
    private static final Comparator<RecordPosition> BY_PLACE =
            Comparator.comparingInt(RecordPosition::getPartition).thenComparingLong(RecordPosition::getOffset);

    private KeySightings() {}

    static KnownKey merged(KnownKey known, KeyTable.Sighting sighting) {
        boolean first = isEarlier(sighting, known);
        boolean last = isLater(sighting, known);
        return new KnownKey(
                known.getKey(),
                known.getLowEntropy(),
                first ? sighting.source() : known.getSource(),
                last ? sighting.source() : known.getLastSource(),
                first ? sighting.at() : known.getFirstSeenMs(),
                last ? sighting.at() : known.getLastSeenMs(),
                first ? sighting.evidence() : known.getEvidence(),
                known.getVerifiedByRadio() || sighting.verified(),
                known.getOwn() || sighting.own(),
                known.getClaimedFrom());
    }

    /** Whether it comes before all that were seen, or behind them. */
    static boolean moves(KeyTable.Sighting sighting, KnownKey known) {
        return isEarlier(sighting, known) || isLater(sighting, known);
    }

    private static boolean isEarlier(KeyTable.Sighting sighting, KnownKey known) {
        int times = sighting.at().compareTo(known.getFirstSeenMs());
        return times < 0 || (times == 0 && BY_PLACE.compare(sighting.evidence(), known.getEvidence()) < 0);
    }

    private static boolean isLater(KeyTable.Sighting sighting, KnownKey known) {
        int times = sighting.at().compareTo(known.getLastSeenMs());
        return times > 0 || (times == 0 && sighting.source().compareTo(known.getLastSource()) > 0);
    }
}
