package dev.meshlog.streams.radio;

import com.google.protobuf.ByteString;
import dev.meshlog.schemas.NodeNumber;
import dev.meshlog.schemas.RecordPosition;
import dev.meshlog.schemas.meshtastic.Data;
import dev.meshlog.schemas.meshtastic.MeshPacket;
import dev.meshlog.schemas.meshtastic.ServiceEnvelope;
import dev.meshlog.schemas.radio.PacketEncryption;
import dev.meshlog.schemas.radio.RadioFrame;
import dev.meshlog.schemas.radio.RadioPacket;
import dev.meshlog.schemas.radio.Reception;
import dev.meshlog.schemas.wire.Redaction;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Makes a record of a packet, decrypted where a channel key fits. Absent stays absent. */
final class PacketReader {
    /** The channel that gateways name for direct messages that are encrypted to the receiver's public key. */
    private static final String PKI_CHANNEL = "PKI";

    private final ChannelKeys channels;

    PacketReader(ChannelKeys channels) {
        this.channels = channels;
    }

    RadioPacket read(RadioFrame frame, RecordPosition evidence, MeshPacket packet, @Nullable ServiceEnvelope envelope) {
        String channelName = envelope == null ? null : text(envelope.getChannelId());
        RadioPacket.Builder builder = RadioPacket.newBuilder()
                .setNetwork(frame.getNetwork())
                .setFrom(NodeNumber.of(packet.getFrom()))
                .setTo(NodeNumber.of(packet.getTo()))
                .setId(NodeNumber.of(packet.getId()))
                .setChannel(NodeNumber.of(packet.getChannel()))
                .setChannelName(channelName)
                .setEncryption(PacketEncryption.UNDECRYPTED)
                .setRxTime(packet.getRxTime() == 0 ? null : NodeNumber.of(packet.getRxTime()))
                .setHopLimit(hopLimit(packet))
                .setHopStart(packet.getHopStart() == 0 ? null : packet.getHopStart())
                .setWantAck(packet.getWantAck())
                .setViaMqtt(packet.getViaMqtt())
                .setPkiEncrypted(isPki(packet, channelName))
                .setPublicKey(packet.getPublicKey().isEmpty() ? null : buffer(packet.getPublicKey()))
                .setReception(reception(frame, evidence, packet, envelope));
        if (packet.hasDecoded()) {
            decoded(builder.setEncryption(PacketEncryption.NONE), packet.getDecoded());
            return builder.build();
        }
        Optional<ChannelKeys.Plaintext> readable =
                isPki(packet, channelName) ? Optional.empty() : channels.read(packet);
        if (readable.isPresent()) {
            decoded(
                    builder.setEncryption(PacketEncryption.CHANNEL)
                            .setChannelName(readable.get().channel()),
                    readable.get().data());
        } else {
            builder.setEncrypted(buffer(packet.getEncrypted()));
        }
        return builder.build();
    }

    /** Admin messages carry keys and passwords, and what was encrypted could not be blanked at the edge. */
    static void decoded(RadioPacket.Builder builder, Data data) {
        Redaction redaction = Redaction.ofData(data.toByteString());
        Data clean = data;
        if (!redaction.paths().isEmpty()) {
            try {
                clean = Data.parseFrom(redaction.payload());
            } catch (com.google.protobuf.InvalidProtocolBufferException e) {
                throw new IllegalStateException("redaction keeps what it does not blank", e);
            }
        }
        builder.setPortNum(clean.getPortNum())
                .setPayload(buffer(clean.getPayload()))
                .setXeddsaSignature(clean.getXeddsaSignature().isEmpty() ? null : buffer(clean.getXeddsaSignature()))
                .setData(buffer(redaction.payload()));
    }

    /**
     * A direct message on channel hash 0 is encrypted to its receiver's key; a channel key is never tried on it, because what comes
     * out could make sense by accident.
     */
    private static boolean isPki(MeshPacket packet, @Nullable String channelName) {
        boolean direct =
                packet.hasEncrypted() && packet.getChannel() == 0 && NodeNumber.isNode(NodeNumber.of(packet.getTo()));
        return packet.getPkiEncrypted() || PKI_CHANNEL.equals(channelName) || direct;
    }

    /** Zero hops left is not sent; that a packet carries the number of hops it started with shows that it was meant. */
    private static @Nullable Integer hopLimit(MeshPacket packet) {
        return packet.hasHopLimit() || packet.getHopStart() > 0 ? packet.getHopLimit() : null;
    }

    private static Reception reception(
            RadioFrame frame, RecordPosition evidence, MeshPacket packet, @Nullable ServiceEnvelope envelope) {
        return new Reception(
                frame.getLink(),
                envelope == null ? null : text(envelope.getGatewayId()),
                frame.getReceivedAtMs(),
                packet.hasRxSnr() ? packet.getRxSnr() : null,
                packet.hasRxRssi() ? packet.getRxRssi() : null,
                evidence,
                hopLimit(packet),
                packet.getHopStart() == 0 ? null : packet.getHopStart(),
                packet.getRelayNode() == 0 ? null : packet.getRelayNode(),
                packet.getNextHop() == 0 ? null : packet.getNextHop(),
                packet.getViaMqtt());
    }

    private static @Nullable String text(ByteString bytes) {
        return bytes.isEmpty() ? null : bytes.toStringUtf8();
    }

    private static ByteBuffer buffer(ByteString bytes) {
        return bytes.asReadOnlyByteBuffer();
    }
}
