package dev.meshlog.ingest.gossip.serve;

import dev.meshlog.ingest.Backoff;
import dev.meshlog.ingest.Following;
import dev.meshlog.ingest.gossip.quic.PeerException;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.vertex.VertexHeader;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.LogIdentity;
import dev.meshlog.schemas.MalformedRecordException;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.ledger.SignedVertex;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Finds the vertices of the verified log by id, by round and by producer. The vertices stay in the log; where each stands is kept in a directory that is derived from
 * the log and thrown away for a new one when it is lost, damaged or of another log. The log is followed on a thread of its own.
 *
 * <p>Any thread may ask.
 */
public final class VertexIndex implements AutoCloseable {
    private static final TopicPartition LOG = new TopicPartition(Topics.VERIFIED.name(), 0);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);
    private static final Duration RETENTION_LOOK = Duration.ofSeconds(30);

    private static final Duration LOOK = Duration.ofMillis(20);

    /** Vertices that are read in the order of their offsets before they are shown in that of their rounds. */
    private static final int WINDOW_BYTES = 4 << 20;

    private final Hash networkId;
    private final VertexTable table;
    private final OffsetReader reader;
    private final Following following;

    /**
     * Begins to follow the log.
     *
     * @param directory of this index alone
     * @param random for the pauses between tries to reach the cluster
     */
    public static VertexIndex open(Cluster cluster, Hash networkId, Path directory, RandomGenerator random) {
        return new VertexIndex(cluster, networkId, directory, random, RETENTION_LOOK);
    }

    /** @param retentionLook how often to look what the log has no longer */
    VertexIndex(Cluster cluster, Hash networkId, Path directory, RandomGenerator random, Duration retentionLook) {
        this.networkId = networkId;
        table = new VertexTable(directory);
        reader = new OffsetReader(cluster);
        following = Following.start(
                "meshlog-vertex-index",
                () -> {
                    LogIdentity log = LogIdentity.of(cluster);
                    table.open(networkId + " " + log.clusterId() + " " + log.topicId());
                    return new VertexTail(
                            OffsetReader.consumer(cluster, VertexTail.IDLE_MS), table, this::indexed, retentionLook);
                },
                new Backoff(FIRST_PAUSE, LONGEST_PAUSE, random));
    }

    /** Whether it is known which log is followed; until then, and after {@link #close()}, nothing can be asked. */
    public boolean isReady() {
        return table.isOpen();
    }

    /** The newest round of any vertex that can be read; 0 when there is none. */
    public long newestRound() {
        return table.newestRound();
    }

    /**
     * From here on all that was logged can be read. What an index that began behind a part of the log never saw is taken to be of rounds up to that of
     * the first vertex behind it.
     */
    public long oldestRound() {
        return table.goneRound() + 1;
    }

    /**
     * Waits until all that the log holds at the time of this call can be found here. An index that is made anew shows only the beginning of the log for a while.
     *
     * @return false: it is not ready, or not so far after this time
     * @throws org.apache.kafka.common.KafkaException when the cluster does not answer
     */
    public boolean awaitAll(Duration patience) throws InterruptedException {
        if (!isReady()) {
            return false;
        }
        long end = end();
        long since = System.nanoTime();
        while (table.next().orElse(0) < end) {
            if (System.nanoTime() - since > patience.toNanos()) {
                return false;
            }
            Thread.sleep(LOOK.toMillis());
        }
        return true;
    }

    private long end() throws InterruptedException {
        try {
            return reader.end(LOG);
        } catch (PeerException e) {
            throw new IllegalStateException("no peer was involved", e);
        }
    }

    /** The producer's vertex of the highest round, which need not be the one that was logged last; of several for that round any one. */
    public Optional<SignedVertex> newestOf(Hash producer) throws InterruptedException {
        Optional<Hash> id = table.newestOf(producer);
        return id.isPresent() ? byId(id.get()) : Optional.empty();
    }

    public Optional<SignedVertex> byId(Hash id) throws InterruptedException {
        var found = new ArrayList<SignedVertex>();
        try {
            byIds(List.of(id), found::add);
        } catch (PeerException e) {
            throw new IllegalStateException("no peer was involved", e);
        }
        return found.stream().findFirst();
    }

    /**
     * Shows the vertices that are there, in the order of the log.
     *
     * @throws org.apache.kafka.common.KafkaException when the cluster does not answer
     */
    public void byIds(Collection<Hash> ids, VertexSink sink) throws PeerException, InterruptedException {
        NavigableMap<Long, Hash> wanted = new TreeMap<>();
        for (Hash id : ids) {
            table.offset(id).ifPresent(offset -> wanted.put(offset, id));
        }
        long[] offsets = wanted.keySet().stream().mapToLong(offset -> offset).toArray();
        var unused = reader.read(LOG, offsets, rec -> sink.take(vertex(rec, wanted)));
    }

    /**
     * Shows the vertices of some rounds in ascending order of (round, producer, id).
     *
     * @param last inclusive
     * @param maxBytes of all of them; whole rounds only, and the first one whatever its size
     * @return false: the log lost some of them meanwhile, and what was shown is not all of their rounds
     * @throws org.apache.kafka.common.KafkaException when the cluster does not answer
     */
    public boolean byRounds(long first, long last, long maxBytes, VertexSink sink)
            throws PeerException, InterruptedException {
        List<IndexedVertex> wanted = table.rounds(first, last, maxBytes);
        boolean all = true;
        int from = 0;
        while (from < wanted.size()) {
            int to = from;
            for (long bytes = 0; to < wanted.size() && (to == from || bytes < WINDOW_BYTES); to++) {
                bytes += wanted.get(to).bytes();
            }
            all &= show(wanted.subList(from, to), sink);
            from = to;
        }
        return all;
    }

    private boolean show(List<IndexedVertex> window, VertexSink sink) throws PeerException, InterruptedException {
        Map<Long, Hash> ids = new HashMap<>();
        window.forEach(each -> ids.put(each.offset(), each.id()));
        long[] offsets = window.stream()
                .sorted(Comparator.comparingLong(IndexedVertex::offset))
                .mapToLong(IndexedVertex::offset)
                .toArray();
        Map<Long, SignedVertex> read = new HashMap<>();
        boolean all = reader.read(LOG, offsets, rec -> read.put(rec.offset(), vertex(rec, ids)));
        for (IndexedVertex each : window) {
            SignedVertex vertex = read.remove(each.offset());
            if (vertex != null) {
                sink.take(vertex);
            }
        }
        return all;
    }

    /** @throws DamagedIndexException when another vertex stands there than the index says */
    private SignedVertex vertex(ConsumerRecord<String, byte[]> rec, Map<Long, Hash> ids) {
        try {
            SignedVertex vertex = decode(rec);
            Hash id = VertexHeader.decode(vertex.getHeader().bytes()).vertexId(networkId);
            if (Objects.equals(ids.get(rec.offset()), id)) {
                return vertex;
            }
        } catch (MalformedRecordException e) {
            // As wrong as another vertex.
        }
        table.condemn();
        throw new DamagedIndexException(rec.topic() + " offset " + rec.offset() + " is not the vertex of the index");
    }

    /** @throws MalformedRecordException when it is no vertex */
    private IndexedVertex indexed(ConsumerRecord<String, byte[]> rec) {
        VertexHeader header = VertexHeader.decode(decode(rec).getHeader().bytes());
        return new IndexedVertex(
                header.round(), header.producer(), header.vertexId(networkId), rec.offset(), rec.value().length);
    }

    private static SignedVertex decode(ConsumerRecord<String, byte[]> rec) {
        if (rec.value() == null) {
            throw new MalformedRecordException("a tombstone");
        }
        return Topics.VERIFIED.values().deserializer().deserialize(rec.topic(), rec.value());
    }

    @Override
    public void close() {
        following.close();
        reader.close();
        table.close();
    }
}
