package dev.meshlog.ledger.state;

/** What an entry may be, everywhere: in the state, in a chunk. */
public final class EntryLimits {
    /** A key has at least its table byte. */
    public static final int MIN_KEY_BYTES = 1;

    public static final int MAX_KEY_BYTES = 1024;
    public static final int MAX_VALUE_BYTES = 1 << 20;

    /** Two lengths as u32. */
    static final int OVERHEAD_BYTES = 2 * Integer.BYTES;

    private EntryLimits() {}

    static boolean keyFits(int length) {
        return length >= MIN_KEY_BYTES && length <= MAX_KEY_BYTES;
    }

    static boolean valueFits(int length) {
        return length >= 0 && length <= MAX_VALUE_BYTES;
    }

    /** @throws IllegalArgumentException when the key or the value is too long, or the key empty */
    static void check(byte[] key, byte[] value) {
        if (!keyFits(key.length)) {
            throw new IllegalArgumentException("a key is 1 to " + MAX_KEY_BYTES + " bytes, got " + key.length);
        }
        if (!valueFits(value.length)) {
            throw new IllegalArgumentException("a value is at most " + MAX_VALUE_BYTES + " bytes, got " + value.length);
        }
    }
}
