package dev.meshlog.ledger;

import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Changes to a table that are not in it yet. */
public final class ChangeSet implements EntryTable {
    /** Unsigned, as keys are ordered everywhere. */
    public static final Comparator<byte[]> KEY_ORDER = Arrays::compareUnsigned;

    private final EntryTable base;
    private final NavigableMap<byte[], Value> changes = new TreeMap<>(KEY_ORDER);

    public ChangeSet(EntryTable base) {
        this.base = base;
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Value(byte @Nullable [] bytes) {}

    @Override
    public byte @Nullable [] get(byte[] key) {
        Value change = changes.get(key);
        return change == null ? base.get(key) : change.bytes();
    }

    @Override
    public void put(byte[] key, byte[] value) {
        changes.put(key, new Value(value));
    }

    @Override
    public void delete(byte[] key) {
        changes.put(key, new Value(null));
    }

    /** Drops what changes nothing, writes the rest to the table below and returns it: sorted by key, null for an entry that goes. */
    public NavigableMap<byte[], byte @Nullable []> flush() {
        NavigableMap<byte[], byte @Nullable []> net = new TreeMap<>(KEY_ORDER);
        for (Iterator<Map.Entry<byte[], Value>> all = changes.entrySet().iterator(); all.hasNext(); ) {
            Map.Entry<byte[], Value> change = all.next();
            byte[] key = change.getKey();
            byte[] value = change.getValue().bytes();
            if (!Arrays.equals(base.get(key), value)) {
                if (value == null) {
                    base.delete(key);
                } else {
                    base.put(key, value);
                }
                net.put(key, value);
            }
            all.remove();
        }
        return Collections.unmodifiableNavigableMap(net);
    }
}
