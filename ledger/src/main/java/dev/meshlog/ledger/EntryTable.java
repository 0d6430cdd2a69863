package dev.meshlog.ledger;

import org.jspecify.annotations.Nullable;

/** Entries of the committed state by key. One thread at a time. */
public interface EntryTable {
    byte @Nullable [] get(byte[] key);

    void put(byte[] key, byte[] value);

    void delete(byte[] key);

    /**
     * Puts or deletes, for a caller who has read the entry: the table need not read it again.
     *
     * @param old what {@link #get} gives for the key, and nothing else
     * @param value null deletes
     */
    default void replace(byte[] key, byte @Nullable [] old, byte @Nullable [] value) {
        if (value == null) {
            delete(key);
        } else {
            put(key, value);
        }
    }
}
