package dev.meshlog.ingest.simulation;

import com.google.protobuf.ByteString;
import dev.meshlog.schemas.meshtastic.Channel;
import dev.meshlog.schemas.meshtastic.ChannelSettings;
import dev.meshlog.schemas.meshtastic.Config;
import dev.meshlog.schemas.meshtastic.Data;
import dev.meshlog.schemas.meshtastic.DeviceMetadata;
import dev.meshlog.schemas.meshtastic.FromRadio;
import dev.meshlog.schemas.meshtastic.MeshPacket;
import dev.meshlog.schemas.meshtastic.MyNodeInfo;
import dev.meshlog.schemas.meshtastic.QueueStatus;
import dev.meshlog.schemas.meshtastic.Routing;
import dev.meshlog.schemas.meshtastic.SecurityConfig;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** The messages of a simulated radio. */
final class SimulatedWords {
    /** Asks for everything but the nodes. */
    static final int CONFIG_ONLY = 69_420;
    /** Asks for the nodes alone. */
    static final int NODES_ONLY = 69_421;

    private static final int ROUTING = 5;
    private static final int TRANSMIT_QUEUE = 16;
    /** Secrets that are recognised wherever they turn up. */
    private static final ByteString PRIVATE_KEY = ByteString.copyFromUtf8("thirty-two bytes nobody may see!");

    private static final ByteString CHANNEL_KEY = ByteString.copyFromUtf8("sixteen of these");

    private SimulatedWords() {}

    /** Everything between the request and its completion, in the order of the firmware. */
    static List<FromRadio> config(long own, int starts, NodeDb nodes, int nonce) {
        var said = new ArrayList<FromRadio>();
        if (nonce != NODES_ONLY) {
            said.add(FromRadio.newBuilder()
                    .setMyInfo(MyNodeInfo.newBuilder()
                            .setMyNodeNum((int) own)
                            .setRebootCount(starts)
                            .setDeviceId(ByteString.copyFrom(
                                    ByteBuffer.allocate(16).putInt(0, (int) own).array()))
                            .setPioEnv(ByteString.copyFromUtf8("simulated"))
                            .setNodedbCount(nodes.all().size()))
                    .build());
        }
        nodes.find(own)
                .ifPresent(node ->
                        said.add(FromRadio.newBuilder().setNodeInfo(node).build()));
        if (nonce != NODES_ONLY) {
            said.add(FromRadio.newBuilder()
                    .setMetadata(DeviceMetadata.newBuilder()
                            .setFirmwareVersion(ByteString.copyFromUtf8("2.7.26.simulated"))
                            .setHardwareModel(37)
                            .setHasPkc(true))
                    .build());
            said.add(FromRadio.newBuilder()
                    .setChannel(Channel.newBuilder()
                            .setRole(1)
                            .setSettings(ChannelSettings.newBuilder().setPsk(CHANNEL_KEY)))
                    .build());
            said.add(FromRadio.newBuilder()
                    .setConfig(Config.newBuilder()
                            .setSecurity(SecurityConfig.newBuilder().setPrivateKey(PRIVATE_KEY)))
                    .build());
        }
        if (nonce != CONFIG_ONLY) {
            nodes.all().stream()
                    .filter(node -> node.getNum() != (int) own)
                    .forEach(node ->
                            said.add(FromRadio.newBuilder().setNodeInfo(node).build()));
        }
        said.add(FromRadio.newBuilder().setConfigCompleteId(nonce).build());
        return said;
    }

    static FromRadio queueStatus(int packetId) {
        return FromRadio.newBuilder()
                .setQueueStatus(QueueStatus.newBuilder()
                        .setFree(TRANSMIT_QUEUE)
                        .setMaxlen(TRANSMIT_QUEUE)
                        .setMeshPacketId(packetId))
                .build();
    }

    static FromRadio acknowledgement(long own, int id, int requestId) {
        return FromRadio.newBuilder()
                .setPacket(MeshPacket.newBuilder()
                        .setFrom((int) own)
                        .setTo((int) own)
                        .setId(id)
                        .setDecoded(Data.newBuilder()
                                .setPortNum(ROUTING)
                                .setRequestId(requestId)
                                .setPayload(Routing.newBuilder()
                                        .setErrorReason(0)
                                        .build()
                                        .toByteString())))
                .build();
    }
}
