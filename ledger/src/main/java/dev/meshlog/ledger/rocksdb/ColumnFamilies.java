package dev.meshlog.ledger.rocksdb;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
 * The tables of one RocksDB by their numbers, and what was written to them since the last {@link #commit()}, which whoever writes reads.
 * One thread writes.
 */
final class ColumnFamilies implements AutoCloseable {
    static {
        RocksDB.loadLibrary();
    }

    private final Path directory;
    private final RocksDB db;
    private final List<AutoCloseable> owned;
    private final List<ColumnFamilyHandle> handles;
    // By family and key; null: deleted.
    private final List<Map<ByteBuffer, byte @Nullable []>> written;
    private final WriteOptions writeOptions = new WriteOptions();
    private final ReadOptions readOptions = new ReadOptions();

    private ColumnFamilies(Path directory, RocksDB db, List<ColumnFamilyHandle> handles, List<AutoCloseable> owned) {
        this.directory = directory;
        this.db = db;
        this.handles = handles;
        this.owned = owned;
        this.written = Stream.<Map<ByteBuffer, byte @Nullable []>>generate(HashMap::new)
                .limit(handles.size())
                .toList();
    }

    /**
     * Opens the database; makes it, and the families that it lacks.
     *
     * @throws UncheckedIOException when the directory can't be used or another process has it open
     */
    static ColumnFamilies open(Path directory, List<String> names) {
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
        var handles = new ArrayList<ColumnFamilyHandle>();
        List<AutoCloseable> owned = List.of(familyOptions, options, filter, cache);
        try {
            Files.createDirectories(directory);
            var db = RocksDB.open(
                    options,
                    directory.toString(),
                    names.stream()
                            .map(name ->
                                    new ColumnFamilyDescriptor(name.getBytes(StandardCharsets.US_ASCII), familyOptions))
                            .toList(),
                    handles);
            return new ColumnFamilies(directory, db, handles, owned);
        } catch (IOException e) {
            close(directory, owned);
            throw new UncheckedIOException(directory.toString(), e);
        } catch (RocksDBException e) {
            close(directory, owned);
            throw failed(directory, e);
        }
    }

    RocksDB db() {
        return db;
    }

    ColumnFamilyHandle handle(int family) {
        return handles.get(family);
    }

    byte @Nullable [] read(int family, byte[] key) {
        Map<ByteBuffer, byte @Nullable []> uncommitted = written.get(family);
        ByteBuffer wrapped = ByteBuffer.wrap(key);
        byte[] value = uncommitted.get(wrapped);
        if (value != null || uncommitted.containsKey(wrapped)) {
            return value;
        }
        try {
            return db.get(handles.get(family), readOptions, key);
        } catch (RocksDBException e) {
            throw failed(e);
        }
    }

    /** @param value null: the key is deleted */
    void write(int family, byte[] key, byte @Nullable [] value) {
        written.get(family).put(ByteBuffer.wrap(key), value);
    }

    /** What waits for {@link #commit()}, in no order; null: deleted. */
    Map<ByteBuffer, byte @Nullable []> written(int family) {
        return Collections.unmodifiableMap(written.get(family));
    }

    int uncommitted() {
        return written.stream().mapToInt(Map::size).sum();
    }

    /** One entry as it is committed. */
    @FunctionalInterface
    interface Each {
        void entry(byte[] key, byte[] value);
    }

    /** What is committed, in the order of the keys. */
    void forEach(int family, Each each) {
        try (RocksIterator it = db.newIterator(handles.get(family), readOptions)) {
            for (it.seekToFirst(); it.isValid(); it.next()) {
                each.entry(it.key(), it.value());
            }
            it.status();
        } catch (RocksDBException e) {
            throw failed(e);
        }
    }

    /** Makes everything since the last call durable: one write batch. */
    void commit() {
        try (var batch = new WriteBatch()) {
            for (int family = 0; family < written.size(); family++) {
                for (Map.Entry<ByteBuffer, byte @Nullable []> write :
                        written.get(family).entrySet()) {
                    byte[] value = write.getValue();
                    if (value == null) {
                        batch.delete(handles.get(family), write.getKey().array());
                    } else {
                        batch.put(handles.get(family), write.getKey().array(), value);
                    }
                }
            }
            db.write(writeOptions, batch);
            written.forEach(Map::clear);
        } catch (RocksDBException e) {
            throw failed(e);
        }
    }

    void sync() {
        try {
            db.syncWal();
        } catch (RocksDBException e) {
            throw failed(e);
        }
    }

    /** Empties a family at once, and forgets what was written to it. */
    void clear(int family) {
        written.get(family).clear();
        try (RocksIterator it = db.newIterator(handles.get(family))) {
            it.seekToLast();
            if (it.isValid()) {
                byte[] last = it.key();
                db.deleteRange(handles.get(family), new byte[0], last);
                db.delete(handles.get(family), last);
            }
            it.status();
        } catch (RocksDBException e) {
            throw failed(e);
        }
    }

    /** Takes sorted table files into an empty family. */
    void ingest(int family, List<Path> tables) {
        try (var options = new IngestExternalFileOptions().setMoveFiles(true)) {
            db.ingestExternalFile(
                    handles.get(family), tables.stream().map(Path::toString).toList(), options);
        } catch (RocksDBException e) {
            throw failed(e);
        }
    }

    UncheckedIOException failed(RocksDBException e) {
        return failed(directory, e);
    }

    @Override
    public void close() {
        writeOptions.close();
        readOptions.close();
        handles.forEach(ColumnFamilyHandle::close);
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

    private static UncheckedIOException failed(Path directory, RocksDBException e) {
        return new UncheckedIOException(directory + ": " + e.getMessage(), new IOException(e));
    }
}
