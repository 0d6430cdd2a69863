package dev.meshlog.streams.ledger;

import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.crypto.Ed25519;
import dev.meshlog.ledger.vertex.Verdict;
import dev.meshlog.ledger.vertex.VertexVerifier;
import dev.meshlog.schemas.MalformedRecordException;
import dev.meshlog.schemas.RecordPosition;
import dev.meshlog.schemas.SingleObject;
import dev.meshlog.schemas.ledger.RejectedInput;
import dev.meshlog.schemas.ledger.SignedVertex;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Checks every vertex once, without any state but the table of validators: good ones go to the verified log, the others to the rejected topic with their bytes. */
final class VerifyVertices extends ContextualProcessor<@Nullable String, byte[], String, SpecificRecordBase> {
    private static final Logger LOG = LoggerFactory.getLogger(VerifyVertices.class);

    /** A rejected vertex keeps this much of its bytes. */
    static final int KEPT_BYTES = 64 << 10;

    private final GenesisConfig genesis;
    private final SingleObject<SignedVertex> codec;
    private @Nullable ValidatorTableStore validators;
    private @Nullable VertexVerifier verifier;

    VerifyVertices(GenesisConfig genesis, SingleObject<SignedVertex> codec) {
        this.genesis = genesis;
        this.codec = codec;
    }

    @Override
    public void init(ProcessorContext<String, SpecificRecordBase> context) {
        super.init(context);
        validators = new ValidatorTableStore(context.getStateStore(LedgerTopology.VALIDATORS_STORE), genesis);
        verifier = new VertexVerifier(genesis.networkId(), genesis.epochLength(), validators, Ed25519.fastest());
    }

    @Override
    public void process(Record<@Nullable String, byte[]> rec) {
        byte[] bytes = rec.value() == null ? new byte[0] : rec.value();
        SignedVertex vertex;
        try {
            vertex = codec.decode(bytes);
        } catch (MalformedRecordException e) {
            reject(rec, bytes, "MALFORMED", String.valueOf(e.getMessage()));
            return;
        }
        Objects.requireNonNull(validators).refresh();
        Verdict verdict = Objects.requireNonNull(verifier).verify(vertex);
        if (verdict instanceof Verdict.Valid valid) {
            context()
                    .forward(
                            new Record<String, SpecificRecordBase>(
                                    valid.value().producer().hex(), vertex, rec.timestamp()),
                            LedgerTopology.VERIFIED_SINK);
        } else if (verdict instanceof Verdict.Invalid invalid) {
            reject(rec, bytes, invalid.reason().name(), invalid.detail());
        }
    }

    private void reject(Record<@Nullable String, byte[]> rec, byte[] bytes, String reason, String detail) {
        var origin = context()
                .recordMetadata()
                .map(at -> new RecordPosition(at.topic(), at.partition(), at.offset()))
                .orElse(null);
        LOG.info("vertex at {} rejected: {} ({})", origin, reason, detail);
        var rejected = RejectedInput.newBuilder()
                .setReason(reason)
                .setDetail(detail)
                .setLength(bytes.length)
                .setBytes(ByteBuffer.wrap(bytes, 0, Math.min(bytes.length, KEPT_BYTES)))
                .setOrigin(origin)
                .build();
        String key = rec.key() == null ? "" : rec.key();
        context()
                .forward(
                        new Record<String, SpecificRecordBase>(key, rejected, rec.timestamp()),
                        LedgerTopology.REJECTED_SINK);
    }
}
