package dev.meshlog.ingest;

import dev.meshlog.schemas.LastRecord;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.radio.RadioFrame;
import dev.meshlog.schemas.radio.RejectedFrame;
import dev.meshlog.schemas.radio.SourcePosition;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * How far a link's source is safely kept. The position stands in the very records that were made of the source, so it can't differ
 * from them: not after a crash, not after an aborted transaction.
 */
final class Acknowledged {
    private static final Duration SEARCH = Duration.ofSeconds(60);

    private Acknowledged() {}

    static @Nullable SourcePosition position(Map<String, ?> client, Link link) {
        if (!link.mayRepeat()) {
            return null;
        }
        try (var last = new LastRecord(client, SEARCH)) {
            Optional<ConsumerRecord<String, RadioFrame>> frame =
                    last.of(Topics.FRAMES, link.name(), value -> isOwn(link, value.getSource()));
            Optional<ConsumerRecord<String, RejectedFrame>> rejected = last.of(
                    Topics.RADIO_REJECTED,
                    link.name(),
                    value -> isOwn(link, value.getSource()) && value.getOrigin() == null);
            SourcePosition ofFrame =
                    frame.map(record -> record.value().getSource()).orElse(null);
            SourcePosition ofRejected =
                    rejected.map(record -> record.value().getSource()).orElse(null);
            if (ofFrame == null || ofRejected == null) {
                return ofFrame == null ? ofRejected : ofFrame;
            }
            boolean sameSource = ofFrame.getFingerprint().equals(ofRejected.getFingerprint());
            boolean frameIsLater = sameSource
                    ? ofFrame.getEnd() > ofRejected.getEnd()
                    : frame.get().timestamp() > rejected.get().timestamp();
            return frameIsLater ? ofFrame : ofRejected;
        }
    }

    private static boolean isOwn(Link link, @Nullable SourcePosition position) {
        return position != null && link.isOwn(position);
    }
}
