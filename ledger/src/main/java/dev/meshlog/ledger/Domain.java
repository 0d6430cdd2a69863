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

    // Looking a digest up among the providers costs as much as hashing a short message.
    private static final ThreadLocal<MessageDigest> SHA = ThreadLocal.withInitial(Domain::sha256);

    private final byte prefix;

    Domain(int prefix) {
        this.prefix = (byte) prefix;
    }

    /** H(domain byte, then the parts one behind the other). */
    public Hash hash(byte[]... parts) {
        MessageDigest sha = SHA.get();
        sha.update(prefix);
        for (byte[] part : parts) {
            sha.update(part);
        }
        return Hash.ofDigest(sha.digest());
    }

    /** H(domain byte ‖ first ‖ rest). */
    public Hash hash(Hash first, byte[] rest) {
        return hash(first.unsafeBytes(), rest);
    }

    /** H(domain byte ‖ left ‖ right). */
    public Hash hash(Hash left, Hash right) {
        return hash(left.unsafeBytes(), right.unsafeBytes());
    }

    /** SHA-256 without a domain byte, for content ids. */
    public static Hash contentId(byte[] content) {
        return Hash.ofDigest(SHA.get().digest(content));
    }

    /** Big-endian, fixed width. */
    public static byte[] u64(long value) {
        return ByteBuffer.allocate(8).putLong(value).array();
    }

    /** Big-endian, fixed width. */
    public static byte[] u32(int value) {
        return ByteBuffer.allocate(4).putInt(value).array();
    }

    /** A new SHA-256, for bytes that come in pieces. */
    public static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
