package dev.meshlog.ledger;

import java.nio.ByteBuffer;

/**
 * The keys of the state; the first byte is the table.
 *
 * <pre>
 * 01 | object id 32              ObjectEntry
 * 02                             ValidatorSets
 * 03 | transaction id 32         validUntilRound u64
 * 03 | commit index u64          leader round u64, then the ids of the transactions that the commit executed, 32 bytes each
 * 03 | commit index u64 | u32    the same, with the ids that found no room in the entries before; numbered from 1
 * 04 | round u64                 the committed vertices of the round: producer 32, vertex id 32 each, ascending
 * 05                             ChainEntry
 * </pre>
 *
 * The lists by commit and by round are what lets old ids go without a scan.
 */
public final class StateKey {
    public static final byte OBJECTS = 1;
    public static final byte VALIDATORS = 2;
    public static final byte TRANSACTIONS = 3;
    public static final byte COMMITTED = 4;
    public static final byte CHAIN = 5;

    private StateKey() {}

    public static byte[] object(Hash id) {
        return of(OBJECTS, id.unsafeBytes());
    }

    public static byte[] validators() {
        return new byte[] {VALIDATORS};
    }

    public static byte[] transaction(Hash txId) {
        return of(TRANSACTIONS, txId.unsafeBytes());
    }

    public static byte[] transactionsOf(long commitIndex) {
        return of(TRANSACTIONS, Domain.u64(commitIndex));
    }

    /** @param part 0 for the first entry, whose key has no number */
    public static byte[] transactionsOf(long commitIndex, int part) {
        byte[] first = transactionsOf(commitIndex);
        return part == 0
                ? first
                : ByteBuffer.allocate(first.length + Integer.BYTES)
                        .put(first)
                        .putInt(part)
                        .array();
    }

    public static byte[] committedAt(long round) {
        return of(COMMITTED, Domain.u64(round));
    }

    public static byte[] chain() {
        return new byte[] {CHAIN};
    }

    private static byte[] of(byte table, byte[] rest) {
        return ByteBuffer.allocate(1 + rest.length).put(table).put(rest).array();
    }
}
