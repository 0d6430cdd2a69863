package dev.meshlog.schemas.wire;

import java.util.Map;

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
     * The value is a message.
     *
     * @param confidential whether everything behind a damage in it is blanked
     */
    record Inside(boolean confidential, Map<Integer, Field> fields) implements Rule {}

    /** The value is a port (field 1) and what is sent to it (field 2), where the port says what that is. */
    record Ported() implements Rule {}

    /** A field's name in a path, and what is done with it. */
    record Field(String name, Rule rule) {}

    static final int ADMIN_PORT = 6;
    static final int SIMULATOR_PORT = 69;

    private static final Rule BLANK = new Blank(1);
    private static final Inside CONFIG = confidential(Map.of(
            4, new Field("network", confidential(Map.of(4, new Field("wifi_psk", BLANK)))),
            7, new Field("bluetooth", confidential(Map.of(3, new Field("fixed_pin", BLANK)))),
            8, new Field("security", confidential(Map.of(2, new Field("private_key", BLANK))))));
    private static final Inside MODULE_CONFIG = confidential(Map.of(
            1,
            new Field("mqtt", confidential(Map.of(3, new Field("username", BLANK), 4, new Field("password", BLANK))))));
    /** A key of one byte is an index of a well-known key. */
    private static final Inside CHANNEL =
            confidential(Map.of(2, new Field("settings", confidential(Map.of(2, new Field("psk", new Blank(2)))))));

    private static final Inside DEVICE_UI = confidential(Map.of(6, new Field("pin_code", BLANK)));

    static final Inside ADMIN = confidential(Map.of(
            2, new Field("get_channel_response", CHANNEL),
            6, new Field("get_config_response", CONFIG),
            8, new Field("get_module_config_response", MODULE_CONFIG),
            33, new Field("set_channel", CHANNEL),
            34, new Field("set_config", CONFIG),
            35, new Field("set_module_config", MODULE_CONFIG),
            45, new Field("get_ui_config_response", DEVICE_UI),
            46, new Field("store_ui_config", DEVICE_UI),
            101, new Field("session_passkey", BLANK),
            104, new Field("lockdown_auth", BLANK)));
    static final Inside PACKET = carrier(Map.of(4, new Field("decoded", new Ported())));
    static final Inside ENVELOPE = carrier(Map.of(1, new Field("packet", PACKET)));
    static final Inside FROM_RADIO = carrier(Map.of(
            2, new Field("packet", PACKET),
            5, new Field("config", CONFIG),
            9, new Field("module_config", MODULE_CONFIG),
            10, new Field("channel", CHANNEL),
            12, new Field("xmodem", confidential(Map.of(4, new Field("buffer", BLANK)))),
            14, new Field("mqtt_client_proxy_message", carrier(Map.of(2, new Field("data", ENVELOPE)))),
            17, new Field("device_ui_config", DEVICE_UI)));

    private Secrets() {}

    private static Inside confidential(Map<Integer, Field> fields) {
        return new Inside(true, fields);
    }

    private static Inside carrier(Map<Integer, Field> fields) {
        return new Inside(false, fields);
    }
}
