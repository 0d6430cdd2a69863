package dev.meshlog.ingest;

import com.google.protobuf.ByteString;
import dev.meshlog.schemas.radio.FrameKind;
import dev.meshlog.schemas.radio.SourcePosition;
import dev.meshlog.schemas.wire.FramePiece;
import dev.meshlog.schemas.wire.Redaction;
import dev.meshlog.schemas.wire.RejectReason;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/** What a link hands over, in the order in which it came. */
public sealed interface Received {
    /** Where the source can be continued behind this; null for a live source. */
    @Nullable SourcePosition source();

    /**
     * One message, as it was received: secrets are still in it.
     *
     * @param replayed whether a radio tells from its memory what it once heard
     * @param parsed whether the link has parsed the payload as what the kind says
     */
    record Message(
            FrameKind kind,
            ByteString payload,
            @Nullable String mqttTopic,
            @Nullable SourcePosition source,
            boolean replayed,
            boolean parsed)
            implements Received {
        public Message(
                FrameKind kind, ByteString payload, @Nullable String mqttTopic, @Nullable SourcePosition source) {
            this(kind, payload, mqttTopic, source, false, false);
        }

        /** From a live source. */
        public static Message live(FrameKind kind, ByteString payload) {
            return new Message(kind, payload, null, null);
        }

        /** What a radio said, and was parsed. */
        public static Message ofRadio(ByteString payload, @Nullable SourcePosition source, boolean replayed) {
            return new Message(FrameKind.FROM_RADIO, payload, null, source, replayed, true);
        }
    }

    /** What went through a spool: already without secrets, with its position in the spool. */
    record Encoded(
            ProducerRecord<byte[], byte[]> record, @Nullable SourcePosition source) implements Received {}

    /**
     * Input that is not a message.
     *
     * @param bytes already without what could be a secret, and perhaps without its end
     * @param length bytes before anything was cut off
     * @param topic under which an MQTT broker sent it
     */
    record Refused(
            RejectReason reason,
            ByteString bytes,
            @Nullable SourcePosition source,
            long length,
            @Nullable String topic) implements Received {
        public Refused(RejectReason reason, ByteString bytes, @Nullable SourcePosition source) {
            this(reason, bytes, source, bytes.size(), null);
        }

        public static Refused of(FramePiece.Skipped piece, @Nullable SourcePosition source) {
            return new Refused(piece.reason(), Redaction.ofSkipped(piece), source);
        }

        static Refused ofLine(RejectReason reason, ByteString line, @Nullable SourcePosition source) {
            return new Refused(reason, Redaction.ofText(line), source);
        }
    }
}
