package dev.meshlog.ledger.rocksdb;

import dev.meshlog.ledger.EntryTable;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.chain.PendingVertices;
import dev.meshlog.ledger.query.OrderedLookup;
import dev.meshlog.ledger.state.Buckets;
import dev.meshlog.ledger.state.EntryVisitor;
import dev.meshlog.ledger.state.StateStore;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteOptions;

/**
 * Committed state in RocksDB. Entries, accumulators, pending vertices and counters (commit index, input offset) that were written since the last
 * {@link #commit()} become durable together in one write batch, or not at all; nothing depends on a clean shutdown.
 *
 * <p>One thread writes. Any thread may read a {@link View}, which stays as it was when it was taken.
 *
 * <pre>
 * column family   key                    value
 * entries         bucket u16 ‖ key       value
 * buckets         bucket u16             accumulator ‖ count
 * vertices        offset u64             vertex, Avro binary
 * meta            name                   bytes
 * owners          that of the index      that of the index
 * results         that of the index      that of the index
 * </pre>
 */
public final class RocksStateStore implements StateStore, AutoCloseable {
    private static final List<String> FAMILIES =
            List.of("default", "entries", "buckets", "vertices", "meta", "owners", "results");
    private static final int SORTED = 0;
    private static final int ENTRIES = 1;
    private static final int BUCKETS = 2;
    static final int VERTICES = 3;
    private static final int META = 4;

    /** Tables for questions, beside the state; empty unless the store's owner keeps them. */
    public enum Index {
        OWNERS(5),
        RESULTS(6);

        private final int family;

        Index(int family) {
            this.family = family;
        }
    }

    private final int bucketBits;
    private final ColumnFamilies families;

    private RocksStateStore(int bucketBits, ColumnFamilies families) {
        this.bucketBits = bucketBits;
        this.families = families;
    }

    /**
     * Opens the store; makes it when it does not exist.
     *
     * @param bucketBits of the network's genesis: the store of another number of buckets is another store
     * @throws UncheckedIOException when the directory can't be used or another process has it open
     */
    public static RocksStateStore open(Path directory, int bucketBits) {
        return new RocksStateStore(bucketBits, ColumnFamilies.open(directory, FAMILIES));
    }

    @Override
    public byte @Nullable [] get(byte[] key) {
        return read(ENTRIES, entryKey(key));
    }

    @Override
    public void put(byte[] key, byte[] value) {
        write(ENTRIES, entryKey(key), value);
    }

    @Override
    public void delete(byte[] key) {
        write(ENTRIES, entryKey(key), null);
    }

    @Override
    public byte @Nullable [] bucket(int bucket) {
        return read(BUCKETS, u16(bucket));
    }

    @Override
    public void putBucket(int bucket, byte @Nullable [] accumulator) {
        write(BUCKETS, u16(bucket), accumulator);
    }

    /** One pass over what is committed; with uncommitted accumulators bucket by bucket. */
    @Override
    public void forEachBucket(int count, BucketVisitor each) {
        if (!families.written(BUCKETS).isEmpty()) {
            StateStore.super.forEachBucket(count, each);
            return;
        }
        families.forEach(
                BUCKETS, (key, value) -> each.bucket(ByteBuffer.wrap(key).getShort() & 0xffff, value));
    }

    /** How many writes wait for {@link #commit()}, in memory. */
    public int uncommitted() {
        return families.uncommitted();
    }

    /** A counter of the owner, such as its input offset. */
    public OptionalLong number(String name) {
        byte[] value = read(META, name.getBytes(StandardCharsets.UTF_8));
        return value == null
                ? OptionalLong.empty()
                : OptionalLong.of(ByteBuffer.wrap(value).getLong());
    }

    public void putNumber(String name, long value) {
        write(META, name.getBytes(StandardCharsets.UTF_8), u64(value));
    }

    public byte @Nullable [] bytes(String name) {
        return read(META, name.getBytes(StandardCharsets.UTF_8));
    }

    public void putBytes(String name, byte[] value) {
        write(META, name.getBytes(StandardCharsets.UTF_8), value);
    }

    /** The pending vertices beside the state. */
    public PendingVertices pendingVertices(Hash networkId) {
        return new RocksPendingVertices(families, networkId);
    }

    /** For the thread that writes: it reads its own writes, which are in the next write batch with those of the state. */
    public EntryTable index(Index index) {
        return new EntryTable() {
            @Override
            public byte @Nullable [] get(byte[] key) {
                return read(index.family, key);
            }

            @Override
            public void put(byte[] key, byte[] value) {
                write(index.family, key, value);
            }

            @Override
            public void delete(byte[] key) {
                write(index.family, key, null);
            }
        };
    }

    /** Empties an index at once. Killed in the middle, it has a part left. */
    public void clear(Index index) {
        families.clear(index.family);
    }

    /** Makes everything since the last call durable: one write batch. */
    public void commit() {
        families.commit();
    }

    /** Returns when what was committed survives a loss of power too, not only the end of the process. */
    public void sync() {
        families.sync();
    }

    /** The committed entries as they are now, for reading while writing goes on. */
    public View view() {
        return new View();
    }

    /** Calls {@code each} for every committed entry in key order, whatever its bucket; sorts on disk, so any size will do. */
    public void forEachEntryByKey(EntryVisitor each) {
        // A process that was killed in the middle left its entries.
        families.clear(SORTED);
        try (View view = view();
                var sorting = new WriteOptions().setDisableWAL(true)) {
            view.forEachEntry((bucket, key, value) -> {
                try {
                    families.db().put(families.handle(SORTED), sorting, key, value);
                } catch (RocksDBException e) {
                    throw families.failed(e);
                }
            });
            families.forEach(SORTED, (key, value) -> each.entry(Buckets.bucketOf(key, bucketBits), key, value));
        } finally {
            families.clear(SORTED);
        }
    }

    /** Takes sorted table files of entries into an empty store. */
    public void ingestEntries(List<Path> tables) {
        families.ingest(ENTRIES, tables);
    }

    /** The key under which an entry stands on disk: {@code bucket u16 ‖ key}. */
    public byte[] entryKey(byte[] key) {
        int bucket = Buckets.bucketOf(key, bucketBits);
        return ByteBuffer.allocate(2 + key.length)
                .putShort((short) bucket)
                .put(key)
                .array();
    }

    @Override
    public void close() {
        families.close();
    }

    /** A frozen view of the committed entries. */
    public final class View implements AutoCloseable {
        private final org.rocksdb.Snapshot snapshot = families.db().getSnapshot();
        private final ReadOptions options = new ReadOptions()
                .setSnapshot(snapshot)
                .setReadaheadSize(2 << 20)
                .setFillCache(false);

        /** The value of one entry. */
        public byte @Nullable [] get(byte[] key) {
            return point(ENTRIES, entryKey(key));
        }

        /** Calls {@code each} for every entry in (bucket, key) order. */
        public void forEachEntry(EntryVisitor each) {
            try (RocksIterator it = families.db().newIterator(families.handle(ENTRIES), options)) {
                for (it.seekToFirst(); it.isValid(); it.next()) {
                    byte[] stored = it.key();
                    int bucket = ByteBuffer.wrap(stored).getShort() & 0xffff;
                    each.entry(bucket, Arrays.copyOfRange(stored, 2, stored.length), it.value());
                }
                it.status();
            } catch (RocksDBException e) {
                throw families.failed(e);
            }
        }

        /** Calls {@code each} for the entries of one bucket, in key order, and reads no others. */
        public void forEachEntryOf(int bucket, EntryVisitor each) {
            byte[] prefix = u16(bucket);
            try (var few = new ReadOptions().setSnapshot(snapshot);
                    RocksIterator it = families.db().newIterator(families.handle(ENTRIES), few)) {
                for (it.seek(prefix); it.isValid() && Arrays.mismatch(prefix, it.key()) == 2; it.next()) {
                    each.entry(bucket, Arrays.copyOfRange(it.key(), 2, it.key().length), it.value());
                }
                it.status();
            } catch (RocksDBException e) {
                throw families.failed(e);
            }
        }

        /** An index as it was at the same moment as the entries. */
        public OrderedLookup index(Index index) {
            return new OrderedLookup() {
                @Override
                public byte @Nullable [] get(byte[] key) {
                    return point(index.family, key);
                }

                @Override
                public void range(byte[] first, byte[] last, RangeVisitor visitor) {
                    try (var few = new ReadOptions().setSnapshot(snapshot);
                            RocksIterator it = families.db().newIterator(families.handle(index.family), few)) {
                        it.seek(first);
                        while (it.isValid()
                                && Arrays.compareUnsigned(it.key(), last) <= 0
                                && visitor.entry(it.key(), it.value())) {
                            it.next();
                        }
                        it.status();
                    } catch (RocksDBException e) {
                        throw families.failed(e);
                    }
                }
            };
        }

        private byte @Nullable [] point(int family, byte[] key) {
            try (var point = new ReadOptions().setSnapshot(snapshot)) {
                return families.db().get(families.handle(family), point, key);
            } catch (RocksDBException e) {
                throw families.failed(e);
            }
        }

        @Override
        public void close() {
            options.close();
            families.db().releaseSnapshot(snapshot);
        }
    }

    private byte @Nullable [] read(int family, byte[] key) {
        return families.read(family, key);
    }

    private void write(int family, byte[] key, byte @Nullable [] value) {
        families.write(family, key, value);
    }

    static byte[] u64(long number) {
        return ByteBuffer.allocate(8).putLong(number).array();
    }

    private static byte[] u16(int bucket) {
        return new byte[] {(byte) (bucket >> 8), (byte) bucket};
    }
}
