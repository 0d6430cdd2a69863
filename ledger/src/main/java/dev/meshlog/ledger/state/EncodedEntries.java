package dev.meshlog.ledger.state;

import dev.meshlog.ledger.Hash;
import dev.meshlog.schemas.MalformedRecordException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;

/**
 * Walks entries in canonical form, one behind the other. Every length is held against its limit and against the bytes that are
 * left, and nothing is copied until {@link #key()} or {@link #value()} asks for it.
 *
 * <pre>
 * u32 key length ‖ key ‖ u32 value length ‖ value
 * </pre>
 */
final class EncodedEntries {
    private final byte[] bytes;
    private final int end;
    private final byte[] scratch = new byte[Hash.LENGTH];
    private int offset;
    private int key;
    private int keyEnd;
    private int value;
    private int next;
    private int previousKey;
    private int previousKeyEnd;

    /** The slice of {@code bytes} from {@code from} to before {@code to}, which is shared, not copied. */
    EncodedEntries(byte[] bytes, int from, int to) {
        this.bytes = bytes;
        this.end = to;
        this.next = from;
    }

    static int length(byte[] key, byte[] value) {
        return EntryLimits.OVERHEAD_BYTES + key.length + value.length;
    }

    static void put(ByteBuffer out, byte[] key, byte[] value) {
        out.putInt(key.length).put(key).putInt(value.length).put(value);
    }

    /**
     * Goes to the next entry; false behind the last one.
     *
     * @throws MalformedRecordException when what follows is not an entry
     */
    boolean next() {
        if (next == end) {
            return false;
        }
        previousKey = key;
        previousKeyEnd = keyEnd;
        offset = next;
        int keyLength = length(offset);
        key = offset + Integer.BYTES;
        if (!EntryLimits.keyFits(keyLength) || keyLength > end - key) {
            throw new MalformedRecordException("a key of " + Integer.toUnsignedString(keyLength) + " bytes");
        }
        keyEnd = key + keyLength;
        int valueLength = length(keyEnd);
        value = keyEnd + Integer.BYTES;
        if (!EntryLimits.valueFits(valueLength) || valueLength > end - value) {
            throw new MalformedRecordException("a value of " + Integer.toUnsignedString(valueLength) + " bytes");
        }
        next = value + valueLength;
        return true;
    }

    /** Where the current entry begins. */
    int offset() {
        return offset;
    }

    /** Where the current entry ends. */
    int entryEnd() {
        return next;
    }

    byte[] key() {
        return Arrays.copyOfRange(bytes, key, keyEnd);
    }

    byte[] value() {
        return Arrays.copyOfRange(bytes, value, next);
    }

    boolean hasKey(byte[] wanted) {
        return Arrays.equals(bytes, key, keyEnd, wanted, 0, wanted.length);
    }

    /** Whether the current key is above that of the entry before it, as unsigned bytes. */
    boolean isKeyAbovePrevious() {
        return Arrays.compareUnsigned(bytes, previousKey, previousKeyEnd, bytes, key, keyEnd) < 0;
    }

    int bucket(MessageDigest sha, int bucketBits) {
        return Buckets.bucketOf(sha, scratch, bytes, key, keyEnd - key, bucketBits);
    }

    void addTo(Accumulator sum, LtHash hash) {
        hash.addEncoded(sum, bytes, offset, next - offset);
    }

    private int length(int at) {
        if (end - at < Integer.BYTES) {
            throw new MalformedRecordException("it ends inside a length");
        }
        return ByteBuffer.wrap(bytes).getInt(at);
    }
}
