package dev.meshlog.ingest;

import dev.meshlog.schemas.Hex;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongFunction;
import org.rocksdb.CompressionType;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;
import org.rocksdb.Status;
import org.rocksdb.WALRecoveryMode;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * What a live source sent and Kafka has not yet acknowledged, on disk. A record that was appended survives the end of the process however
 * it comes; it is not forced to the disk, so the last ones may be missing after the machine lost its power.
 *
 * <p>Sequence numbers only grow and are never used twice, not even after a tail was lost: each opening begins a generation, which is on the
 * disk before the first record of it.
 *
 * <pre>
 * key                              value
 * 'r' ‖ generation 23 bit, count 40 bit   bytes appended up to and with this record, u64 ‖ content
 * 'm' 'i'                          random id, 16 bytes
 * 'm' 'g'                          generation, u64
 * 'm' 'r'                          last record that was released, u64: what is up to it may still be there
 * 'm' 'f'                          1 once Kafka may have got something
 * 'm' 't'                          messages, bytes, dropped messages: u64 each, since the spool was made
 * </pre>
 *
 * <p>Any thread may use it.
 */
final class Spool implements AutoCloseable {
    static {
        RocksDB.loadLibrary();
    }

    /** What a record takes beside its content, about. */
    private static final int OVERHEAD = 32;

    /** Released bytes are deleted in such pieces: RocksDB goes through every range that was deleted at each reading. */
    private static final long DELETE_AT_ONCE = 1 << 20;

    /** Writing a table takes less, on a slow disk too. */
    private static final Duration STALLED = Duration.ofSeconds(5);

    private static final Duration LOOK_AGAIN = Duration.ofMillis(5);

    private static final int GENERATION_SHIFT = 40;
    /** What is deleted while it is still in a write buffer is never written as a table: so several wait for each other. */
    private static final int WRITE_BUFFER = 4 << 20;

    private static final int MERGED_BUFFERS = 3;
    private static final int MOST_BUFFERS = 6;
    /** More than usual, because tables are short-lived. */
    private static final int TABLES_TO_COMPACT = 8;

    private static final byte RECORD = 'r';
    private static final byte[] ID = name("mi");
    private static final byte[] GENERATION = name("mg");
    private static final byte[] RELEASED = name("mr");
    private static final byte[] FED = name("mf");
    private static final byte[] TOTALS = name("mt");

    private final long limit;
    private final Options options;
    private final WriteOptions unsynced = new WriteOptions().setNoSlowdown(true);
    private final Path directory;
    private final String id;
    /** Held while records are made and numbered, which readers need not wait for; taken before the other. */
    private final ReentrantLock appending = new ReentrantLock();

    private final ByteBuffer keyBuffer = ByteBuffer.allocateDirect(1 + Long.BYTES);
    private ByteBuffer valueBuffer = ByteBuffer.allocateDirect(4 << 10);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition appended = lock.newCondition();
    private final Condition released = lock.newCondition();
    private RocksDB db;
    private Totals totals;
    private Unread unread;
    private long next;
    /** The newest record's, 0 when there never was one. */
    private long last;
    /** The last record that is released. */
    private long behind;
    /** Of the bytes appended, those that are released. */
    private long bytesBehind;
    /** Of these, those that are deleted. */
    private long bytesDeleted;

    private boolean fed;
    private boolean closed;
    /** The database is shut, and not yet open again. */
    private boolean shut;

    /**
     * Opens what is there, or makes it.
     *
     * @param limit bytes above which nothing more is taken, except by force
     * @throws SpoolDamagedException when what is there can't be read
     */
    Spool(Path directory, long limit) throws IOException {
        this.limit = limit;
        this.directory = directory;
        Files.createDirectories(directory);
        options = new Options()
                .setCreateIfMissing(true)
                .setWriteBufferSize(WRITE_BUFFER)
                .setMinWriteBufferNumberToMerge(MERGED_BUFFERS)
                .setMaxWriteBufferNumber(MOST_BUFFERS)
                .setLevel0FileNumCompactionTrigger(TABLES_TO_COMPACT)
                // Most of it is encrypted, and it seldom stays long.
                .setCompressionType(CompressionType.NO_COMPRESSION)
                .setWalRecoveryMode(WALRecoveryMode.PointInTimeRecovery)
                .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
                .setKeepLogFileNum(2)
                .setMaxOpenFiles(64);
        try {
            db = RocksDB.open(options, directory.toString());
        } catch (RocksDBException e) {
            options.close();
            throw failed("opening the spool " + directory, e);
        }
        try {
            byte[] knownId = db.get(ID);
            byte[] idNow = knownId == null ? randomId() : knownId;
            id = Hex.of(idNow);
            byte[] generation = db.get(GENERATION);
            long generationNow =
                    generation == null ? 1 : ByteBuffer.wrap(generation).getLong() + 1;
            next = (generationNow << GENERATION_SHIFT) + 1;
            totals = Totals.of(db.get(TOTALS));
            fed = db.get(FED) != null;
            findEnds();
            unread = new Unread(last);
            try (var synced = new WriteOptions().setSync(true);
                    var batch = new WriteBatch()) {
                batch.put(ID, idNow);
                batch.put(GENERATION, u64(generationNow));
                db.write(synced, batch);
            }
        } catch (RocksDBException e) {
            closeDatabase();
            throw failed("opening the spool " + directory, e);
        } catch (RuntimeException e) {
            closeDatabase();
            throw new SpoolDamagedException("opening the spool " + directory, e);
        }
    }

    /** Tells this spool from every other one. */
    String id() {
        return id;
    }

    /**
     * Keeps all of them or none.
     *
     * @param drafts make a content of its sequence number
     * @param force whether the limit does not count: for what is reported about a full spool, and while closing
     * @return false when the spool is full
     * @throws IOException when they can't be written, because the disk is full for example; trying again later may help
     */
    boolean append(List<LongFunction<byte[]>> drafts, boolean force) throws IOException {
        appending.lock();
        try (var batch = new WriteBatch()) {
            if (!force && bytes() >= limit) {
                return false;
            }
            var entries = new ArrayList<Entry>(drafts.size());
            // Nobody else appends, so these can't have moved on when the lock is taken again.
            long bytes = totals().bytes;
            long before = bytes;
            for (LongFunction<byte[]> draft : drafts) {
                long sequence = next + entries.size();
                byte[] content = draft.apply(sequence);
                bytes += content.length + OVERHEAD;
                put(batch, sequence, bytes, content);
                entries.add(new Entry(sequence, ByteBuffer.wrap(content)));
            }
            append(entries, bytes - before, batch);
            return true;
        } catch (RocksDBException e) {
            throw failed("writing to the spool", e);
        } finally {
            appending.unlock();
        }
    }

    /** From outside the heap, RocksDB takes it without another copy. */
    private void put(WriteBatch batch, long sequence, long bytes, byte[] content) throws RocksDBException {
        if (valueBuffer.capacity() < Long.BYTES + content.length) {
            valueBuffer = ByteBuffer.allocateDirect(2 * (Long.BYTES + content.length));
        }
        batch.put(
                keyBuffer.clear().put(RECORD).putLong(sequence).flip(),
                valueBuffer.clear().putLong(bytes).put(content).flip());
    }

    private void append(List<Entry> entries, long bytes, WriteBatch batch) throws IOException, RocksDBException {
        lock.lock();
        try {
            requireOpen();
            Totals after = new Totals(totals.messages + entries.size(), totals.bytes + bytes, totals.dropped);
            batch.put(TOTALS, after.encoded());
            write(unsynced, batch);
            totals = after;
            next += entries.size();
            last = next - 1;
            unread.add(entries);
            appended.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Counts messages that could not be kept. The count itself is kept with the next record. */
    void dropped(long messages) {
        lock.lock();
        try {
            totals = new Totals(totals.messages, totals.bytes, totals.dropped + messages);
        } finally {
            lock.unlock();
        }
    }

    /** What comes next behind a sequence number: empty when there is nothing. */
    List<Entry> read(long after, int most) throws IOException {
        lock.lock();
        try {
            requireOpen();
            if (last <= after) {
                return List.of();
            }
            List<Entry> recent = unread.takeBehind(Math.max(after, behind), most);
            return recent.isEmpty() ? readOpen(after, most) : recent;
        } catch (RocksDBException e) {
            throw failed("reading the spool", e);
        } finally {
            lock.unlock();
        }
    }

    private List<Entry> readOpen(long after, int most) throws RocksDBException {
        try (var upper = new Slice(new byte[] {RECORD + 1});
                var read = new ReadOptions().setIterateUpperBound(upper);
                RocksIterator at = db.newIterator(read)) {
            var entries = new ArrayList<Entry>();
            for (at.seek(key(Math.max(after, behind) + 1)); at.isValid() && entries.size() < most; at.next()) {
                byte[] value = at.value();
                long sequence = ByteBuffer.wrap(at.key()).getLong(1);
                entries.add(new Entry(sequence, ByteBuffer.wrap(value, Long.BYTES, value.length - Long.BYTES)));
            }
            at.status();
            return entries;
        }
    }

    /** Waits until there is something behind a sequence number, or the time is over. */
    void awaitBehind(long sequence, Duration most) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = most.toNanos();
            while (last <= sequence && left > 0) {
                left = appended.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Waits until the spool is not full, or the time is over. */
    void awaitRoom(Duration most) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = most.toNanos();
            while (bytes() >= limit && left > 0) {
                left = released.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Kafka may have got something of it from now on. */
    void feeds() throws IOException {
        lock.lock();
        try (var synced = new WriteOptions().setSync(true).setNoSlowdown(true);
                var batch = new WriteBatch()) {
            requireOpen();
            if (!fed) {
                batch.put(FED, new byte[] {1});
                write(synced, batch);
                fed = true;
            }
        } catch (RocksDBException e) {
            throw failed("writing to the spool", e);
        } finally {
            lock.unlock();
        }
    }

    /** Whether something that Kafka may have is still in here. */
    boolean mayHoldWhatKafkaHas() {
        lock.lock();
        try {
            return fed && bytes() > 0;
        } finally {
            lock.unlock();
        }
    }

    /** Kafka has everything up to a sequence number, which may be one that was lost here when the power failed. */
    void release(long acknowledged) throws IOException {
        lock.lock();
        try {
            requireOpen();
            releaseOpen(acknowledged);
        } catch (RocksDBException e) {
            throw failed("writing to the spool", e);
        } finally {
            lock.unlock();
        }
    }

    private void releaseOpen(long acknowledged) throws RocksDBException {
        long through;
        long bytes;
        try (RocksIterator at = db.newIterator()) {
            at.seekForPrev(key(acknowledged));
            through = at.isValid() && at.key()[0] == RECORD
                    ? ByteBuffer.wrap(at.key()).getLong(1)
                    : 0;
            if (through <= behind) {
                at.status();
                return;
            }
            bytes = ByteBuffer.wrap(at.value()).getLong();
        }
        boolean delete = bytes - bytesDeleted >= DELETE_AT_ONCE;
        try (var batch = new WriteBatch()) {
            batch.put(RELEASED, u64(through));
            if (delete) {
                batch.deleteRange(key(0), key(through + 1));
            }
            write(unsynced, batch);
        }
        if (delete) {
            bytesDeleted = bytes;
        }
        behind = through;
        bytesBehind = bytes;
        released.signalAll();
    }

    /**
     * After some failures RocksDB refuses every write until it is opened anew, though what failed, a disk that was full, is long over: its Java
     * interface can't tell it to go on. No iterator may be open here.
     */
    private void write(WriteOptions how, WriteBatch batch) throws RocksDBException {
        try {
            writeWhenItMay(how, batch);
        } catch (RocksDBException e) {
            if (isDamage(e) || !hasRoom()) {
                throw e;
            }
            shut = true;
            db.close();
            openAgain();
            db.write(how, batch);
        }
    }

    /**
     * While its tables can't be written, RocksDB lets a writer wait, on a full disk for ever: here it waits so long as a table may take, and then it
     * is told.
     */
    private void writeWhenItMay(WriteOptions how, WriteBatch batch) throws RocksDBException {
        long began = System.nanoTime();
        while (true) {
            try {
                db.write(how, batch);
                return;
            } catch (RocksDBException e) {
                boolean stalled = e.getStatus() != null && e.getStatus().getCode() == Status.Code.Incomplete;
                if (!stalled || System.nanoTime() - began >= STALLED.toNanos()) {
                    throw e;
                }
                LockSupport.parkNanos(LOOK_AGAIN.toNanos());
            }
        }
    }

    /** For what is in the log and has to become a table while it is opened, and as much again. */
    private boolean hasRoom() {
        long log = 0;
        try (DirectoryStream<Path> logs = Files.newDirectoryStream(directory, "*.log")) {
            for (Path file : logs) {
                log += Files.size(file);
            }
            return Files.getFileStore(directory).getUsableSpace() > 2 * log;
        } catch (IOException | DirectoryIteratorException e) {
            return false;
        }
    }

    private void openAgain() throws RocksDBException {
        db = RocksDB.open(options, directory.toString());
        shut = false;
        // What was refused may all the same be in the log: its sender was told that it is not kept.
        try (var batch = new WriteBatch()) {
            batch.deleteRange(key(last + 1), new byte[] {RECORD + 1});
            batch.put(TOTALS, totals.encoded());
            db.write(unsynced, batch);
        }
    }

    /** What is in here and not yet released. */
    long bytes() {
        lock.lock();
        try {
            return totals.bytes - bytesBehind;
        } finally {
            lock.unlock();
        }
    }

    Totals totals() {
        lock.lock();
        try {
            return totals;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            if (!closed) {
                closed = true;
                closeDatabase();
            }
        } finally {
            lock.unlock();
        }
    }

    private void requireOpen() throws IOException, RocksDBException {
        if (closed) {
            throw new IOException("the spool is closed");
        }
        if (shut) {
            openAgain();
        }
    }

    private void closeDatabase() {
        db.close();
        unsynced.close();
        options.close();
    }

    private void findEnds() throws RocksDBException {
        byte[] released = db.get(RELEASED);
        behind = released == null ? 0 : ByteBuffer.wrap(released).getLong();
        bytesBehind = totals.bytes;
        try (RocksIterator at = db.newIterator()) {
            at.seek(key(behind + 1));
            if (at.isValid() && at.key()[0] == RECORD) {
                bytesBehind = ByteBuffer.wrap(at.value()).getLong() - (at.value().length - Long.BYTES) - OVERHEAD;
            }
            at.seekForPrev(new byte[] {RECORD + 1});
            if (at.isValid() && at.key()[0] == RECORD) {
                last = ByteBuffer.wrap(at.key()).getLong(1);
            }
            at.status();
        }
    }

    private static IOException failed(String what, RocksDBException e) {
        String message = what + ": " + e.getMessage();
        return isDamage(e) ? new SpoolDamagedException(message, e) : new IOException(message, e);
    }

    private static boolean isDamage(RocksDBException e) {
        return e.getStatus() != null && e.getStatus().getCode() == Status.Code.Corruption;
    }

    private static byte[] randomId() {
        byte[] id = new byte[16];
        new java.security.SecureRandom().nextBytes(id);
        return id;
    }

    private static byte[] key(long sequence) {
        return ByteBuffer.allocate(1 + Long.BYTES).put(RECORD).putLong(sequence).array();
    }

    private static byte[] u64(long value) {
        return ByteBuffer.allocate(Long.BYTES).putLong(value).array();
    }

    private static byte[] name(String name) {
        return name.getBytes(StandardCharsets.US_ASCII);
    }

    /** One record. */
    record Entry(long sequence, ByteBuffer content) {}

    /** Since the spool was made. */
    record Totals(long messages, long bytes, long dropped) {
        private static Totals of(byte @org.jspecify.annotations.Nullable [] encoded) {
            if (encoded == null) {
                return new Totals(0, 0, 0);
            }
            var in = ByteBuffer.wrap(encoded);
            return new Totals(in.getLong(), in.getLong(), in.getLong());
        }

        private byte[] encoded() {
            return ByteBuffer.allocate(3 * Long.BYTES)
                    .putLong(messages)
                    .putLong(bytes)
                    .putLong(dropped)
                    .array();
        }
    }
}
