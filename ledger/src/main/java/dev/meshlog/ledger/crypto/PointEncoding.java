package dev.meshlog.ledger.crypto;

import dev.meshlog.schemas.Hex;
import java.util.List;

/**
 * What can be told from the 64 bytes of a signature and the 32 of a key without arithmetic on the curve. Providers differ in exactly these
 * cases, and a difference is a fork: a vertex valid for one validator and invalid for the next.
 */
final class PointEncoding {
    private static final int LENGTH = 32;

    /** The order of the base point, little-endian. */
    private static final byte[] L = Hex.parse("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");

    /** 2^255 - 19, little-endian. */
    private static final byte[] P = Hex.parse("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f");

    /** The y coordinates of the eight points whose order divides 8; the sign bit picks between x and -x. */
    private static final List<byte[]> SMALL_ORDER_Y = List.of(
            Hex.parse("0100000000000000000000000000000000000000000000000000000000000000"),
            Hex.parse("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
            Hex.parse("0000000000000000000000000000000000000000000000000000000000000000"),
            Hex.parse("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
            Hex.parse("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"));

    private PointEncoding() {}

    /** S < L. */
    static boolean isCanonicalScalar(byte[] bytes, int offset) {
        return isBelow(bytes, offset, (byte) 0xff, L);
    }

    /** y < p, and not one of the points of small order. */
    static boolean isCanonicalPoint(byte[] bytes, int offset) {
        if (!isBelow(bytes, offset, (byte) 0x7f, P)) {
            return false;
        }
        for (byte[] y : SMALL_ORDER_Y) {
            if (isEqual(bytes, offset, y)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isEqual(byte[] bytes, int offset, byte[] y) {
        for (int i = 0; i < LENGTH - 1; i++) {
            if (bytes[offset + i] != y[i]) {
                return false;
            }
        }
        return (bytes[offset + LENGTH - 1] & 0x7f) == y[LENGTH - 1];
    }

    /** Little-endian comparison; {@code topMask} is laid over the most significant byte. */
    private static boolean isBelow(byte[] bytes, int offset, byte topMask, byte[] bound) {
        for (int i = LENGTH - 1; i >= 0; i--) {
            int value = bytes[offset + i] & (i == LENGTH - 1 ? topMask : 0xff) & 0xff;
            int limit = bound[i] & 0xff;
            if (value != limit) {
                return value < limit;
            }
        }
        return false;
    }
}
