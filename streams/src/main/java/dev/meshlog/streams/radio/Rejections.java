package dev.meshlog.streams.radio;

import dev.meshlog.schemas.RecordPosition;
import dev.meshlog.schemas.radio.FrameOutcome;
import dev.meshlog.schemas.radio.RejectedFrame;
import dev.meshlog.schemas.wire.MessageLimits;
import dev.meshlog.schemas.wire.RejectReason;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;

/** What is written and counted when something is rejected. */
final class Rejections {
    private Rejections() {}

    static RejectedFrame of(
            String network, String link, RejectReason reason, ByteBuffer bytes, Instant at, RecordPosition origin) {
        ByteBuffer kept = bytes.duplicate();
        kept.limit(kept.position() + Math.min(kept.remaining(), MessageLimits.DEAD_LETTER));
        return new RejectedFrame(
                network, link, reason.name(), reason.sentence(), (long) bytes.remaining(), kept, at, origin, null);
    }

    static FrameOutcome outcome(String network, String link, RejectReason reason, Instant at) {
        return new FrameOutcome(
                network, link, List.of(Counters.FRAMES, Counters.REJECTED, Counters.rejected(reason)), null, at);
    }
}
