package dev.meshlog.ingest;

import com.google.protobuf.ByteString;
import dev.meshlog.schemas.Topic;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.radio.FrameKind;
import dev.meshlog.schemas.radio.LinkEvent;
import dev.meshlog.schemas.radio.LinkEventKind;
import dev.meshlog.schemas.radio.RadioFrame;
import dev.meshlog.schemas.radio.RejectedFrame;
import dev.meshlog.schemas.radio.SourcePosition;
import dev.meshlog.schemas.wire.MessageLimits;
import dev.meshlog.schemas.wire.Redaction;
import dev.meshlog.schemas.wire.RejectReason;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/** Makes records of what a link received. There is no other way into Kafka, so a secret that is blanked here is nowhere. */
final class LinkRecords {
    private final String network;
    private final String link;
    private final Clock clock;
    private final byte[] key;

    LinkRecords(String network, String link, Clock clock) {
        this.network = network;
        this.link = link;
        this.clock = clock;
        this.key = link.getBytes(StandardCharsets.UTF_8);
    }

    ProducerRecord<byte[], byte[]> of(Received received) {
        return of(received, received.source());
    }

    /** @param source where the record is to say that it comes from */
    ProducerRecord<byte[], byte[]> of(Received received, @Nullable SourcePosition source) {
        Instant now = clock.instant();
        if (received instanceof Received.Encoded encoded) {
            return encoded.record();
        }
        Received.Refused refused;
        if (received instanceof Received.Message message) {
            if (message.payload().size() <= MessageLimits.FRAME) {
                return encoded(Topics.FRAMES, frame(message, source, now), now);
            }
            refused = tooLong(message);
        } else {
            refused = (Received.Refused) received;
        }
        return encoded(Topics.RADIO_REJECTED, rejected(refused, source, now), now);
    }

    ProducerRecord<byte[], byte[]> event(LinkEventKind kind, @Nullable String detail) {
        return event(kind, detail, null, Map.of(), Map.of());
    }

    ProducerRecord<byte[], byte[]> event(
            LinkEventKind kind,
            @Nullable String detail,
            @Nullable Long ownNode,
            Map<String, Long> counters,
            Map<String, String> facts) {
        Instant now = clock.instant();
        return encoded(Topics.LINKS, new LinkEvent(network, link, kind, detail, ownNode, counters, facts, now), now);
    }

    /** Of what was done on the link; the caller has blanked what is secret. */
    <V> ProducerRecord<byte[], byte[]> done(Topic<String, V> topic, V value) {
        return encoded(topic, value, clock.instant());
    }

    private RadioFrame frame(Received.Message message, @Nullable SourcePosition source, Instant now) {
        Redaction redaction = message.parsed() ? parsed(message) : redacted(message.kind(), message.payload());
        return new RadioFrame(
                network,
                link,
                message.kind(),
                now,
                source,
                message.mqttTopic(),
                redaction.payload().asReadOnlyByteBuffer(),
                redaction.paths(),
                message.replayed());
    }

    /** Its beginning, without what could be a secret in a message or in text. */
    private static Received.Refused tooLong(Received.Message message) {
        ByteString head = message.payload().substring(0, MessageLimits.DEAD_LETTER);
        return new Received.Refused(
                RejectReason.MESSAGE_TOO_LONG,
                Redaction.ofText(redacted(message.kind(), head).payload()),
                message.source(),
                message.payload().size(),
                message.mqttTopic());
    }

    private static Redaction parsed(Received.Message message) {
        return switch (message.kind()) {
            case FROM_RADIO -> Redaction.ofParsedFromRadio(message.payload());
            case SERVICE_ENVELOPE -> Redaction.ofParsedServiceEnvelope(message.payload());
            case MESH_PACKET, UNKNOWN, IMPORTED_NODE -> redacted(message.kind(), message.payload());
        };
    }

    private static Redaction redacted(FrameKind kind, ByteString payload) {
        return switch (kind) {
            case FROM_RADIO -> Redaction.ofFromRadio(payload);
            case SERVICE_ENVELOPE -> Redaction.ofServiceEnvelope(payload);
            case MESH_PACKET -> Redaction.ofMeshPacket(payload);
            case UNKNOWN, IMPORTED_NODE -> throw new IllegalArgumentException("a link says what its messages are");
        };
    }

    private RejectedFrame rejected(Received.Refused refused, @Nullable SourcePosition source, Instant now) {
        ByteString bytes = refused.bytes();
        ByteBuffer kept = bytes.substring(0, Math.min(bytes.size(), MessageLimits.DEAD_LETTER))
                .asReadOnlyByteBuffer();
        return new RejectedFrame(
                network, link, refused.reason().name(), detail(refused), refused.length(), kept, now, null, source);
    }

    private static String detail(Received.Refused refused) {
        String sentence = refused.reason().sentence();
        return refused.topic() == null ? sentence : sentence + " It came in the topic " + refused.topic();
    }

    private <V> ProducerRecord<byte[], byte[]> encoded(Topic<String, V> topic, V value, Instant now) {
        return new ProducerRecord<>(
                topic.name(),
                null,
                now.toEpochMilli(),
                key,
                topic.values().serializer().serialize(topic.name(), value));
    }
}
