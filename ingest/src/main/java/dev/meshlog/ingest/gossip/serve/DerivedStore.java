package dev.meshlog.ingest.gossip.serve;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Set;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;

/**
 * A database of what can be derived from a log again, so that one that is damaged, or of another log, is thrown away.
 *
 * <p>Any thread uses it; opening and closing wait for those that do. Before {@link #open} and after {@link #close} it can't be used.
 */
final class DerivedStore implements AutoCloseable {
    private static final byte[] SOURCE = {'m', 'l'};

    /** What RocksDB calls a database that is not as it was written. A full disk, or one that another process has open, is none. */
    private static final Set<Status.Code> DAMAGE = Set.of(Status.Code.Corruption, Status.Code.InvalidArgument);

    private final Path directory;
    private final ReadWriteLock lock = new ReentrantReadWriteLock();
    private @Nullable TableFile file;
    private volatile boolean condemned;

    /** Something to do with the open database. */
    @FunctionalInterface
    interface Use<T extends @Nullable Object> {
        T of(TableFile open) throws RocksDBException;
    }

    DerivedStore(Path directory) {
        this.directory = directory;
    }

    /**
     * Opens what is there, or makes it.
     *
     * @param source what it is derived from: what is derived from something else is thrown away
     */
    void open(String source) {
        lock.writeLock().lock();
        try {
            closeFile();
            if (condemned) {
                delete();
                condemned = false;
            }
            byte[] wanted = source.getBytes(StandardCharsets.UTF_8);
            TableFile opened = openOrReplace();
            file = opened;
            if (!Arrays.equals(opened.get(SOURCE), wanted)) {
                closeFile();
                delete();
                opened = TableFile.open(directory);
                file = opened;
                opened.put(SOURCE, wanted);
            }
        } catch (RocksDBException e) {
            // It would be in the way of the next attempt.
            closeFile();
            throw failed(e);
        } finally {
            lock.writeLock().unlock();
        }
    }

    boolean isOpen() {
        lock.readLock().lock();
        try {
            return file != null;
        } finally {
            lock.readLock().unlock();
        }
    }

    /** The next {@link #open} makes a new one. */
    void condemn() {
        condemned = true;
    }

    /** @throws DamagedIndexException when it was condemned */
    void requireWhole() {
        if (condemned) {
            throw new DamagedIndexException(directory + " is damaged");
        }
    }

    /**
     * Does something with the open database.
     *
     * @throws DamagedIndexException when it is not as it was written; it is condemned then
     * @throws UncheckedIOException when the disk fails
     * @throws IllegalStateException when it is not open
     */
    <T extends @Nullable Object> T use(Use<T> use) {
        lock.readLock().lock();
        try {
            TableFile open = file;
            if (open == null) {
                throw new IllegalStateException(directory + " is not open");
            }
            return use.of(open);
        } catch (RocksDBException e) {
            throw failed(e);
        } finally {
            lock.readLock().unlock();
        }
    }

    @Override
    public void close() {
        lock.writeLock().lock();
        try {
            closeFile();
        } finally {
            lock.writeLock().unlock();
        }
    }

    private TableFile openOrReplace() throws RocksDBException {
        try {
            return TableFile.open(directory);
        } catch (RocksDBException e) {
            if (!isDamage(e)) {
                throw e;
            }
            delete();
            return TableFile.open(directory);
        }
    }

    private RuntimeException failed(RocksDBException e) {
        if (isDamage(e)) {
            condemn();
            return new DamagedIndexException(directory + ": " + e.getMessage(), e);
        }
        return new UncheckedIOException(directory + ": " + e.getMessage(), new IOException(e));
    }

    private static boolean isDamage(RocksDBException e) {
        Status status = e.getStatus();
        return (status != null && DAMAGE.contains(status.getCode()))
                || String.valueOf(e.getMessage()).contains("No such file");
    }

    private void closeFile() {
        TableFile open = file;
        file = null;
        if (open != null) {
            open.close();
        }
    }

    private void delete() {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("deleting " + directory, e);
        }
    }
}
