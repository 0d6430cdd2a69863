package dev.meshlog.ingest.virtual;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.meshlog.schemas.meshtastic.AdminMessage;
import dev.meshlog.schemas.meshtastic.Data;
import dev.meshlog.schemas.meshtastic.FromRadio;
import dev.meshlog.schemas.meshtastic.MeshPacket;
import dev.meshlog.schemas.meshtastic.MyNodeInfo;
import dev.meshlog.schemas.meshtastic.NodeInfo;
import dev.meshlog.schemas.wire.Redaction;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A device as its config told it, in the order that clients rely on: itself, its user interface, its own node, metadata, channels and
 * configuration, the other nodes, its files.
 *
 * @param nodes by number, those of the device's own list
 */
record DeviceImage(
        MyNodeInfo own,
        List<FromRadio> screen,
        List<FromRadio> settings,
        Map<Integer, NodeInfo> nodes,
        List<FromRadio> files) {
    private static final int NODEINFO_PORT = 4;

    DeviceImage {
        screen = List.copyOf(screen);
        settings = List.copyOf(settings);
        nodes = Collections.unmodifiableMap(new LinkedHashMap<>(nodes));
        files = List.copyOf(files);
    }

    int node() {
        return own.getMyNodeNum();
    }

    /** With a node that it has told since, in place of what it said of it before. */
    DeviceImage with(NodeInfo node) {
        var all = new LinkedHashMap<>(nodes);
        all.put(node.getNum(), node);
        return new DeviceImage(own, screen, settings, all, files);
    }

    /** @param anew what it says of itself by now; it need not have told its nodes and files again */
    DeviceImage with(DeviceImage anew) {
        var all = new LinkedHashMap<>(nodes);
        all.putAll(anew.nodes);
        return new DeviceImage(anew.own, anew.screen, anew.settings, all, anew.files.isEmpty() ? files : anew.files);
    }

    /**
     * The packet, or, when it introduces somebody, one that introduces the device as it is: a radio believes its client, and the mesh believes the
     * radio, so a name and a key in it would become the device's.
     */
    MeshPacket inItsOwnName(MeshPacket packet) {
        if (!packet.hasDecoded() || packet.getDecoded().getPortNum() != NODEINFO_PORT) {
            return packet;
        }
        NodeInfo self = nodes.getOrDefault(node(), NodeInfo.getDefaultInstance());
        return packet.toBuilder()
                .setDecoded(packet.getDecoded().toBuilder()
                        .setPayload(self.getUser().toByteString()))
                .build();
    }

    /** Takes up what a radio says between the request for its config and the end of it. One thread. */
    static final class Reading {
        private final boolean secrets;
        private final List<FromRadio> screen = new ArrayList<>();
        private final List<FromRadio> settings = new ArrayList<>();
        private final Map<Integer, NodeInfo> nodes = new LinkedHashMap<>();
        private final List<FromRadio> files = new ArrayList<>();
        private @Nullable MyNodeInfo own;

        /** @param secrets whether they are kept */
        Reading(boolean secrets) {
            this.secrets = secrets;
        }

        /** A variant that is not known here stands among the settings: newer firmware has some there. */
        void take(FromRadio message, ByteString payload) {
            FromRadio shown = secrets ? message : Shown.of(payload);
            switch (message.getPayloadVariantCase()) {
                case MY_INFO -> own = shown.getMyInfo();
                case DEVICE_UI_CONFIG -> screen.add(shown);
                case NODE_INFO -> nodes.put(shown.getNodeInfo().getNum(), shown.getNodeInfo());
                case METADATA, CHANNEL, CONFIG, MODULE_CONFIG, PAYLOADVARIANT_NOT_SET -> settings.add(shown);
                case FILE_INFO -> files.add(shown);
                case PACKET,
                        LOG_RECORD,
                        CONFIG_COMPLETE_ID,
                        REBOOTED,
                        QUEUE_STATUS,
                        XMODEM,
                        MQTT_CLIENT_PROXY_MESSAGE,
                        CLIENT_NOTIFICATION -> {
                    // Happens meanwhile, and is no part of what the device is.
                }
            }
        }

        /** Null: the radio has not said who it is. */
        @Nullable DeviceImage image() {
            return own == null ? null : new DeviceImage(own, screen, settings, nodes, files);
        }
    }

    /** What a client that may not see secrets is shown. */
    static final class Shown {
        private Shown() {}

        static FromRadio of(ByteString payload) {
            try {
                return FromRadio.parseFrom(Redaction.ofFromRadio(payload).payload());
            } catch (InvalidProtocolBufferException e) {
                throw new IllegalStateException("blanking keeps a message a message", e);
            }
        }

        /** An answer to an order, for who may give some: the next order needs the session passkey in it, and no other secret. */
        static FromRadio withPasskey(MeshPacket answer, ByteString payload) {
            FromRadio shown = of(payload);
            Data blanked = shown.getPacket().getDecoded();
            try {
                ByteString passkey =
                        AdminMessage.parseFrom(answer.getDecoded().getPayload()).getSessionPasskey();
                AdminMessage content = AdminMessage.parseFrom(blanked.getPayload());
                Data told = blanked.toBuilder()
                        .setPayload(content.toBuilder()
                                .setSessionPasskey(passkey)
                                .build()
                                .toByteString())
                        .build();
                return shown.toBuilder()
                        .setPacket(shown.getPacket().toBuilder().setDecoded(told))
                        .build();
            } catch (InvalidProtocolBufferException e) {
                return shown;
            }
        }
    }
}
