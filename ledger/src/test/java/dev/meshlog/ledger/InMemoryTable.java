package dev.meshlog.ledger;

import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A state in memory; its root is a plain hash over all entries. */
public final class InMemoryTable implements RootedTable {
    private final NavigableMap<byte[], byte[]> entries = new TreeMap<>(ChangeSet.KEY_ORDER);

    public InMemoryTable() {}

    public InMemoryTable(InMemoryTable copied) {
        entries.putAll(copied.entries);
    }

    @Override
    public byte @Nullable [] get(byte[] key) {
        return entries.get(key);
    }

    @Override
    public void put(byte[] key, byte[] value) {
        entries.put(key, value);
    }

    @Override
    public void delete(byte[] key) {
        entries.remove(key);
    }

    @Override
    public long entries() {
        return entries.size();
    }

    @Override
    public Hash root(long checkpointIndex) {
        var sha = Domain.sha256();
        sha.update(Domain.u64(checkpointIndex));
        for (Map.Entry<byte[], byte[]> entry : entries.entrySet()) {
            sha.update(Domain.u32(entry.getKey().length));
            sha.update(entry.getKey());
            sha.update(Domain.u32(entry.getValue().length));
            sha.update(entry.getValue());
        }
        return Hash.of(sha.digest());
    }
}
