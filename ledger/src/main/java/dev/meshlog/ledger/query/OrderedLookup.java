package dev.meshlog.ledger.query;

/** Entries that are read in the order of their keys, too: unsigned bytes, a shorter key before the longer one that it begins. */
public interface OrderedLookup extends EntryLookup {
    /** Shows the entries from the first key to the last one, both of them included, for as long as the visitor wants more. */
    void range(byte[] first, byte[] last, RangeVisitor visitor);

    /** Is shown entries in order. */
    @FunctionalInterface
    interface RangeVisitor {
        /** @return whether to go on */
        boolean entry(byte[] key, byte[] value);
    }
}
