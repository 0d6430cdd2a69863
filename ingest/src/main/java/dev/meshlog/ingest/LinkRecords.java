package dev.meshlog.ingest;

import com.google.protobuf.ByteString;
import dev.meshlog.schemas.Topic;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.radio.LinkEvent;
import dev.meshlog.schemas.radio.LinkEventKind;
import dev.meshlog.schemas.radio.RadioFrame;
import dev.meshlog.schemas.radio.RejectedFrame;
import dev.meshlog.schemas.wire.Redaction;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/** Makes records of what a link received. There is no other way into Kafka, so a secret that is blanked here is nowhere. */
final class LinkRecords {
    /** Of rejected input so much is kept. */
    static final int MAX_REJECTED = 4096;

    private final String network;
    private final String link;
    private final Clock clock;

    LinkRecords(Link link, Clock clock) {
        this.network = link.network();
        this.link = link.name();
        this.clock = clock;
    }

    ProducerRecord<byte[], byte[]> of(Received received) {
        Instant now = clock.instant();
        if (received instanceof Received.Message message) {
            return encoded(Topics.FRAMES, frame(message, now), now);
        }
        return encoded(Topics.RADIO_REJECTED, rejected((Received.Refused) received, now), now);
    }

    ProducerRecord<byte[], byte[]> event(LinkEventKind kind, @Nullable String detail) {
        Instant now = clock.instant();
        return encoded(Topics.LINKS, new LinkEvent(network, link, kind, detail, null, Map.of(), Map.of(), now), now);
    }

    private RadioFrame frame(Received.Message message, Instant now) {
        Redaction redaction = switch (message.kind()) {
            case FROM_RADIO -> Redaction.ofFromRadio(message.payload());
            case SERVICE_ENVELOPE -> Redaction.ofServiceEnvelope(message.payload());
            case MESH_PACKET -> Redaction.ofMeshPacket(message.payload());
            case UNKNOWN, IMPORTED_NODE -> throw new IllegalArgumentException("a link says what its messages are");
        };
        return new RadioFrame(
                network,
                link,
                message.kind(),
                now,
                message.source(),
                message.mqttTopic(),
                redaction.payload().asReadOnlyByteBuffer(),
                redaction.paths());
    }

    private RejectedFrame rejected(Received.Refused refused, Instant now) {
        ByteString bytes = refused.bytes();
        ByteBuffer kept =
                bytes.substring(0, Math.min(bytes.size(), MAX_REJECTED)).asReadOnlyByteBuffer();
        return new RejectedFrame(
                network,
                link,
                refused.reason().name(),
                refused.reason().sentence(),
                (long) bytes.size(),
                kept,
                now,
                null,
                refused.source());
    }

    private <V> ProducerRecord<byte[], byte[]> encoded(Topic<String, V> topic, V value, Instant now) {
        return new ProducerRecord<>(
                topic.name(),
                null,
                now.toEpochMilli(),
                topic.keys().serializer().serialize(topic.name(), link),
                topic.values().serializer().serialize(topic.name(), value));
    }
}
