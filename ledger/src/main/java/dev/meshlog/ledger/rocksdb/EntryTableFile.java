package dev.meshlog.ledger.rocksdb;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.CompressionType;
import org.rocksdb.EnvOptions;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.SstFileWriter;

/** A sorted table file of entries, for {@link RocksStateStore#ingestEntries}. */
public final class EntryTableFile implements AutoCloseable {
    static {
        RocksDB.loadLibrary();
    }

    /** A key of the filter: one table in a hundred is read in vain for an entry that it has not, such as a new transaction's id. */
    static final double FILTER_BITS = 10;

    private final Path path;
    private final EnvOptions environment = new EnvOptions();
    private final BloomFilter filter = new BloomFilter(FILTER_BITS);
    private final Options options = new Options()
            .setCompressionType(CompressionType.LZ4_COMPRESSION)
            .setTableFormatConfig(new BlockBasedTableConfig().setFilterPolicy(filter));
    private final SstFileWriter writer = new SstFileWriter(environment, options);

    private EntryTableFile(Path path) {
        this.path = path;
    }

    public static EntryTableFile create(Path path) {
        var file = new EntryTableFile(path);
        try {
            file.writer.open(path.toString());
        } catch (RocksDBException e) {
            file.release();
            throw file.failed(e);
        }
        return file;
    }

    /** Entries come in (bucket, key) order; at least one. */
    public void add(int bucket, byte[] key, byte[] value) {
        try {
            writer.put(
                    ByteBuffer.allocate(2 + key.length)
                            .putShort((short) bucket)
                            .put(key)
                            .array(),
                    value);
        } catch (RocksDBException e) {
            throw failed(e);
        }
    }

    /** Finishes the file. */
    @Override
    public void close() {
        try {
            writer.finish();
        } catch (RocksDBException e) {
            throw failed(e);
        } finally {
            release();
        }
    }

    private void release() {
        writer.close();
        options.close();
        filter.close();
        environment.close();
    }

    private UncheckedIOException failed(RocksDBException e) {
        return new UncheckedIOException(path + ": " + e.getMessage(), new IOException(e));
    }
}
