package dev.meshlog.ingest.keysync;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.meshlog.schemas.NodeNumber;
import dev.meshlog.schemas.meshtastic.AdminMessage;
import dev.meshlog.schemas.meshtastic.Data;
import dev.meshlog.schemas.meshtastic.MeshPacket;
import dev.meshlog.schemas.meshtastic.Routing;
import dev.meshlog.schemas.meshtastic.SharedContact;
import dev.meshlog.schemas.meshtastic.ToRadio;
import dev.meshlog.schemas.meshtastic.User;

/** The packets that giving keys needs. */
final class Messages {
    static final int POSITION = 3;
    static final int NODEINFO = 4;
    static final int ROUTING = 5;
    static final int ADMIN = 6;
    static final int TRACEROUTE = 70;
    /** Asks for everything but the radio's nodes. */
    static final int CONFIG_ONLY = 69_420;
    /** Asks for the radio's nodes and nothing else. */
    static final int NODES_ONLY = 69_421;

    private static final int PKI_UNKNOWN_PUBKEY = 35;
    private static final int HOP_LIMIT = 3;
    private static final int RELIABLE = 70;

    private Messages() {}

    /** The radio answers it, and does not keep it: an administrative message to itself does not go on the air. */
    static ToRadio contact(long own, int id, SharedContact contact) {
        return ToRadio.newBuilder()
                .setPacket(MeshPacket.newBuilder()
                        .setTo((int) own)
                        .setId(id)
                        .setWantAck(true)
                        .setPriority(RELIABLE)
                        .setDecoded(Data.newBuilder()
                                .setPortNum(ADMIN)
                                .setPayload(AdminMessage.newBuilder()
                                        .setAddContact(contact)
                                        .build()
                                        .toByteString())))
                .build();
    }

    static ToRadio nodesOnly() {
        return ToRadio.newBuilder().setWantConfigId(NODES_ONLY).build();
    }

    /** What a radio itself answers to a message that it can't read and that wants an answer: the sender's program shows that it was not delivered. */
    static MeshPacket retryRequest(long sender, int id, int messageId) {
        return toNode(sender, id)
                .setDecoded(Data.newBuilder()
                        .setPortNum(ROUTING)
                        .setRequestId(messageId)
                        .setPayload(Routing.newBuilder()
                                .setErrorReason(PKI_UNKNOWN_PUBKEY)
                                .build()
                                .toByteString()))
                .build();
    }

    /** The node answers with its own NODEINFO, and learns the radio's key. */
    static MeshPacket nodeInfoRequest(long node, int id, User own) {
        return toNode(node, id)
                .setDecoded(Data.newBuilder()
                        .setPortNum(NODEINFO)
                        .setPayload(own.toByteString())
                        .setWantResponse(true))
                .build();
    }

    private static MeshPacket.Builder toNode(long node, int id) {
        return MeshPacket.newBuilder().setTo((int) node).setId(id).setHopLimit(HOP_LIMIT);
    }

    /** Whether the radio encrypts it with the receiver's key. */
    static boolean isDirect(MeshPacket packet) {
        int port = packet.getDecoded().getPortNum();
        return NodeNumber.isNode(NodeNumber.of(packet.getTo()))
                && packet.hasDecoded()
                && port != POSITION
                && port != NODEINFO
                && port != ROUTING
                && port != TRACEROUTE;
    }

    /** Empty unless the packet tells its sender's key. */
    static ByteString introducedKey(MeshPacket packet) {
        if (!packet.hasDecoded() || packet.getDecoded().getPortNum() != NODEINFO) {
            return ByteString.EMPTY;
        }
        try {
            return User.parseFrom(packet.getDecoded().getPayload()).getPublicKey();
        } catch (InvalidProtocolBufferException e) {
            return ByteString.EMPTY;
        }
    }

    /** Whether it answers another packet. */
    static boolean isAnswer(MeshPacket packet) {
        return packet.getDecoded().getPortNum() == ROUTING
                && packet.getDecoded().getRequestId() != 0;
    }

    /** The error of an answer; 0 is none. */
    static int error(Data answer) {
        try {
            return Routing.parseFrom(answer.getPayload()).getErrorReason();
        } catch (InvalidProtocolBufferException e) {
            return -1;
        }
    }
}
