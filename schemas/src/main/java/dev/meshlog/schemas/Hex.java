package dev.meshlog.schemas;

import java.util.HexFormat;

/** Lower-case hex, the text form of every id, hash and key. */
public final class Hex {
    private static final HexFormat FORMAT = HexFormat.of();

    private Hex() {}

    public static String of(byte[] bytes) {
        return FORMAT.formatHex(bytes);
    }

    public static String of(Bytes32 bytes) {
        return FORMAT.formatHex(bytes.bytes());
    }

    /** @throws IllegalArgumentException when the text is not hex */
    public static byte[] parse(String hex) {
        return FORMAT.parseHex(hex);
    }
}
