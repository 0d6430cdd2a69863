package dev.meshlog.streams.query;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/** The ports of the device protocol by name; other numbers are legal and have none here. */
public enum PortName {
    UNKNOWN(0),
    TEXT_MESSAGE(1),
    REMOTE_HARDWARE(2),
    POSITION(3),
    NODEINFO(4),
    ROUTING(5),
    ADMIN(6),
    TEXT_MESSAGE_COMPRESSED(7),
    WAYPOINT(8),
    AUDIO(9),
    DETECTION_SENSOR(10),
    ALERT(11),
    KEY_VERIFICATION(12),
    REMOTE_SHELL(13),
    REPLY(32),
    IP_TUNNEL(33),
    PAXCOUNTER(34),
    STORE_FORWARD_PLUSPLUS(35),
    NODE_STATUS(36),
    MESH_BEACON(37),
    SERIAL(64),
    STORE_FORWARD(65),
    RANGE_TEST(66),
    TELEMETRY(67),
    ZPS(68),
    SIMULATOR(69),
    TRACEROUTE(70),
    NEIGHBORINFO(71),
    ATAK_PLUGIN(72),
    MAP_REPORT(73),
    POWERSTRESS(74),
    LORAWAN_BRIDGE(75),
    RETICULUM_TUNNEL(76),
    CAYENNE(77),
    ATAK_PLUGIN_V2(78),
    LORA_OTA(79),
    GROUPALARM(112),
    PRIVATE(256),
    ATAK_FORWARDER(257);

    private static final int HIGHEST = 511;

    private final int number;

    PortName(int number) {
        this.number = number;
    }

    /** The name, or the number as text. */
    public static String of(int port) {
        return Arrays.stream(values())
                .filter(known -> known.number == port)
                .findFirst()
                .map(Enum::name)
                .orElseGet(() -> Integer.toString(port));
    }

    /** Reads a name in any case, with or without {@code _APP} behind it, or a number up to 511. */
    public static OptionalInt parse(String text) {
        if (text.matches("[0-9]{1,3}")) {
            int number = Integer.parseInt(text);
            return number <= HIGHEST ? OptionalInt.of(number) : OptionalInt.empty();
        }
        String name = text.toUpperCase(Locale.ROOT).replaceFirst("_APP$", "");
        Optional<PortName> known =
                Arrays.stream(values()).filter(port -> port.name().equals(name)).findFirst();
        return known.isPresent() ? OptionalInt.of(known.get().number) : OptionalInt.empty();
    }
}
