package dev.meshlog.streams.radio;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.meshlog.schemas.NodeNumber;
import dev.meshlog.schemas.RecordPosition;
import dev.meshlog.schemas.meshtastic.DeviceMetadata;
import dev.meshlog.schemas.meshtastic.FromRadio;
import dev.meshlog.schemas.meshtastic.MeshPacket;
import dev.meshlog.schemas.meshtastic.NodeInfo;
import dev.meshlog.schemas.meshtastic.ServiceEnvelope;
import dev.meshlog.schemas.radio.FrameKind;
import dev.meshlog.schemas.radio.FrameOutcome;
import dev.meshlog.schemas.radio.NodeObservation;
import dev.meshlog.schemas.radio.RadioFrame;
import dev.meshlog.schemas.wire.MessageLimits;
import dev.meshlog.schemas.wire.RejectReason;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Decodes frames. The same frame always gives the same. */
final class FrameReader {
    private final PacketReader packets;

    FrameReader(ChannelKeys channels) {
        this.packets = new PacketReader(channels);
    }

    /** @param ownNode which node the link's radio is, when it has said so */
    Decoded read(RadioFrame frame, RecordPosition evidence, @Nullable Long ownNode) {
        if (frame.getPayload().remaining() > MessageLimits.DECODED) {
            return rejected(frame, evidence, RejectReason.MESSAGE_TOO_LONG);
        }
        ByteString payload = ByteString.copyFrom(frame.getPayload().duplicate());
        try {
            return switch (frame.getKind()) {
                case FROM_RADIO -> fromRadio(frame, evidence, FromRadio.parseFrom(payload), ownNode);
                case SERVICE_ENVELOPE -> envelope(frame, evidence, ServiceEnvelope.parseFrom(payload));
                case MESH_PACKET -> packet(frame, evidence, MeshPacket.parseFrom(payload), null, null);
                case IMPORTED_NODE -> nodeInfo(frame, evidence, NodeInfo.parseFrom(payload), null);
                case UNKNOWN -> rejected(frame, evidence, RejectReason.KIND_UNKNOWN);
            };
        } catch (InvalidProtocolBufferException e) {
            return rejected(frame, evidence, RejectReason.PAYLOAD_UNDECODABLE);
        }
    }

    private Decoded fromRadio(RadioFrame frame, RecordPosition evidence, FromRadio message, @Nullable Long ownNode) {
        return switch (message.getPayloadVariantCase()) {
            case PACKET -> packet(frame, evidence, message.getPacket(), null, ownNode);
            case NODE_INFO -> nodeInfo(frame, evidence, message.getNodeInfo(), ownNode);
            case MY_INFO -> config(frame, NodeNumber.of(message.getMyInfo().getMyNodeNum()));
            case METADATA ->
                ownNode == null ? config(frame, null) : ownFirmware(frame, evidence, message.getMetadata(), ownNode);
            case CONFIG, MODULE_CONFIG, CHANNEL, FILE_INFO, DEVICE_UI_CONFIG, CONFIG_COMPLETE_ID -> config(frame, null);
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
                ? packet(frame, evidence, envelope.getPacket(), envelope, null)
                : rejected(frame, evidence, RejectReason.PAYLOAD_WITHOUT_PACKET);
    }

    private Decoded packet(
            RadioFrame frame,
            RecordPosition evidence,
            MeshPacket packet,
            @Nullable ServiceEnvelope envelope,
            @Nullable Long ownNode) {
        long from = NodeNumber.of(packet.getFrom());
        if (!NodeNumber.isNode(from)) {
            return rejected(frame, evidence, RejectReason.SENDER_NOT_A_NODE);
        }
        boolean fromRadio = frame.getKind() == FrameKind.FROM_RADIO;
        // By the constructor: Avro's builders copy a default for everything that is absent.
        var observation = new NodeObservation(
                frame.getNetwork(),
                from,
                frame.getLink(),
                frame.getReceivedAtMs(),
                evidence,
                packets.read(frame, evidence, packet, envelope),
                frame.getKind() == FrameKind.SERVICE_ENVELOPE || packet.getViaMqtt(),
                null,
                fromRadio,
                false,
                frame.getReplayed() || (fromRadio && Replays.isReplay(packet)),
                ownNode != null && ownNode == NodeNumber.of(packet.getTo()),
                false,
                null,
                null);
        return new Decoded(observation, null, null);
    }

    private static Decoded nodeInfo(RadioFrame frame, RecordPosition evidence, NodeInfo info, @Nullable Long ownNode) {
        long node = NodeNumber.of(info.getNum());
        if (!NodeNumber.isNode(node)) {
            return rejected(frame, evidence, RejectReason.NODE_NOT_A_NODE);
        }
        return observation(of(frame, evidence, node)
                .setNodeInfo(info.toByteString().asReadOnlyByteBuffer())
                .setFromRadio(frame.getKind() == FrameKind.FROM_RADIO)
                .setImported(frame.getKind() == FrameKind.IMPORTED_NODE)
                .setOwnNode(ownNode != null && ownNode == node));
    }

    private static Decoded ownFirmware(
            RadioFrame frame, RecordPosition evidence, DeviceMetadata metadata, long ownNode) {
        return observation(of(frame, evidence, ownNode)
                .setNodeInfo(ByteBuffer.allocate(0))
                .setFromRadio(true)
                .setOwnNode(true)
                .setFirmwareVersion(NodeFacts.name(metadata.getFirmwareVersion())));
    }

    private static NodeObservation.Builder of(RadioFrame frame, RecordPosition evidence, long node) {
        return NodeObservation.newBuilder()
                .setNetwork(frame.getNetwork())
                .setNode(node)
                .setLink(frame.getLink())
                .setReceivedAtMs(frame.getReceivedAtMs())
                .setEvidence(evidence);
    }

    private static Decoded observation(NodeObservation.Builder observation) {
        return new Decoded(observation.build(), null, null);
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
