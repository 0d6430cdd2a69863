package dev.meshlog.ledger.state;

import dev.meshlog.ledger.Domain;
import java.security.DigestException;
import java.security.MessageDigest;

/** The state is cut into 2^bits buckets by the hash of the key. */
public final class Buckets {
    public static final int MIN_BITS = 1;
    public static final int MAX_BITS = 16;

    private Buckets() {}

    /**
     * The first {@code bits} bits of SHA-256(key), as a number from 0 to 2^bits − 1.
     *
     * @throws IllegalArgumentException when bits is not 1 to 16
     */
    public static int bucketOf(byte[] key, int bits) {
        checkBits(bits);
        return Domain.contentId(key).firstBits(bits);
    }

    /**
     * How many buckets there are.
     *
     * @throws IllegalArgumentException when bits is not 1 to 16
     */
    public static int count(int bits) {
        checkBits(bits);
        return 1 << bits;
    }

    /** For loops over many keys: the digest and the scratch space (32 bytes) belong to the caller. */
    static int bucketOf(MessageDigest sha, byte[] scratch, byte[] bytes, int offset, int length, int bits) {
        sha.update(bytes, offset, length);
        try {
            sha.digest(scratch, 0, scratch.length);
        } catch (DigestException e) {
            throw new IllegalStateException("scratch space for SHA-256 is 32 bytes", e);
        }
        return bucketOf(scratch[0], scratch[1], bits);
    }

    private static int bucketOf(byte first, byte second, int bits) {
        return ((first & 0xff) << 8 | (second & 0xff)) >>> (MAX_BITS - bits);
    }

    private static void checkBits(int bits) {
        if (bits < MIN_BITS || bits > MAX_BITS) {
            throw new IllegalArgumentException("bucketBits must be " + MIN_BITS + " to " + MAX_BITS + ", got " + bits);
        }
    }
}
