package dev.meshlog.ingest.mqtt;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.meshlog.ingest.Received;
import dev.meshlog.schemas.meshtastic.ServiceEnvelope;
import dev.meshlog.schemas.radio.FrameKind;
import dev.meshlog.schemas.wire.MessageLimits;
import dev.meshlog.schemas.wire.Redaction;
import dev.meshlog.schemas.wire.RejectReason;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Tells envelopes from everything else that can be published under a broker's topics. Anybody may publish there: nothing is copied before
 * its length is known to be that of an envelope.
 */
final class EnvelopeReader {
    /** UTF-16 units. Root, channel and gateway together stay below 200. */
    static final int MAX_TOPIC = 1024;

    private static final int TOPIC_IN_REASON = 200;
    private static final Set<String> ENVELOPES = Set.of("e", "c", "map");
    private static final Set<String> STRAYS = Set.of("json", "stat");

    private final MqttOptions.Strays strays;

    EnvelopeReader(MqttOptions.Strays strays) {
        this.strays = strays;
    }

    /**
     * @param retained whether the broker kept the message for new subscribers: it is from some earlier time, so nobody has received it now
     * @return empty for what is to be ignored
     */
    Optional<Received> read(String topic, ByteBuffer payload, boolean retained) {
        if (topic.length() > MAX_TOPIC || payload.remaining() > MessageLimits.FRAME) {
            return Optional.of(refused(RejectReason.MESSAGE_TOO_LONG, topic, payload));
        }
        if (isStray(topic)) {
            return strays == MqttOptions.Strays.IGNORE
                    ? Optional.empty()
                    : Optional.of(refused(RejectReason.TOPIC_WITHOUT_ENVELOPES, topic, payload));
        }
        RejectReason wrong = wrong(payload);
        if (wrong != null) {
            return Optional.of(refused(wrong, topic, payload));
        }
        ByteString bytes = ByteString.copyFrom(payload.duplicate());
        return Optional.of(new Received.Message(FrameKind.SERVICE_ENVELOPE, bytes, topic, null, retained, true));
    }

    /** Firmware publishes {@code <root>/2/json/…} and {@code <root>/2/stat/…} beside the envelopes. */
    private static boolean isStray(String topic) {
        String[] levels = topic.split("/", -1);
        for (int i = 0; i + 1 < levels.length; i++) {
            // A root may have a level of that name: what follows decides.
            if (levels[i].equals("2") && ENVELOPES.contains(levels[i + 1])) {
                return false;
            }
            if (levels[i].equals("2") && STRAYS.contains(levels[i + 1])) {
                return true;
            }
        }
        return false;
    }

    private static @Nullable RejectReason wrong(ByteBuffer payload) {
        try {
            return ServiceEnvelope.parseFrom(payload.duplicate()).hasPacket()
                    ? null
                    : RejectReason.PAYLOAD_WITHOUT_PACKET;
        } catch (InvalidProtocolBufferException e) {
            return RejectReason.PAYLOAD_UNDECODABLE;
        }
    }

    /** Nobody knows what it is: what could be a secret, as text or in an envelope, is blanked. */
    private static Received refused(RejectReason reason, String topic, ByteBuffer payload) {
        int kept = Math.min(payload.remaining(), MessageLimits.DEAD_LETTER);
        ByteString head = ByteString.copyFrom(payload.duplicate().limit(payload.position() + kept));
        ByteString blanked = reason == RejectReason.TOPIC_WITHOUT_ENVELOPES
                ? Redaction.ofText(head)
                : Redaction.ofText(Redaction.ofServiceEnvelope(head).payload());
        return new Received.Refused(reason, blanked, null, payload.remaining(), printable(topic));
    }

    /** A topic for people: anything could stand in it. */
    static String printable(String topic) {
        var text = new StringBuilder();
        topic.codePoints()
                .limit(TOPIC_IN_REASON)
                .map(c -> Character.isISOControl(c)
                                || Character.getType(c) == Character.FORMAT
                                || Character.getType(c) == Character.SURROGATE
                        ? '?'
                        : c)
                .forEach(text::appendCodePoint);
        return topic.codePointCount(0, topic.length()) > TOPIC_IN_REASON ? text + "…" : text.toString();
    }
}
