package dev.meshlog.ingest.radio;

import com.google.protobuf.ByteString;
import dev.meshlog.schemas.meshtastic.Channel;
import dev.meshlog.schemas.meshtastic.ChannelSettings;
import dev.meshlog.schemas.meshtastic.Config;
import dev.meshlog.schemas.meshtastic.Data;
import dev.meshlog.schemas.meshtastic.DeviceMetadata;
import dev.meshlog.schemas.meshtastic.FromRadio;
import dev.meshlog.schemas.meshtastic.MeshPacket;
import dev.meshlog.schemas.meshtastic.MyNodeInfo;
import dev.meshlog.schemas.meshtastic.NodeInfo;
import dev.meshlog.schemas.meshtastic.QueueStatus;
import dev.meshlog.schemas.meshtastic.SecurityConfig;
import dev.meshlog.schemas.meshtastic.User;
import dev.meshlog.schemas.wire.FrameParser;
import dev.meshlog.schemas.wire.FramePiece;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** What a simulated radio says. */
final class RadioScript {
    static final int NODES = 250;
    /** Thirty-two bytes that are recognised wherever they turn up. */
    static final ByteString PRIVATE_KEY = ByteString.copyFromUtf8("thirty-two bytes nobody may see!");

    private static final ByteString CHANNEL_KEY = ByteString.copyFromUtf8("sixteen of these");

    private RadioScript() {}

    static MyNodeInfo own(int node, int reboots) {
        return MyNodeInfo.newBuilder()
                .setMyNodeNum(node)
                .setRebootCount(reboots)
                .setDeviceId(ByteString.copyFrom(ByteBuffer.allocate(16).putInt(0, node)))
                .setPioEnv(ByteString.copyFromUtf8("simulated"))
                .setNodedbCount(NODES)
                .build();
    }

    /** Everything between the request and its completion, in the order of the firmware. */
    static List<FromRadio> config(int node, int reboots, int nonce) {
        var said = new ArrayList<FromRadio>();
        said.add(FromRadio.newBuilder().setMyInfo(own(node, reboots)).build());
        said.add(FromRadio.newBuilder().setNodeInfo(nodeInfo(node)).build());
        said.add(FromRadio.newBuilder()
                .setMetadata(DeviceMetadata.newBuilder()
                        .setFirmwareVersion(ByteString.copyFromUtf8("2.8.0.simulated"))
                        .setHardwareModel(37))
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
        for (int i = 1; i < NODES; i++) {
            said.add(FromRadio.newBuilder().setNodeInfo(nodeInfo(node + i)).build());
        }
        said.add(FromRadio.newBuilder().setConfigCompleteId(nonce).build());
        return said;
    }

    /** As firmware 2.8 does behind its config: from its memory, without a signal strength. */
    static FromRadio replay(int from, int id) {
        return FromRadio.newBuilder()
                .setPacket(MeshPacket.newBuilder()
                        .setFrom(from)
                        .setTo(-1)
                        .setId(id)
                        .setRxTime(1_700_000_000)
                        .setTransportMechanism(1)
                        .setDecoded(Data.newBuilder().setPortNum(3).setPayload(ByteString.copyFromUtf8("\r\1\0\0\0"))))
                .build();
    }

    static FromRadio queueStatus() {
        return FromRadio.newBuilder()
                .setQueueStatus(QueueStatus.newBuilder().setFree(16).setMaxlen(16))
                .build();
    }

    static byte[] frame(byte[] payload) {
        return ByteBuffer.allocate(4 + payload.length)
                .putShort((short) 0x94C3)
                .putShort((short) payload.length)
                .put(payload)
                .array();
    }

    static byte[] frames(List<FromRadio> messages) {
        var out = new ByteArrayOutputStream();
        messages.forEach(message -> out.writeBytes(frame(message.toByteArray())));
        return out.toByteArray();
    }

    /** The packets of a recording. */
    static List<MeshPacket> packets(String recording) {
        try (InputStream in = RadioScript.class.getResourceAsStream("/recordings/" + recording)) {
            byte[] bytes = Objects.requireNonNull(in, recording).readAllBytes();
            var packets = new ArrayList<MeshPacket>();
            for (FramePiece piece : FrameParser.fromRadio(0).feed(bytes, 0, bytes.length)) {
                FromRadio message = FromRadio.parseFrom(((FramePiece.Frame) piece).payload());
                if (message.hasPacket()) {
                    packets.add(message.getPacket());
                }
            }
            return packets;
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(recording, e);
        }
    }

    private static NodeInfo nodeInfo(int number) {
        return NodeInfo.newBuilder()
                .setNum(number)
                .setUser(User.newBuilder().setLongName(ByteString.copyFromUtf8("node " + number)))
                .build();
    }
}
