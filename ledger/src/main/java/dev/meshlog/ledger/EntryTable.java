package dev.meshlog.ledger;

import org.jspecify.annotations.Nullable;

/** Entries of the committed state by key. One thread at a time. */
public interface EntryTable {
    byte @Nullable [] get(byte[] key);

    void put(byte[] key, byte[] value);

    void delete(byte[] key);
}
