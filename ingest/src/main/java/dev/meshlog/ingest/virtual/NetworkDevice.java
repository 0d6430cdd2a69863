package dev.meshlog.ingest.virtual;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import dev.meshlog.ingest.MeshTables;
import dev.meshlog.schemas.NodeNumber;
import dev.meshlog.schemas.meshtastic.Channel;
import dev.meshlog.schemas.meshtastic.ChannelSettings;
import dev.meshlog.schemas.meshtastic.Config;
import dev.meshlog.schemas.meshtastic.DeviceMetadata;
import dev.meshlog.schemas.meshtastic.FromRadio;
import dev.meshlog.schemas.meshtastic.ModuleConfig;
import dev.meshlog.schemas.meshtastic.MyNodeInfo;
import dev.meshlog.schemas.meshtastic.NodeInfo;
import dev.meshlog.schemas.meshtastic.User;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;

/**
 * The device that a virtual node is when it has no radio: a listener with a number that no node of the network has, the default channel and
 * a configuration of defaults, every part of it, for clients wait for them.
 */
final class NetworkDevice {
    /** Clients refuse what they think is too old. */
    private static final String FIRMWARE = "2.7.26.meshlog";

    private static final int OLDEST_APP = 30_200;
    private static final int DEVICE_STATE = 24;
    /** Hardware of nobody's catalogue. */
    private static final int PRIVATE_HARDWARE = 255;
    /** A client that relays nothing. */
    private static final int CLIENT_MUTE = 1;

    private static final int CHANNELS = 8;
    private static final int PRIMARY = 1;
    private static final int CONFIG_PARTS = 10;
    private static final int MODULES = 13;
    private static final int LORA = 6;
    private static final int USE_PRESET = 1;
    private static final int REGION = 7;
    private static final int HOP_LIMIT = 8;

    private NetworkDevice() {}

    /**
     * @param tables ready: the number must be free
     * @param region the protocol's number of a LoRa region; 0: unset, and apps ask their user to set one
     */
    static DeviceImage of(String network, MeshTables tables, int region) {
        int number = freeNumber(network, tables);
        String text = NodeNumber.text(NodeNumber.of(number));
        var own = NodeInfo.newBuilder()
                .setNum(number)
                .setUser(User.newBuilder()
                        .setId(ByteString.copyFromUtf8(text))
                        .setLongName(ByteString.copyFromUtf8("Meshlog " + network))
                        .setShortName(ByteString.copyFromUtf8("MLOG"))
                        .setHardwareModel(PRIVATE_HARDWARE)
                        .setRole(CLIENT_MUTE)
                        .setUnmessagable(true))
                .build();
        return new DeviceImage(
                MyNodeInfo.newBuilder()
                        .setMyNodeNum(number)
                        .setMinAppVersion(OLDEST_APP)
                        .setPioEnv(ByteString.copyFromUtf8("meshlog"))
                        .build(),
                List.of(),
                settings(region),
                Map.of(number, own),
                List.of());
    }

    private static int freeNumber(String network, MeshTables tables) {
        var hash = new CRC32();
        hash.update(network.getBytes(StandardCharsets.UTF_8));
        long number = hash.getValue();
        while (!NodeNumber.isNode(number) || tables.entry(number).isPresent()) {
            number = (number + 1) & NodeNumber.BROADCAST;
        }
        return (int) number;
    }

    private static List<FromRadio> settings(int region) {
        var settings = new ArrayList<FromRadio>();
        settings.add(FromRadio.newBuilder()
                .setMetadata(DeviceMetadata.newBuilder()
                        .setFirmwareVersion(ByteString.copyFromUtf8(FIRMWARE))
                        .setDeviceStateVersion(DEVICE_STATE)
                        .setRole(CLIENT_MUTE)
                        .setHardwareModel(PRIVATE_HARDWARE)
                        .setHasPkc(true))
                .build());
        for (int index = 0; index < CHANNELS; index++) {
            settings.add(FromRadio.newBuilder().setChannel(channel(index)).build());
        }
        for (int part = 1; part <= CONFIG_PARTS; part++) {
            UnknownFieldSet content = part == LORA ? lora(region) : UnknownFieldSet.getDefaultInstance();
            settings.add(FromRadio.newBuilder()
                    .setConfig(Config.newBuilder().setUnknownFields(message(part, content)))
                    .build());
        }
        for (int module = 1; module <= MODULES; module++) {
            settings.add(FromRadio.newBuilder()
                    .setModuleConfig(ModuleConfig.newBuilder()
                            .setUnknownFields(message(module, UnknownFieldSet.getDefaultInstance())))
                    .build());
        }
        return settings;
    }

    /** The first one has the well-known key, the others are off. */
    private static Channel channel(int index) {
        var channel = Channel.newBuilder().setIndex(index).setSettings(ChannelSettings.getDefaultInstance());
        if (index == 0) {
            channel.setRole(PRIMARY)
                    .setSettings(ChannelSettings.newBuilder().setPsk(ByteString.copyFrom(new byte[] {1})));
        }
        return channel.build();
    }

    private static UnknownFieldSet lora(int region) {
        return UnknownFieldSet.newBuilder()
                .addField(USE_PRESET, number(1))
                .addField(REGION, number(region))
                .addField(HOP_LIMIT, number(3))
                .build();
    }

    private static UnknownFieldSet.Field number(int value) {
        return UnknownFieldSet.Field.newBuilder().addVarint(value).build();
    }

    private static UnknownFieldSet message(int field, UnknownFieldSet content) {
        return UnknownFieldSet.newBuilder()
                .addField(
                        field,
                        UnknownFieldSet.Field.newBuilder()
                                .addLengthDelimited(content.toByteString())
                                .build())
                .build();
    }
}
