package dev.meshlog.schemas;

import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The number of a node, a uint32 in a long. For people and in record keys it is {@code !} and eight hex digits. Zero and all ones
 * mean "nobody" and "everybody" on the air and are never nodes.
 */
public final class NodeNumber {
    /** Where a packet for everybody goes. */
    public static final long BROADCAST = 0xffff_ffffL;

    private static final int DIGITS = 8;
    private static final Pattern DECIMAL = Pattern.compile("[0-9]{1,10}");
    private static final Pattern HEX = Pattern.compile("!?[0-9a-f]{1,8}");

    private NodeNumber() {}

    /** Protobuf and most libraries hand a uint32 over as an int. */
    public static long of(int number) {
        return Integer.toUnsignedLong(number);
    }

    public static boolean isNode(long number) {
        return number > 0 && number < BROADCAST;
    }

    public static String text(long number) {
        return "!" + HexFormat.of().toHexDigits(number, DIGITS);
    }

    /** The key of everything that is kept per node. */
    public static String key(String network, long number) {
        return network + "/" + text(number);
    }

    /**
     * Reads {@code !hex}, {@code hex} and decimal text in either case. Digits alone are decimal, however many there are: only
     * {@code !} makes them hex.
     *
     * @throws IllegalArgumentException when the text is none of these or not a node
     */
    public static long parse(String text) {
        String plain = text.strip().toLowerCase(Locale.ROOT);
        long number;
        if (DECIMAL.matcher(plain).matches()) {
            number = Long.parseLong(plain);
        } else if (HEX.matcher(plain).matches()) {
            number = Long.parseLong(plain.startsWith("!") ? plain.substring(1) : plain, 16);
        } else {
            throw new IllegalArgumentException(
                    "'" + text + "' is not a node number; write !1234abcd or its decimal form");
        }
        if (!isNode(number)) {
            throw new IllegalArgumentException("'" + text + "' is not a node: numbers go from 1 to fffffffe");
        }
        return number;
    }
}
