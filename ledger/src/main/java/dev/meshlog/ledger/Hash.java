package dev.meshlog.ledger;

import dev.meshlog.schemas.Bytes32;
import dev.meshlog.schemas.Hex;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;

/** 32 bytes that identify something: a hash, an id or a public key. Ordered as unsigned bytes. */
public final class Hash implements Comparable<Hash> {
    public static final int LENGTH = 32;
    public static final Hash ZERO = new Hash(new byte[LENGTH]);

    private final byte[] bytes;

    private Hash(byte[] bytes) {
        this.bytes = bytes;
    }

    /** @throws IllegalArgumentException when there are not exactly 32 bytes */
    public static Hash of(byte[] bytes) {
        if (bytes.length != LENGTH) {
            throw new IllegalArgumentException("32 bytes wanted, got " + bytes.length);
        }
        return new Hash(bytes.clone());
    }

    /** Of the 32 bytes that begin at the offset. */
    public static Hash of(byte[] bytes, int offset) {
        Objects.checkFromIndexSize(offset, LENGTH, bytes.length);
        return new Hash(Arrays.copyOfRange(bytes, offset, offset + LENGTH));
    }

    /** Of the next 32 bytes, which are taken out of the buffer. */
    public static Hash of(ByteBuffer in) {
        byte[] bytes = new byte[LENGTH];
        in.get(bytes);
        return new Hash(bytes);
    }

    /** Keeps the array of a digest that nobody else has. */
    static Hash ofDigest(byte[] digest) {
        return new Hash(digest);
    }

    public static Hash of(Bytes32 bytes) {
        return of(bytes.bytes());
    }

    /** @throws IllegalArgumentException when the text is not 64 hex digits */
    public static Hash ofHex(String hex) {
        return of(Hex.parse(hex));
    }

    /** A copy. */
    public byte[] bytes() {
        return bytes.clone();
    }

    /** Writes the 32 bytes, without the copy that {@link #bytes()} makes. */
    public void putInto(ByteBuffer out) {
        out.put(bytes);
    }

    /** The array itself, for hashing and copying inside this module: never change it. */
    byte[] unsafeBytes() {
        return bytes;
    }

    /** The first 0 to 31 bits as a number. */
    public int firstBits(int bits) {
        return (int) ((hashCode() & 0xffff_ffffL) >>> (Integer.SIZE - bits));
    }

    public Bytes32 fixed() {
        return new Bytes32(bytes.clone());
    }

    public String hex() {
        return Hex.of(bytes);
    }

    /** The first 8 hex digits: enough for a log line. */
    public String brief() {
        return hex().substring(0, 8);
    }

    @Override
    public int compareTo(Hash other) {
        return Arrays.compareUnsigned(bytes, other.bytes);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Hash hash && Arrays.equals(bytes, hash.bytes);
    }

    @Override
    public int hashCode() {
        // Ids are uniformly distributed; keys and zero are few.
        return bytes[0] << 24 | (bytes[1] & 0xff) << 16 | (bytes[2] & 0xff) << 8 | (bytes[3] & 0xff);
    }

    @Override
    public String toString() {
        return hex();
    }
}
