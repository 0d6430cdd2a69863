package dev.meshlog.ledger;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** SHA-256 with the domain byte that keeps one kind of hashed value from ever equalling another. */
public enum Domain {
    NETWORK(0x00),
    BODY(0x01),
    VERTEX(0x02),
    TRANSACTION(0x03),
    OBJECT(0x04),
    LEADER(0x05),
    COMMIT(0x06),
    STATE_ROOT(0x07),
    BUCKET(0x08),
    MERKLE_NODE(0x09),
    MANIFEST(0x0A);

    private final byte prefix;

    Domain(int prefix) {
        this.prefix = (byte) prefix;
    }

    /** H(domain byte, then the parts one behind the other). */
    public Hash hash(byte[]... parts) {
        MessageDigest sha = sha256();
        sha.update(prefix);
        for (byte[] part : parts) {
            sha.update(part);
        }
        return Hash.of(sha.digest());
    }

    /** Big-endian, fixed width. */
    public static byte[] u64(long value) {
        return ByteBuffer.allocate(8).putLong(value).array();
    }

    /** Big-endian, fixed width. */
    public static byte[] u32(int value) {
        return ByteBuffer.allocate(4).putInt(value).array();
    }

    /** SHA-256 without a domain byte, for content ids. */
    public static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
