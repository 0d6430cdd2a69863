package dev.meshlog.streams.radio;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.meshlog.schemas.NodeNumber;
import dev.meshlog.schemas.RecordPosition;
import dev.meshlog.schemas.meshtastic.FromRadio;
import dev.meshlog.schemas.meshtastic.MeshPacket;
import dev.meshlog.schemas.meshtastic.NodeInfo;
import dev.meshlog.schemas.meshtastic.ServiceEnvelope;
import dev.meshlog.schemas.radio.FrameKind;
import dev.meshlog.schemas.radio.FrameOutcome;
import dev.meshlog.schemas.radio.NodeObservation;
import dev.meshlog.schemas.radio.RadioFrame;
import dev.meshlog.schemas.radio.RadioPacket;
import dev.meshlog.schemas.wire.RejectReason;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Decodes frames. The same frame always gives the same. */
final class FrameReader {
    private final PacketReader packets;

    FrameReader(ChannelKeys channels) {
        this.packets = new PacketReader(channels);
    }

    Decoded read(RadioFrame frame, RecordPosition evidence) {
        ByteString payload = ByteString.copyFrom(frame.getPayload().duplicate());
        try {
            return switch (frame.getKind()) {
                case FROM_RADIO -> fromRadio(frame, evidence, FromRadio.parseFrom(payload));
                case SERVICE_ENVELOPE -> envelope(frame, evidence, ServiceEnvelope.parseFrom(payload));
                case MESH_PACKET -> packet(frame, evidence, MeshPacket.parseFrom(payload), null);
                case IMPORTED_NODE -> nodeInfo(frame, evidence, NodeInfo.parseFrom(payload));
                case UNKNOWN -> rejected(frame, evidence, RejectReason.KIND_UNKNOWN);
            };
        } catch (InvalidProtocolBufferException e) {
            return rejected(frame, evidence, RejectReason.PAYLOAD_UNDECODABLE);
        }
    }

    private Decoded fromRadio(RadioFrame frame, RecordPosition evidence, FromRadio message) {
        return switch (message.getPayloadVariantCase()) {
            case PACKET -> packet(frame, evidence, message.getPacket(), null);
            case NODE_INFO -> nodeInfo(frame, evidence, message.getNodeInfo());
            case MY_INFO -> config(frame, NodeNumber.of(message.getMyInfo().getMyNodeNum()));
            case CONFIG, MODULE_CONFIG, CHANNEL, METADATA, FILE_INFO, DEVICE_UI_CONFIG, CONFIG_COMPLETE_ID ->
                config(frame, null);
            case LOG_RECORD,
                    REBOOTED,
                    QUEUE_STATUS,
                    XMODEM,
                    MQTT_CLIENT_PROXY_MESSAGE,
                    CLIENT_NOTIFICATION,
                    PAYLOADVARIANT_NOT_SET -> outcome(frame, List.of(Counters.FRAMES, Counters.OTHER_FRAMES), null);
        };
    }

    private Decoded envelope(RadioFrame frame, RecordPosition evidence, ServiceEnvelope envelope) {
        return envelope.hasPacket()
                ? packet(frame, evidence, envelope.getPacket(), envelope)
                : rejected(frame, evidence, RejectReason.PAYLOAD_WITHOUT_PACKET);
    }

    private Decoded packet(
            RadioFrame frame, RecordPosition evidence, MeshPacket packet, @Nullable ServiceEnvelope envelope) {
        long from = NodeNumber.of(packet.getFrom());
        if (!NodeNumber.isNode(from)) {
            return rejected(frame, evidence, RejectReason.SENDER_NOT_A_NODE);
        }
        RadioPacket read = packets.read(frame, evidence, packet, envelope);
        boolean overMqtt = frame.getKind() == FrameKind.SERVICE_ENVELOPE || packet.getViaMqtt();
        return observation(new NodeObservation(
                frame.getNetwork(), from, frame.getLink(), frame.getReceivedAtMs(), evidence, read, overMqtt, null));
    }

    private static Decoded nodeInfo(RadioFrame frame, RecordPosition evidence, NodeInfo info) {
        long node = NodeNumber.of(info.getNum());
        if (!NodeNumber.isNode(node)) {
            return rejected(frame, evidence, RejectReason.NODE_NOT_A_NODE);
        }
        return observation(new NodeObservation(
                frame.getNetwork(),
                node,
                frame.getLink(),
                frame.getReceivedAtMs(),
                evidence,
                null,
                false,
                info.toByteString().asReadOnlyByteBuffer()));
    }

    private static Decoded observation(NodeObservation observation) {
        return new Decoded(observation, null, null);
    }

    private static Decoded config(RadioFrame frame, @Nullable Long ownNode) {
        return outcome(frame, List.of(Counters.FRAMES, Counters.CONFIG_FRAMES), ownNode);
    }

    private static Decoded outcome(RadioFrame frame, List<String> counters, @Nullable Long ownNode) {
        return new Decoded(
                null,
                null,
                new FrameOutcome(frame.getNetwork(), frame.getLink(), counters, ownNode, frame.getReceivedAtMs()));
    }

    private static Decoded rejected(RadioFrame frame, RecordPosition evidence, RejectReason reason) {
        return new Decoded(
                null,
                Rejections.of(
                        frame.getNetwork(),
                        frame.getLink(),
                        reason,
                        frame.getPayload(),
                        frame.getReceivedAtMs(),
                        evidence),
                Rejections.outcome(frame.getNetwork(), frame.getLink(), reason, frame.getReceivedAtMs()));
    }
}
