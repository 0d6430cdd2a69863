package dev.meshlog.streams.radio;

import dev.meshlog.schemas.AvroSerde;
import dev.meshlog.schemas.MalformedRecordException;
import dev.meshlog.schemas.RecordPosition;
import dev.meshlog.schemas.SingleObject;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.UnknownSchemaException;
import dev.meshlog.schemas.radio.RadioFrame;
import dev.meshlog.schemas.wire.RejectReason;
import java.nio.ByteBuffer;
import java.time.Instant;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;

/**
 * Decodes the records of {@code radio.frames}. They arrive as bytes: a record that Meshlog did not write is rejected like any other
 * bad input and stops nothing.
 */
final class FrameDecoding extends ContextualProcessor<String, byte[], String, Decoded> {
    private static final String UNKNOWN = "unknown";

    private final SingleObject<RadioFrame> codec = ((AvroSerde<RadioFrame>) Topics.FRAMES.values()).codec();
    private final FrameReader frames;

    FrameDecoding(ChannelKeys channels) {
        this.frames = new FrameReader(channels);
    }

    @Override
    public void process(Record<String, byte[]> record) {
        RecordMetadata metadata = context()
                .recordMetadata()
                .orElseThrow(
                        () -> new IllegalStateException("a record of " + Topics.FRAMES.name() + " without a place"));
        var evidence = new RecordPosition(metadata.topic(), metadata.partition(), metadata.offset());
        Decoded decoded;
        String link = record.key() == null ? UNKNOWN : record.key();
        try {
            RadioFrame frame = codec.decode(record.value() == null ? new byte[0] : record.value());
            link = frame.getLink();
            decoded = frames.read(frame, evidence);
        } catch (UnknownSchemaException e) {
            decoded = rejected(record, link, RejectReason.RECORD_FROM_NEWER_VERSION, evidence);
        } catch (MalformedRecordException e) {
            decoded = rejected(record, link, RejectReason.RECORD_MALFORMED, evidence);
        }
        context().forward(new Record<>(link, decoded, record.timestamp()));
    }

    private static Decoded rejected(
            Record<String, byte[]> record, String link, RejectReason reason, RecordPosition evidence) {
        ByteBuffer bytes = ByteBuffer.wrap(record.value() == null ? new byte[0] : record.value());
        Instant at = Instant.ofEpochMilli(record.timestamp());
        return new Decoded(
                null,
                Rejections.of(UNKNOWN, link, reason, bytes, at, evidence),
                Rejections.outcome(UNKNOWN, link, reason, at));
    }
}
