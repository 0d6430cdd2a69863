package dev.meshlog.streams.radio;

import dev.meshlog.schemas.AvroSerde;
import dev.meshlog.schemas.MalformedRecordException;
import dev.meshlog.schemas.RecordPosition;
import dev.meshlog.schemas.SingleObject;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.UnknownSchemaException;
import dev.meshlog.schemas.radio.FrameKind;
import dev.meshlog.schemas.radio.RadioFrame;
import dev.meshlog.schemas.wire.RejectReason;
import java.nio.ByteBuffer;
import java.time.Instant;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * Decodes the records of {@code radio.frames}. They arrive as bytes: a record that Meshlog did not write is rejected like any other
 * bad input and stops nothing. Which node a radio is, it says once, at the beginning of each session.
 */
final class FrameDecoding extends ContextualProcessor<String, byte[], String, Decoded> {
    static final String OWN_NODES = "own-nodes";
    private static final String UNKNOWN = "unknown";

    private final SingleObject<RadioFrame> codec = ((AvroSerde<RadioFrame>) Topics.FRAMES.values()).codec();
    private final FrameReader frames;
    private KeyValueStore<String, Long> ownNodes;

    @SuppressWarnings("NullAway.Init") // Kafka Streams calls init before anything else.
    FrameDecoding(ChannelKeys channels) {
        this.frames = new FrameReader(channels);
    }

    @Override
    public void init(ProcessorContext<String, Decoded> context) {
        super.init(context);
        ownNodes = context.getStateStore(OWN_NODES);
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
            decoded = frames.read(frame, evidence, ownNode(frame));
            if (decoded.outcome() != null && decoded.outcome().getOwnNode() != null) {
                ownNodes.put(link, decoded.outcome().getOwnNode());
            }
        } catch (UnknownSchemaException e) {
            decoded = rejected(record, link, RejectReason.RECORD_FROM_NEWER_VERSION, evidence);
        } catch (MalformedRecordException e) {
            decoded = rejected(record, link, RejectReason.RECORD_MALFORMED, evidence);
        }
        context().forward(new Record<>(link, decoded, record.timestamp()));
    }

    /** Only a radio has one. */
    private @Nullable Long ownNode(RadioFrame frame) {
        return frame.getKind() == FrameKind.FROM_RADIO ? ownNodes.get(frame.getLink()) : null;
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
