package dev.meshlog.ledger.state;

import dev.meshlog.ledger.Domain;
import dev.meshlog.ledger.Hash;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The sum, lane by lane modulo 2^16, of the elements of a bucket's entries, and their number. The order of additions and
 * subtractions leaves no trace. One thread at a time.
 *
 * <pre>
 *   0            2048          2056
 *   | 1,024 × u16 LE | count u64 BE |
 * </pre>
 */
public final class Accumulator {
    /** Of the stored form. */
    public static final int BYTES = LtHash.ELEMENT_BYTES + Long.BYTES;

    // Four lanes are added in one long: the low 15 bits of each without carrying over, the top bit by exclusive or.
    private static final VarHandle LANES = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long TOP_BITS = 0x8000_8000_8000_8000L;

    private final byte[] sum;
    private long entries;

    /** Of an empty bucket. */
    public Accumulator() {
        this.sum = new byte[LtHash.ELEMENT_BYTES];
    }

    private Accumulator(byte[] sum, long entries) {
        this.sum = sum;
        this.entries = entries;
    }

    /** @throws IllegalArgumentException when the bytes are not the stored form of an accumulator */
    public static Accumulator parse(byte[] bytes) {
        if (bytes.length != BYTES) {
            throw new IllegalArgumentException("an accumulator is " + BYTES + " bytes, got " + bytes.length);
        }
        long entries = ByteBuffer.wrap(bytes).getLong(LtHash.ELEMENT_BYTES);
        var accumulator = new Accumulator(Arrays.copyOf(bytes, LtHash.ELEMENT_BYTES), entries);
        if (entries < 0 || (entries == 0 && !accumulator.isZero())) {
            throw new IllegalArgumentException("no accumulator has the entry count " + entries + " with such a sum");
        }
        return accumulator;
    }

    /** A new array of 2,056 bytes: the sum, then the entry count as u64, big-endian. */
    public byte[] bytes() {
        return ByteBuffer.allocate(BYTES).put(sum).putLong(entries).array();
    }

    public long entries() {
        return entries;
    }

    public boolean isEmpty() {
        return entries == 0;
    }

    /** H(08 ‖ sum ‖ entry count u64); 32 zero bytes when empty. */
    public Hash digest() {
        return isEmpty() ? Hash.ZERO : Domain.BUCKET.hash(sum, Domain.u64(entries));
    }

    void add(byte[] element) {
        for (int i = 0; i < LtHash.ELEMENT_BYTES; i += Long.BYTES) {
            long a = (long) LANES.get(sum, i);
            long b = (long) LANES.get(element, i);
            LANES.set(sum, i, ((a & ~TOP_BITS) + (b & ~TOP_BITS)) ^ ((a ^ b) & TOP_BITS));
        }
        entries++;
    }

    void subtract(byte[] element) {
        if (entries == 0) {
            throw new IllegalStateException("an entry was subtracted from an empty bucket");
        }
        for (int i = 0; i < LtHash.ELEMENT_BYTES; i += Long.BYTES) {
            long a = (long) LANES.get(sum, i);
            long b = (long) LANES.get(element, i);
            LANES.set(sum, i, ((a | TOP_BITS) - (b & ~TOP_BITS)) ^ ((a ^ ~b) & TOP_BITS));
        }
        entries--;
        if (entries == 0 && !isZero()) {
            throw new IllegalStateException("the last entry of a bucket is not what its accumulator held");
        }
    }

    private boolean isZero() {
        for (byte b : sum) {
            if (b != 0) {
                return false;
            }
        }
        return true;
    }
}
