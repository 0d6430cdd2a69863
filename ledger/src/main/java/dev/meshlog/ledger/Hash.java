package dev.meshlog.ledger;

import dev.meshlog.schemas.Bytes32;
import dev.meshlog.schemas.Hex;
import java.util.Arrays;

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

    /** The array itself, for hashing and copying inside this module: never change it. */
    byte[] unsafeBytes() {
        return bytes;
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
