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
        boolean pki = isPki(packet, channelName);
        PacketEncryption encryption = PacketEncryption.UNDECRYPTED;
        Content content = null;
        if (packet.hasDecoded()) {
            encryption = PacketEncryption.NONE;
            content = Content.of(packet.getDecoded());
        } else if (!pki) {
            Optional<ChannelKeys.Plaintext> readable = channels.read(packet);
            if (readable.isPresent()) {
                encryption = PacketEncryption.CHANNEL;
                channelName = readable.get().channel();
                content = Content.of(readable.get().data());
            }
        }
        // By the constructor: Avro's builders copy a default for everything that is absent.
        return new RadioPacket(
                frame.getNetwork(),
                NodeNumber.of(packet.getFrom()),
                NodeNumber.of(packet.getTo()),
                NodeNumber.of(packet.getId()),
                NodeNumber.of(packet.getChannel()),
                encryption,
                channelName,
                content == null ? null : content.portNum(),
                content == null ? null : content.payload(),
                content == null ? null : content.data(),
                content == null ? buffer(packet.getEncrypted()) : null,
                packet.getRxTime() == 0 ? null : NodeNumber.of(packet.getRxTime()),
                hopLimit(packet),
                packet.getHopStart() == 0 ? null : packet.getHopStart(),
                packet.getWantAck(),
                packet.getViaMqtt(),
                pki,
                packet.getPublicKey().isEmpty() ? null : buffer(packet.getPublicKey()),
                content == null ? null : content.xeddsaSignature(),
                reception(frame, evidence, packet, envelope));
    }

    /** What a packet carries, once it can be read. */
    record Content(
            Integer portNum,
            ByteBuffer payload,
            ByteBuffer data,
            @Nullable ByteBuffer xeddsaSignature) {
        /** Admin messages carry keys and passwords, and what was encrypted could not be blanked at the edge. */
        static Content of(Data data) {
            Redaction redaction = Redaction.ofParsedData(data.toByteString());
            Data clean = data;
            if (!redaction.paths().isEmpty()) {
                try {
                    clean = Data.parseFrom(redaction.payload());
                } catch (com.google.protobuf.InvalidProtocolBufferException e) {
                    throw new IllegalStateException("redaction keeps what it does not blank", e);
                }
            }
            return new Content(
                    clean.getPortNum(),
                    buffer(clean.getPayload()),
                    buffer(redaction.payload()),
                    clean.getXeddsaSignature().isEmpty() ? null : buffer(clean.getXeddsaSignature()));
        }
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
