package dev.meshlog.ingest.gossip.serve;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.CompressionType;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.RocksObject;
import org.rocksdb.Slice;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/** An open RocksDB of small entries. It takes about 16 MiB of memory however many they are. Not to be used once it is closed. */
final class TableFile implements AutoCloseable {
    static {
        RocksDB.loadLibrary();
    }

    private static final int CACHE = 8 << 20;
    private static final int WRITE_BUFFER = 4 << 20;
    private static final int FILTER_BITS = 10;
    private static final int OPEN_FILES = 64;

    private final RocksDB db;
    private final WriteOptions unsynced = new WriteOptions();
    private final List<RocksObject> owned;

    /** One entry. */
    @FunctionalInterface
    interface Visitor {
        /** False: no more. */
        boolean entry(byte[] key, byte[] value) throws RocksDBException;
    }

    private TableFile(RocksDB db, List<RocksObject> owned) {
        this.db = db;
        this.owned = owned;
    }

    static TableFile open(Path directory) throws RocksDBException {
        var cache = new LRUCache(CACHE);
        var filter = new BloomFilter(FILTER_BITS);
        var options = new Options()
                .setCreateIfMissing(true)
                .setWriteBufferSize(WRITE_BUFFER)
                .setMaxWriteBufferNumber(2)
                .setCompressionType(CompressionType.LZ4_COMPRESSION)
                .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
                .setKeepLogFileNum(2)
                .setMaxOpenFiles(OPEN_FILES)
                .setTableFormatConfig(new BlockBasedTableConfig()
                        .setBlockCache(cache)
                        .setCacheIndexAndFilterBlocks(true)
                        .setFilterPolicy(filter));
        List<RocksObject> owned = List.of(options, filter, cache);
        try {
            Files.createDirectories(directory);
            return new TableFile(RocksDB.open(options, directory.toString()), owned);
        } catch (IOException e) {
            owned.forEach(RocksObject::close);
            throw new UncheckedIOException(directory.toString(), e);
        } catch (RocksDBException e) {
            owned.forEach(RocksObject::close);
            throw e;
        }
    }

    byte @Nullable [] get(byte[] key) throws RocksDBException {
        return db.get(key);
    }

    void put(byte[] key, byte[] value) throws RocksDBException {
        db.put(unsynced, key, value);
    }

    void write(WriteBatch batch) throws RocksDBException {
        db.write(unsynced, batch);
    }

    /** Shows the entries with keys from one on and before another, in their order, until the visitor has enough. */
    void forEach(byte[] from, byte[] before, Visitor visitor) throws RocksDBException {
        iterate(from, before, at -> {
            at.seekToFirst();
            while (at.isValid() && visitor.entry(at.key(), at.value())) {
                at.next();
            }
        });
    }

    /** The last key of them, if there is any. */
    byte @Nullable [] last(byte[] from, byte[] before) throws RocksDBException {
        byte[][] found = {null};
        iterate(from, before, at -> {
            at.seekToLast();
            found[0] = at.isValid() ? at.key() : null;
        });
        return found[0];
    }

    private interface Walk {
        void over(RocksIterator at) throws RocksDBException;
    }

    private void iterate(byte[] from, byte[] before, Walk walk) throws RocksDBException {
        try (var lower = new Slice(from);
                var upper = new Slice(before);
                var options = new ReadOptions().setIterateLowerBound(lower).setIterateUpperBound(upper);
                RocksIterator at = db.newIterator(options)) {
            walk.over(at);
            at.status();
        }
    }

    @Override
    public void close() {
        unsynced.close();
        db.close();
        owned.forEach(RocksObject::close);
    }
}
