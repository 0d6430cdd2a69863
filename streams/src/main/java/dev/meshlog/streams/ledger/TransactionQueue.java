package dev.meshlog.streams.ledger;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.VertexRef;
import dev.meshlog.ledger.chain.ProducerDag;
import dev.meshlog.ledger.vertex.Transaction;
import dev.meshlog.ledger.vertex.Vertex;
import dev.meshlog.schemas.ledger.RejectedInput;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * Transactions on their way into commits: some wait for a vertex of ours, some are in one that is not committed yet. When such a vertex is orphaned,
 * its transactions wait again, first in line. The offsets that are committed to Kafka never pass a transaction before the ledger has committed it, so
 * that a restart finds all of them; what our own vertices of the log carry already is recognised and not sent a second time.
 *
 * <p>Refused ones travel with the next vertex to the rejected topic; the highest of each partition is kept beside the offset. One thread.
 */
final class TransactionQueue implements ProducerDag.Fate {
    /** Enough for several full vertices; above it the reader pauses. */
    static final int HIGH_WATER = 4_000;

    private static final int MAX_COUNT = 1_000;
    private static final int MAX_BYTES = 400 << 10;

    private final Hash networkId;
    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private final Deque<Rejection> rejections = new ArrayDeque<>();
    private final Map<Hash, Waiting> live = new HashMap<>();
    private final TreeMap<VertexRef, List<Waiting>> inFlight = new TreeMap<>();
    /** In vertices of ours that the log showed as committed. */
    private final Set<Hash> settled = new HashSet<>();

    private final ReadOffsets offsets = new ReadOffsets();
    private final Map<TopicPartition, Long> rejected = new HashMap<>();
    private final Map<TopicPartition, Long> ends;
    private Map<TopicPartition, OffsetAndMetadata> written = new HashMap<>();

    private record Position(TopicPartition partition, long offset) {}

    /** One transaction, with every record of the topic that asks for it. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Waiting(Hash id, byte[] bytes, List<Position> positions) {
        Waiting(Hash id, byte[] bytes) {
            this(id, bytes, new ArrayList<>());
        }
    }

    /** A refused transaction, with the key its record had. */
    record Rejection(String key, RejectedInput input, TopicPartition partition, long offset) {}

    /** What goes into one vertex and its Kafka transaction. */
    record Batch(List<Hash> ids, List<byte[]> transactions, List<Rejection> rejections) {}

    /**
     * @param committed offsets as this queue wrote them last
     * @param ends of the topic now: what stands before them may be in vertices of ours
     */
    TransactionQueue(Hash networkId, Map<TopicPartition, OffsetAndMetadata> committed, Map<TopicPartition, Long> ends) {
        this.networkId = networkId;
        this.ends = Map.copyOf(ends);
        committed.forEach((partition, offset) -> {
            if (!offset.metadata().isEmpty()) {
                rejected.put(partition, Long.parseLong(offset.metadata()));
            }
        });
    }

    /** A vertex of ours that stands in the log since before this start; to be called before any transaction is read. */
    void found(Vertex own) {
        if (inFlight.containsKey(own.ref())) {
            return;
        }
        List<Waiting> carried = new ArrayList<>();
        for (byte[] bytes : own.transactions()) {
            carried.add(live.computeIfAbsent(Transaction.parse(networkId, bytes).id(), id -> new Waiting(id, bytes)));
        }
        inFlight.put(own.ref(), carried);
    }

    void read(Hash id, byte[] transaction, TopicPartition partition, long offset) {
        offsets.read(partition, offset);
        if (settled.contains(id) && offset < ends.getOrDefault(partition, 0L)) {
            offsets.done(partition, offset);
            return;
        }
        Waiting known = live.get(id);
        if (known == null) {
            known = new Waiting(id, transaction);
            live.put(id, known);
            waiting.add(known);
        }
        known.positions().add(new Position(partition, offset));
    }

    void refuse(Rejection rejection) {
        offsets.read(rejection.partition(), rejection.offset());
        if (rejection.offset() <= rejected.getOrDefault(rejection.partition(), -1L)) {
            offsets.done(rejection.partition(), rejection.offset());
        } else {
            rejections.add(rejection);
        }
    }

    int size() {
        return waiting.size() + rejections.size();
    }

    boolean isEmpty() {
        return size() == 0;
    }

    /** Whether a vertex of ours with transactions waits for its commit. */
    boolean isInFlight() {
        return inFlight.values().stream().anyMatch(carried -> !carried.isEmpty());
    }

    Batch take() {
        var ids = new ArrayList<Hash>();
        var transactions = new ArrayList<byte[]>();
        int bytes = 0;
        while (!waiting.isEmpty()
                && transactions.size() < MAX_COUNT
                && (transactions.isEmpty() || bytes + waiting.getFirst().bytes().length <= MAX_BYTES)) {
            Waiting next = waiting.removeFirst();
            ids.add(next.id());
            transactions.add(next.bytes());
            bytes += next.bytes().length;
        }
        var refused = new ArrayList<Rejection>();
        while (!rejections.isEmpty() && refused.size() < MAX_COUNT) {
            refused.add(rejections.removeFirst());
        }
        return new Batch(ids, transactions, refused);
    }

    /**
     * The batch is written with this vertex.
     *
     * @return the offsets to commit with it: those that changed since the last call
     */
    Map<TopicPartition, OffsetAndMetadata> writing(VertexRef own, Batch batch) {
        inFlight.put(own, batch.ids().stream().map(live::get).toList());
        for (Rejection rejection : batch.rejections()) {
            offsets.done(rejection.partition(), rejection.offset());
            rejected.merge(rejection.partition(), rejection.offset(), Math::max);
        }
        Map<TopicPartition, OffsetAndMetadata> now = new HashMap<>();
        offsets.positions().forEach((partition, position) -> {
            Long highest = rejected.get(partition);
            now.put(partition, new OffsetAndMetadata(position, highest == null ? "" : Long.toString(highest)));
        });
        Map<TopicPartition, OffsetAndMetadata> changed = new HashMap<>(now);
        changed.entrySet().removeAll(written.entrySet());
        written = now;
        return changed;
    }

    @Override
    public void committed(VertexRef own) {
        List<Waiting> carried = inFlight.remove(own);
        if (carried == null) {
            return;
        }
        for (Waiting each : carried) {
            live.remove(each.id());
            if (each.positions().isEmpty()) {
                settled.add(each.id());
            }
            each.positions().forEach(position -> offsets.done(position.partition(), position.offset()));
        }
    }

    @Override
    public void orphaned(VertexRef own) {
        List<Waiting> carried = inFlight.remove(own);
        if (carried != null) {
            for (int i = carried.size() - 1; i >= 0; i--) {
                waiting.addFirst(carried.get(i));
            }
        }
    }
}
