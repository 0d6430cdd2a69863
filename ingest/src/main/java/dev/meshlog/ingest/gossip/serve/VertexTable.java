package dev.meshlog.ingest.gossip.serve;

import dev.meshlog.ledger.Hash;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/**
 * The index's entries on disk, integers big-endian:
 *
 * <pre>
 * key                                     value
 * 'i' ‖ id 32                             offset u64
 * 'r' ‖ round u64 ‖ producer 32 ‖ id 32   offset u64 ‖ bytes u32
 * 'o' ‖ offset u64                        round u64 ‖ producer 32 ‖ id 32
 * 'p' ‖ producer 32 ‖ round u64 ‖ id 32   nothing
 * 'm' 'n'                                 the next offset to read, u64
 * 'm' 'f'                                 what stood before this offset is forgotten, u64
 * 'm' 'g'                                 the highest round of which something is forgotten, u64
 * </pre>
 *
 * What was read and where to read on are one write batch. Nothing is forced to the disk: what a loss of power takes is read again.
 *
 * <p>One thread writes, any thread reads.
 */
final class VertexTable implements AutoCloseable {
    private static final int FORGOTTEN_AT_ONCE = 10_000;
    private static final byte ID = 'i';
    private static final byte ROUND = 'r';
    private static final byte OFFSET = 'o';
    private static final byte PRODUCER = 'p';
    private static final byte[] NEXT = {'m', 'n'};
    private static final byte[] FORGOTTEN = {'m', 'f'};
    private static final byte[] GONE = {'m', 'g'};
    private static final byte[] NOTHING = {};

    /** To be counted up with every change of the entries. */
    private static final int LAYOUT = 2;

    private final DerivedStore store;
    private volatile long newestRound;
    private volatile long goneRound;

    VertexTable(Path directory) {
        store = new DerivedStore(directory);
    }

    /** Opens what is there of this log; anything else, and what is damaged or in another layout, is thrown away for an empty table. */
    void open(String log) {
        store.open(LAYOUT + " " + log);
        goneRound = store.use(open -> number(open.get(GONE))).orElse(0);
        newestRound = store.use(VertexTable::lastRound);
    }

    boolean isOpen() {
        return store.isOpen();
    }

    /** The table contradicts its log: the next {@link #open} makes a new one. */
    void condemn() {
        store.condemn();
    }

    /** @throws DamagedIndexException when the table is to be made again */
    void requireWhole() {
        store.requireWhole();
    }

    /** Where to read on; empty at the beginning. */
    OptionalLong next() {
        return store.use(open -> number(open.get(NEXT)));
    }

    /**
     * Adds what was read.
     *
     * @param next where to read on
     * @param behindGap whether records before the first of these were gone before they were read
     */
    void add(List<IndexedVertex> vertices, long next, boolean behindGap) {
        long newest = newestRound;
        for (IndexedVertex each : vertices) {
            newest = Math.max(newest, each.round());
        }
        // What is gone unseen was about as far as what follows it.
        long gone = behindGap && !vertices.isEmpty()
                ? Math.max(goneRound, vertices.get(0).round())
                : goneRound;
        store.use(open -> {
            try (var batch = new WriteBatch()) {
                for (IndexedVertex each : vertices) {
                    byte[] place = place(each);
                    batch.put(key(ID, each.id().bytes()), u64(each.offset()));
                    batch.put(key(ROUND, place), offsetAndBytes(each));
                    batch.put(key(OFFSET, u64(each.offset())), place);
                    batch.put(ofProducer(place), NOTHING);
                }
                batch.put(GONE, u64(gone));
                batch.put(NEXT, u64(next));
                open.write(batch);
            }
            return next;
        });
        newestRound = newest;
        goneRound = gone;
    }

    /** Of rounds up to this one not all vertices are here. */
    void goneUpTo(long round) {
        long gone = Math.max(goneRound, round);
        store.use(open -> {
            try (var batch = new WriteBatch()) {
                batch.put(GONE, u64(gone));
                open.write(batch);
            }
            return gone;
        });
        goneRound = gone;
    }

    /** Forgets what stood before an offset. */
    void forgetBefore(long begin) {
        long from = store.use(open -> number(open.get(FORGOTTEN))).orElse(0);
        if (from < begin) {
            while (from < begin) {
                from = forgetSome(from, begin);
            }
            newestRound = store.use(VertexTable::lastRound);
        }
    }

    /** Where the vertex stands. */
    OptionalLong offset(Hash id) {
        return store.use(open -> number(open.get(key(ID, id.bytes()))));
    }

    /**
     * Vertices in the order of (round, producer, id).
     *
     * @param last inclusive
     * @param maxBytes of all of them; whole rounds only, and the first one whatever its size
     */
    List<IndexedVertex> rounds(long first, long last, long maxBytes) {
        var vertices = new ArrayList<IndexedVertex>();
        long[] bytes = {0};
        int[] whole = {0};
        store.use(open -> {
            open.forEach(key(ROUND, u64(first)), key(ROUND, u64(last + 1)), (key, value) -> {
                IndexedVertex each = vertex(key, value);
                if (!vertices.isEmpty() && vertices.get(vertices.size() - 1).round() != each.round()) {
                    whole[0] = vertices.size();
                }
                vertices.add(each);
                bytes[0] += each.bytes();
                return bytes[0] <= maxBytes || whole[0] == 0;
            });
            return vertices;
        });
        return bytes[0] <= maxBytes || whole[0] == 0 ? vertices : vertices.subList(0, whole[0]);
    }

    /** A vertex of the highest round that the producer has one for, whatever their order in the log. */
    Optional<Hash> newestOf(Hash producer) {
        byte[] all = producer.bytes();
        byte[] behind = ByteBuffer.allocate(Hash.LENGTH + Long.BYTES)
                .put(all)
                .putLong(-1)
                .array();
        return store.use(open -> Optional.ofNullable(open.last(key(PRODUCER, all), key(PRODUCER, behind)))
                .map(key -> Hash.of(key, 1 + Hash.LENGTH + Long.BYTES)));
    }

    /** 0 when there is none. */
    long newestRound() {
        return newestRound;
    }

    /** The highest round of which something is forgotten; 0 when nothing is. */
    long goneRound() {
        return goneRound;
    }

    @Override
    public void close() {
        store.close();
    }

    /** Returns up to where. */
    private long forgetSome(long from, long begin) {
        long[] reached = {begin};
        long[] gone = {goneRound};
        store.use(open -> {
            try (var batch = new WriteBatch()) {
                int[] count = {0};
                open.forEach(key(OFFSET, u64(from)), key(OFFSET, u64(begin)), (key, place) -> {
                    long offset = ByteBuffer.wrap(key).getLong(1);
                    if (count[0]++ == FORGOTTEN_AT_ONCE) {
                        reached[0] = offset;
                        return false;
                    }
                    byte[] id = key(ID, Hash.of(place, Long.BYTES + Hash.LENGTH).bytes());
                    // A vertex that was logged once more stands elsewhere by now.
                    if (number(open.get(id)).orElse(-1) == offset) {
                        batch.delete(id);
                        batch.delete(key(ROUND, place));
                        batch.delete(ofProducer(place));
                        gone[0] = Math.max(gone[0], ByteBuffer.wrap(place).getLong());
                    }
                    batch.delete(key);
                    return true;
                });
                batch.put(FORGOTTEN, u64(reached[0]));
                batch.put(GONE, u64(gone[0]));
                open.write(batch);
            }
            return begin;
        });
        goneRound = gone[0];
        return reached[0];
    }

    private static long lastRound(TableFile open) throws RocksDBException {
        byte[] last = open.last(new byte[] {ROUND}, new byte[] {ROUND + 1});
        return last == null ? 0 : ByteBuffer.wrap(last).getLong(1);
    }

    private static byte[] place(IndexedVertex vertex) {
        ByteBuffer out = ByteBuffer.allocate(Long.BYTES + 2 * Hash.LENGTH).putLong(vertex.round());
        vertex.producer().putInto(out);
        vertex.id().putInto(out);
        return out.array();
    }

    private static byte[] ofProducer(byte[] place) {
        return ByteBuffer.allocate(1 + place.length)
                .put(PRODUCER)
                .put(place, Long.BYTES, Hash.LENGTH)
                .put(place, 0, Long.BYTES)
                .put(place, Long.BYTES + Hash.LENGTH, Hash.LENGTH)
                .array();
    }

    private static byte[] offsetAndBytes(IndexedVertex vertex) {
        return ByteBuffer.allocate(Long.BYTES + Integer.BYTES)
                .putLong(vertex.offset())
                .putInt(vertex.bytes())
                .array();
    }

    private static IndexedVertex vertex(byte[] key, byte[] value) {
        ByteBuffer place = ByteBuffer.wrap(key).position(1);
        ByteBuffer rest = ByteBuffer.wrap(value);
        return new IndexedVertex(place.getLong(), Hash.of(place), Hash.of(place), rest.getLong(), rest.getInt());
    }

    private static byte[] key(byte kind, byte[] rest) {
        return ByteBuffer.allocate(1 + rest.length).put(kind).put(rest).array();
    }

    private static byte[] u64(long number) {
        return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
    }

    private static OptionalLong number(byte @Nullable [] value) {
        return value == null
                ? OptionalLong.empty()
                : OptionalLong.of(ByteBuffer.wrap(value).getLong());
    }
}
