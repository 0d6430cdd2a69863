package dev.meshlog.ledger.rocksdb;

import dev.meshlog.ledger.EntryTable;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.chain.PendingVertices;
import dev.meshlog.ledger.query.OrderedLookup;
import dev.meshlog.ledger.state.Buckets;
import dev.meshlog.ledger.state.EntryVisitor;
import dev.meshlog.ledger.state.StateStore;
import dev.meshlog.ledger.vertex.Vertex;
import dev.meshlog.schemas.AvroBinary;
import dev.meshlog.schemas.ledger.SignedVertex;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.IngestExternalFileOptions;
import org.rocksdb.LRUCache;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;
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
    static {
        RocksDB.loadLibrary();
    }

    private static final List<String> FAMILIES =
            List.of("default", "entries", "buckets", "vertices", "meta", "owners", "results");
    private static final int ENTRIES = 1;
    private static final int BUCKETS = 2;
    private static final int VERTICES = 3;
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

    private final Path directory;
    private final int bucketBits;
    private final RocksDB db;
    private final List<AutoCloseable> owned;
    private final List<ColumnFamilyHandle> families;
    // By family and key; null: deleted.
    private final List<Map<ByteBuffer, byte @Nullable []>> written =
            Stream.<Map<ByteBuffer, byte @Nullable []>>generate(HashMap::new)
                    .limit(FAMILIES.size())
                    .toList();
    private final WriteOptions writeOptions = new WriteOptions();
    private final ReadOptions readOptions = new ReadOptions();

    private RocksStateStore(
            Path directory, int bucketBits, RocksDB db, List<ColumnFamilyHandle> families, List<AutoCloseable> owned) {
        this.directory = directory;
        this.bucketBits = bucketBits;
        this.db = db;
        this.families = families;
        this.owned = owned;
    }

    /**
     * Opens the store; makes it when it does not exist.
     *
     * @param bucketBits of the network's genesis: the store of another number of buckets is another store
     * @throws UncheckedIOException when the directory can't be used or another process has it open
     */
    public static RocksStateStore open(Path directory, int bucketBits) {
        var cache = new LRUCache(16 << 20);
        var filter = new BloomFilter(EntryTableFile.FILTER_BITS);
        var options = new DBOptions()
                .setCreateIfMissing(true)
                .setCreateMissingColumnFamilies(true)
                .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
                .setKeepLogFileNum(2)
                .setMaxTotalWalSize(64 << 20);
        var familyOptions = new ColumnFamilyOptions()
                .setCompressionType(CompressionType.LZ4_COMPRESSION)
                .setWriteBufferSize(16 << 20)
                .setTableFormatConfig(
                        new BlockBasedTableConfig().setBlockCache(cache).setFilterPolicy(filter));
        var families = new ArrayList<ColumnFamilyHandle>();
        List<AutoCloseable> owned = List.of(familyOptions, options, filter, cache);
        try {
            Files.createDirectories(directory);
            var db = RocksDB.open(
                    options,
                    directory.toString(),
                    FAMILIES.stream()
                            .map(name ->
                                    new ColumnFamilyDescriptor(name.getBytes(StandardCharsets.US_ASCII), familyOptions))
                            .toList(),
                    families);
            return new RocksStateStore(directory, bucketBits, db, families, owned);
        } catch (java.io.IOException e) {
            close(directory, owned);
            throw new UncheckedIOException(directory.toString(), e);
        } catch (RocksDBException e) {
            close(directory, owned);
            throw failed(directory, e);
        }
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
        if (!written.get(BUCKETS).isEmpty()) {
            StateStore.super.forEachBucket(count, each);
            return;
        }
        try (RocksIterator it = db.newIterator(families.get(BUCKETS), readOptions)) {
            for (it.seekToFirst(); it.isValid(); it.next()) {
                each.bucket(ByteBuffer.wrap(it.key()).getShort() & 0xffff, it.value());
            }
            it.status();
        } catch (RocksDBException e) {
            throw failed(directory, e);
        }
    }

    /** How many writes wait for {@link #commit()}, in memory. */
    public int uncommitted() {
        return written.stream().mapToInt(Map::size).sum();
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
        return new RocksPendingVertices(networkId);
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
        written.get(index.family).clear();
        clear(families.get(index.family));
    }

    /** Makes everything since the last call durable: one write batch. */
    public void commit() {
        try (var batch = new WriteBatch()) {
            for (int family = 0; family < written.size(); family++) {
                for (Map.Entry<ByteBuffer, byte @Nullable []> write :
                        written.get(family).entrySet()) {
                    byte[] value = write.getValue();
                    if (value == null) {
                        batch.delete(families.get(family), write.getKey().array());
                    } else {
                        batch.put(families.get(family), write.getKey().array(), value);
                    }
                }
            }
            db.write(writeOptions, batch);
            written.forEach(Map::clear);
        } catch (RocksDBException e) {
            throw failed(directory, e);
        }
    }

    /** Returns when what was committed survives a loss of power too, not only the end of the process. */
    public void sync() {
        try {
            db.syncWal();
        } catch (RocksDBException e) {
            throw failed(directory, e);
        }
    }

    /** The committed entries as they are now, for reading while writing goes on. */
    public View view() {
        return new View();
    }

    /** Calls {@code each} for every committed entry in key order, whatever its bucket; sorts on disk, so any size will do. */
    public void forEachEntryByKey(EntryVisitor each) {
        ColumnFamilyHandle byKey = families.get(0);
        // A process that was killed in the middle left its entries.
        clear(byKey);
        try (View view = view();
                var sorting = new WriteOptions().setDisableWAL(true)) {
            view.forEachEntry((bucket, key, value) -> {
                try {
                    db.put(byKey, sorting, key, value);
                } catch (RocksDBException e) {
                    throw failed(directory, e);
                }
            });
            try (RocksIterator it = db.newIterator(byKey)) {
                for (it.seekToFirst(); it.isValid(); it.next()) {
                    each.entry(Buckets.bucketOf(it.key(), bucketBits), it.key(), it.value());
                }
                it.status();
            }
        } catch (RocksDBException e) {
            throw failed(directory, e);
        } finally {
            clear(byKey);
        }
    }

    private void clear(ColumnFamilyHandle family) {
        try (RocksIterator it = db.newIterator(family)) {
            it.seekToLast();
            if (it.isValid()) {
                byte[] last = it.key();
                db.deleteRange(family, new byte[0], last);
                db.delete(family, last);
            }
            it.status();
        } catch (RocksDBException e) {
            throw failed(directory, e);
        }
    }

    /** Takes sorted table files of entries into an empty store. */
    public void ingestEntries(List<Path> tables) {
        try (var options = new IngestExternalFileOptions().setMoveFiles(true)) {
            db.ingestExternalFile(
                    families.get(ENTRIES), tables.stream().map(Path::toString).toList(), options);
        } catch (RocksDBException e) {
            throw failed(directory, e);
        }
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
        writeOptions.close();
        readOptions.close();
        families.forEach(ColumnFamilyHandle::close);
        db.close();
        close(directory, owned);
    }

    private static void close(Path directory, List<AutoCloseable> resources) {
        resources.forEach(resource -> {
            try {
                resource.close();
            } catch (Exception e) {
                throw new IllegalStateException("closing " + directory, e);
            }
        });
    }

    /** A frozen view of the committed entries. */
    public final class View implements AutoCloseable {
        private final org.rocksdb.Snapshot snapshot = db.getSnapshot();
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
            try (RocksIterator it = db.newIterator(families.get(ENTRIES), options)) {
                for (it.seekToFirst(); it.isValid(); it.next()) {
                    byte[] stored = it.key();
                    int bucket = ByteBuffer.wrap(stored).getShort() & 0xffff;
                    each.entry(bucket, Arrays.copyOfRange(stored, 2, stored.length), it.value());
                }
                it.status();
            } catch (RocksDBException e) {
                throw failed(directory, e);
            }
        }

        /** Calls {@code each} for the entries of one bucket, in key order, and reads no others. */
        public void forEachEntryOf(int bucket, EntryVisitor each) {
            byte[] prefix = u16(bucket);
            try (var few = new ReadOptions().setSnapshot(snapshot);
                    RocksIterator it = db.newIterator(families.get(ENTRIES), few)) {
                for (it.seek(prefix); it.isValid() && Arrays.mismatch(prefix, it.key()) == 2; it.next()) {
                    each.entry(bucket, Arrays.copyOfRange(it.key(), 2, it.key().length), it.value());
                }
                it.status();
            } catch (RocksDBException e) {
                throw failed(directory, e);
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
                            RocksIterator it = db.newIterator(families.get(index.family), few)) {
                        it.seek(first);
                        while (it.isValid()
                                && Arrays.compareUnsigned(it.key(), last) <= 0
                                && visitor.entry(it.key(), it.value())) {
                            it.next();
                        }
                        it.status();
                    } catch (RocksDBException e) {
                        throw failed(directory, e);
                    }
                }
            };
        }

        private byte @Nullable [] point(int family, byte[] key) {
            try (var point = new ReadOptions().setSnapshot(snapshot)) {
                return db.get(families.get(family), point, key);
            } catch (RocksDBException e) {
                throw failed(directory, e);
            }
        }

        @Override
        public void close() {
            options.close();
            db.releaseSnapshot(snapshot);
        }
    }

    private final class RocksPendingVertices implements PendingVertices {
        private final AvroBinary<SignedVertex> codec = new AvroBinary<>(SignedVertex.getClassSchema());
        private final Hash networkId;

        RocksPendingVertices(Hash networkId) {
            this.networkId = networkId;
        }

        @Override
        public void put(long offset, Vertex vertex) {
            write(VERTICES, u64(offset), codec.encode(vertex.record()));
        }

        @Override
        public void remove(long offset) {
            write(VERTICES, u64(offset), null);
        }

        @Override
        public void forEach(Visitor visitor) {
            var all = new TreeMap<Long, byte[]>();
            try (RocksIterator it = db.newIterator(families.get(VERTICES), readOptions)) {
                for (it.seekToFirst(); it.isValid(); it.next()) {
                    all.put(ByteBuffer.wrap(it.key()).getLong(), it.value());
                }
                it.status();
            } catch (RocksDBException e) {
                throw failed(directory, e);
            }
            written.get(VERTICES).forEach((key, value) -> {
                if (value == null) {
                    all.remove(key.getLong(0));
                } else {
                    all.put(key.getLong(0), value);
                }
            });
            all.forEach((offset, bytes) -> visitor.visit(offset, Vertex.parse(networkId, codec.decode(bytes))));
        }
    }

    private byte @Nullable [] read(int family, byte[] key) {
        Map<ByteBuffer, byte @Nullable []> uncommitted = written.get(family);
        ByteBuffer wrapped = ByteBuffer.wrap(key);
        byte[] value = uncommitted.get(wrapped);
        if (value != null || uncommitted.containsKey(wrapped)) {
            return value;
        }
        try {
            return db.get(families.get(family), readOptions, key);
        } catch (RocksDBException e) {
            throw failed(directory, e);
        }
    }

    private void write(int family, byte[] key, byte @Nullable [] value) {
        written.get(family).put(ByteBuffer.wrap(key), value);
    }

    private static byte[] u64(long number) {
        return ByteBuffer.allocate(8).putLong(number).array();
    }

    private static byte[] u16(int bucket) {
        return new byte[] {(byte) (bucket >> 8), (byte) bucket};
    }

    private static UncheckedIOException failed(Path directory, RocksDBException e) {
        return new UncheckedIOException(directory + ": " + e.getMessage(), new java.io.IOException(e));
    }
}
