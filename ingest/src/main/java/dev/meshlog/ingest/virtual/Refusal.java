package dev.meshlog.ingest.virtual;

import com.google.protobuf.ByteString;
import dev.meshlog.schemas.meshtastic.Data;
import dev.meshlog.schemas.meshtastic.FromRadio;
import dev.meshlog.schemas.meshtastic.MeshPacket;
import dev.meshlog.schemas.meshtastic.Routing;

/**
 * Why a client's packet is not sent.
 *
 * @param error of the protocol's {@code Routing.Error}
 * @param passes whether the same packet may be sent later, under the same id
 */
record Refusal(int error, String reason, boolean passes) {
    private static final int ROUTING_PORT = 5;
    private static final int ACK_PRIORITY = 120;

    static final Refusal NO_RADIO = new Refusal(4, "there is no radio to send it", false);
    static final Refusal RADIO_AWAY = new Refusal(4, "the radio was away for too long", true);
    static final Refusal OTHER_RADIO =
            new Refusal(4, "another radio has taken the place of the one that it was for", false);
    static final Refusal NOT_KEPT = new Refusal(4, "it could not be recorded, so it may not be sent", true);
    static final Refusal TOO_LARGE = new Refusal(7, "it is larger than a radio takes", false);
    static final Refusal UNREADABLE = new Refusal(32, "only decoded packets are relayed", false);
    static final Refusal CHANGES_RADIO = new Refusal(33, "it would change the radio, and allowAdmin is not set", false);
    static final Refusal OTHER_NODE = new Refusal(33, "it would change another node, and allowAdmin is not set", false);
    static final Refusal BLANKED = new Refusal(
            33, "it would replace secrets that the client has only seen as zeros; allowSecrets is not set", false);
    static final Refusal NO_ROOM = new Refusal(38, "too many messages of the client wait for the radio", true);
    static final Refusal TOO_MANY = new Refusal(38, "the client sends too many messages", true);

    /** As the radio itself tells a client that a packet was not sent. */
    FromRadio answer(int ownNode, int packetId, int answerId, long epochSeconds) {
        ByteString routing = Routing.newBuilder().setErrorReason(error).build().toByteString();
        return FromRadio.newBuilder()
                .setPacket(MeshPacket.newBuilder()
                        .setFrom(ownNode)
                        .setTo(ownNode)
                        .setId(answerId)
                        .setRxTime((int) epochSeconds)
                        .setPriority(ACK_PRIORITY)
                        .setDecoded(Data.newBuilder()
                                .setPortNum(ROUTING_PORT)
                                .setRequestId(packetId)
                                .setPayload(routing)))
                .build();
    }
}
