package dev.meshlog.ledger.query;

import org.jspecify.annotations.Nullable;

/** Entries that a reader finds by key. */
@FunctionalInterface
public interface EntryLookup {
    byte @Nullable [] get(byte[] key);
}
