package dev.meshlog.streams.radio;

import dev.meshlog.schemas.AvroSerde;
import dev.meshlog.schemas.MalformedRecordException;
import dev.meshlog.schemas.NodeNumber;
import dev.meshlog.schemas.RecordPosition;
import dev.meshlog.schemas.SingleObject;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.radio.KeyDecision;
import dev.meshlog.schemas.radio.KeyDecisionKind;
import dev.meshlog.schemas.wire.RejectReason;
import java.nio.ByteBuffer;
import java.time.Instant;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.jspecify.annotations.Nullable;

/** Takes the operator's decisions to the keys that the frames brought; it shares their store. */
final class KeyDeciding extends ContextualProcessor<String, byte[], String, NodeChange> {
    private static final String OPERATOR = "operator";

    private final SingleObject<KeyDecision> codec = ((AvroSerde<KeyDecision>) Topics.KEY_DECISIONS.values()).codec();
    private final KeyTable keyTable;
    private NodeKeys keys;

    @SuppressWarnings("NullAway.Init") // Kafka Streams calls init before anything else.
    KeyDeciding(KeyTable keyTable) {
        this.keyTable = keyTable;
    }

    @Override
    public void init(ProcessorContext<String, NodeChange> context) {
        super.init(context);
        keys = new NodeKeys(keyTable, context.getStateStore(NodeTables.KEYS));
    }

    @Override
    public void process(Record<String, byte[]> record) {
        RecordMetadata metadata = context()
                .recordMetadata()
                .orElseThrow(() ->
                        new IllegalStateException("a record of " + Topics.KEY_DECISIONS.name() + " without a place"));
        var evidence = new RecordPosition(metadata.topic(), metadata.partition(), metadata.offset());
        KeyDecision decision = decode(record);
        NodeChange change;
        if (decision == null) {
            change = NodeChange.rejected(Rejections.of(
                    OPERATOR,
                    OPERATOR,
                    RejectReason.DECISION_MALFORMED,
                    ByteBuffer.wrap(record.value() == null ? new byte[0] : record.value()),
                    Instant.ofEpochMilli(record.timestamp()),
                    evidence));
        } else {
            var builder = NodeChange.Builder.uncounted();
            keys.decide(decision, evidence, builder);
            change = builder.build();
        }
        context().forward(new Record<>(String.valueOf(record.key()), change, record.timestamp()));
    }

    /** Null when it is none, or stands where it does not belong. */
    private @Nullable KeyDecision decode(Record<String, byte[]> record) {
        try {
            KeyDecision decision = codec.decode(record.value() == null ? new byte[0] : record.value());
            boolean usable = decision.getKind() != KeyDecisionKind.UNKNOWN
                    && NodeNumber.isNode(decision.getNode())
                    && NodeNumber.key(decision.getNetwork(), decision.getNode()).equals(record.key());
            return usable ? decision : null;
        } catch (MalformedRecordException e) {
            return null;
        }
    }
}
