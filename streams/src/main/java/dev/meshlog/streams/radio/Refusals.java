package dev.meshlog.streams.radio;

import dev.meshlog.schemas.AvroSerde;
import dev.meshlog.schemas.MalformedRecordException;
import dev.meshlog.schemas.SingleObject;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.radio.FrameOutcome;
import dev.meshlog.schemas.radio.RejectedFrame;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What ingest wrote to {@code radio.rejected}, for the counters; what this topology wrote there itself is counted already. */
final class Refusals {
    private static final SingleObject<RejectedFrame> CODEC =
            ((AvroSerde<RejectedFrame>) Topics.RADIO_REJECTED.values()).codec();

    private Refusals() {}

    static List<FrameOutcome> outcome(byte @Nullable [] bytes) {
        RejectedFrame refused;
        try {
            refused = CODEC.decode(bytes == null ? new byte[0] : bytes);
        } catch (MalformedRecordException e) {
            return List.of(); // not written by a Meshlog: nothing to count, and it stays where it is
        }
        if (refused.getOrigin() != null) {
            return List.of();
        }
        return List.of(new FrameOutcome(
                refused.getNetwork(),
                refused.getLink(),
                List.of(Counters.REFUSED, Counters.refused(refused.getReason())),
                null,
                refused.getAtMs()));
    }
}
