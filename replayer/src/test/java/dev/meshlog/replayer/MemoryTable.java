package dev.meshlog.replayer;

import dev.meshlog.ledger.EntryTable;
import dev.meshlog.schemas.Hex;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Entries in memory, as hex, to be compared as a whole. */
final class MemoryTable implements EntryTable {
    private final NavigableMap<String, String> entries = new TreeMap<>();

    @Override
    public byte @Nullable [] get(byte[] key) {
        String value = entries.get(Hex.of(key));
        return value == null ? null : Hex.parse(value);
    }

    @Override
    public void put(byte[] key, byte[] value) {
        entries.put(Hex.of(key), Hex.of(value));
    }

    @Override
    public void delete(byte[] key) {
        entries.remove(Hex.of(key));
    }

    NavigableMap<String, String> copy() {
        return new TreeMap<>(entries);
    }
}
