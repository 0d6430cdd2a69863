package dev.meshlog.ledger;

import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Changes to a table that are not in it yet. An entry is read from the table once, however often it is asked for. */
public final class ChangeSet implements EntryTable {
    /** Unsigned, as keys are ordered everywhere. */
    public static final Comparator<byte[]> KEY_ORDER = Arrays::compareUnsigned;

    private final EntryTable base;
    private final NavigableMap<byte[], Entry> entries = new TreeMap<>(KEY_ORDER);

    public ChangeSet(EntryTable base) {
        this.base = base;
    }

    /** As it is in the table, and as it shall be. */
    private static final class Entry {
        private final byte @Nullable [] old;
        private byte @Nullable [] value;

        Entry(byte @Nullable [] old) {
            this.old = old;
            this.value = old;
        }
    }

    @Override
    public byte @Nullable [] get(byte[] key) {
        return entry(key).value;
    }

    @Override
    public void put(byte[] key, byte[] value) {
        entry(key).value = value;
    }

    @Override
    public void delete(byte[] key) {
        entry(key).value = null;
    }

    /** Drops what changes nothing, writes the rest to the table below and returns it: sorted by key, null for an entry that goes. */
    public NavigableMap<byte[], byte @Nullable []> flush() {
        NavigableMap<byte[], byte @Nullable []> net = new TreeMap<>(KEY_ORDER);
        entries.forEach((key, entry) -> {
            if (!Arrays.equals(entry.old, entry.value)) {
                base.replace(key, entry.old, entry.value);
                net.put(key, entry.value);
            }
        });
        entries.clear();
        return Collections.unmodifiableNavigableMap(net);
    }

    private Entry entry(byte[] key) {
        Entry known = entries.get(key);
        if (known == null) {
            known = new Entry(base.get(key));
            entries.put(key, known);
        }
        return known;
    }
}
