package dev.meshlog.schemas.wire;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which fields of the device protocol are secret, as a tree of field numbers over the wire format. The tree is walked over raw bytes
 * and not over parsed messages: so unknown fields, their order and repeated fields stay as they are, and a secret is found even in a
 * message that is damaged behind it.
 */
final class Secrets {
    /** What is done with a field. */
    sealed interface Rule {}

    /** The value is blanked when it has at least so many bytes. */
    record Blank(int fromLength) implements Rule {}

    /**
     * The value is a message. Bytes in a field that is not named here are blanked where they look like a secret: one flipped bit in a tag makes
     * another field of a secret, and a radio's link has no checksum.
     */
    static final class Inside implements Rule {
        private final boolean confidential;
        private final @Nullable Field[] fields;

        private Inside(boolean confidential, Map<Integer, Field> fields) {
            this.confidential = confidential;
            int most =
                    fields.keySet().stream().mapToInt(Integer::intValue).max().orElse(0);
            this.fields = new Field[most + 1];
            fields.forEach((number, field) -> this.fields[number] = field);
        }

        /** Whether everything behind a damage in it is blanked. */
        boolean confidential() {
            return confidential;
        }

        @Nullable Field field(int number) {
            return number < fields.length ? fields[number] : null;
        }
    }

    /** Belongs there and is no secret. */
    record Open() implements Rule {}

    /**
     * The value is a message of numbers in ascending order of their fields, which no secret looks like. If it is anything else, it is treated as what
     * does not belong there.
     */
    record Numbers() implements Rule {}

    /** The value is a port (field 1) and what is sent to it (field 2), where the port says what that is. */
    record Ported() implements Rule {}

    /** A field's name in a path, and what is done with it. */
    record Field(String name, Rule rule) {}

    static final int ADMIN_PORT = 6;
    static final int SIMULATOR_PORT = 69;

    private static final Rule BLANK = new Blank(1);
    private static final Rule OPEN = new Open();
    private static final Rule NUMBERS = new Numbers();
    private static final Inside CONFIG = confidential(Map.of(
            1, new Field("device", NUMBERS),
            2, new Field("position", NUMBERS),
            3, new Field("power", NUMBERS),
            5, new Field("display", NUMBERS),
            6, new Field("lora", NUMBERS),
            4, new Field("network", confidential(Map.of(4, new Field("wifi_psk", BLANK)))),
            7, new Field("bluetooth", confidential(Map.of(3, new Field("fixed_pin", BLANK)))),
            8,
                    new Field(
                            "security",
                            // An administrator's key is public, but one bit makes a private key look like one.
                            confidential(Map.of(
                                    1, new Field("public_key", OPEN),
                                    2, new Field("private_key", BLANK),
                                    3, new Field("admin_key", BLANK))))));
    private static final Inside MODULE_CONFIG = confidential(Map.ofEntries(
            Map.entry(
                    1,
                    new Field(
                            "mqtt",
                            confidential(Map.of(3, new Field("username", BLANK), 4, new Field("password", BLANK))))),
            Map.entry(2, new Field("serial", NUMBERS)),
            Map.entry(3, new Field("external_notification", NUMBERS)),
            Map.entry(4, new Field("store_forward", NUMBERS)),
            Map.entry(5, new Field("range_test", NUMBERS)),
            Map.entry(6, new Field("telemetry", NUMBERS)),
            Map.entry(7, new Field("canned_message", NUMBERS)),
            Map.entry(8, new Field("audio", NUMBERS)),
            Map.entry(10, new Field("neighbor_info", NUMBERS)),
            Map.entry(11, new Field("ambient_lighting", NUMBERS)),
            Map.entry(12, new Field("detection_sensor", NUMBERS)),
            Map.entry(13, new Field("paxcounter", NUMBERS))));
    /** A key of one byte is an index of a well-known key; a name has at most 11. */
    private static final Inside CHANNEL = confidential(Map.of(
            2,
            new Field(
                    "settings",
                    confidential(Map.of(2, new Field("psk", new Blank(2)), 3, new Field("name", new Blank(12)))))));

    private static final Inside DEVICE_UI = confidential(Map.of(6, new Field("pin_code", BLANK)));

    static final Inside ADMIN = confidential(Map.ofEntries(
            Map.entry(2, new Field("get_channel_response", CHANNEL)),
            Map.entry(4, new Field("get_owner_response", OPEN)),
            Map.entry(6, new Field("get_config_response", CONFIG)),
            Map.entry(8, new Field("get_module_config_response", MODULE_CONFIG)),
            Map.entry(32, new Field("set_owner", OPEN)),
            Map.entry(33, new Field("set_channel", CHANNEL)),
            Map.entry(34, new Field("set_config", CONFIG)),
            Map.entry(35, new Field("set_module_config", MODULE_CONFIG)),
            Map.entry(45, new Field("get_ui_config_response", DEVICE_UI)),
            Map.entry(46, new Field("store_ui_config", DEVICE_UI)),
            Map.entry(66, new Field("add_contact", OPEN)),
            Map.entry(101, new Field("session_passkey", BLANK)),
            Map.entry(104, new Field("lockdown_auth", BLANK))));
    static final Inside PACKET = carrier(Map.of(
            4, new Field("decoded", new Ported()), 5, new Field("encrypted", OPEN), 16, new Field("public_key", OPEN)));
    /** A channel's name has at most 11 bytes, a gateway's id 9: what is longer is neither. */
    static final Inside ENVELOPE = carrier(Map.of(
            1,
            new Field("packet", PACKET),
            2,
            new Field("channel_id", new Blank(12)),
            3,
            new Field("gateway_id", new Blank(12))));

    private static final Inside NODE_INFO = carrier(Map.of(
            2, new Field("user", OPEN), 3, new Field("position", NUMBERS), 6, new Field("device_metrics", OPEN)));
    private static final Inside PROXY_MESSAGE =
            carrier(Map.of(1, new Field("topic", OPEN), 2, new Field("data", ENVELOPE), 3, new Field("text", OPEN)));
    /** Parsed, so it stays a message whatever its length; its own fields are looked at like any that does not belong. */
    private static final Inside NO_SECRETS = carrier(Map.of());

    static final Inside FROM_RADIO = carrier(Map.ofEntries(
            Map.entry(2, new Field("packet", PACKET)),
            Map.entry(3, new Field("my_info", OPEN)),
            Map.entry(4, new Field("node_info", NODE_INFO)),
            Map.entry(5, new Field("config", CONFIG)),
            Map.entry(6, new Field("log_record", OPEN)),
            Map.entry(9, new Field("module_config", MODULE_CONFIG)),
            Map.entry(10, new Field("channel", CHANNEL)),
            Map.entry(11, new Field("queue_status", NO_SECRETS)),
            Map.entry(12, new Field("xmodem", confidential(Map.of(4, new Field("buffer", BLANK))))),
            Map.entry(13, new Field("metadata", NO_SECRETS)),
            Map.entry(14, new Field("mqtt_client_proxy_message", PROXY_MESSAGE)),
            Map.entry(15, new Field("file_info", OPEN)),
            Map.entry(16, new Field("client_notification", OPEN)),
            Map.entry(17, new Field("device_ui_config", DEVICE_UI))));

    private Secrets() {}

    private static Inside confidential(Map<Integer, Field> fields) {
        return new Inside(true, fields);
    }

    private static Inside carrier(Map<Integer, Field> fields) {
        return new Inside(false, fields);
    }
}
