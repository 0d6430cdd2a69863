package dev.meshlog.streams.ledger;

import dev.meshlog.schemas.ledger.RejectedInput;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Transactions that wait for a vertex and refused ones that wait for their rejection, in the order they were read, with the offsets that are done
 * once both are written. One thread.
 */
final class PendingTransactions {
    /** Enough for several full vertices; above it the reader pauses. */
    static final int HIGH_WATER = 4_000;

    private static final int MAX_COUNT = 1_000;
    private static final int MAX_BYTES = 400 << 10;

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Waiting(
            byte @Nullable [] transaction, @Nullable Rejection rejection, TopicPartition partition, long offset) {}

    /** A refused transaction, with the key its record had. */
    record Rejection(String key, RejectedInput input) {}

    private final Deque<Waiting> waiting = new ArrayDeque<>();

    /** What goes into one vertex. */
    record Batch(
            List<byte[]> transactions, List<Rejection> rejections, Map<TopicPartition, OffsetAndMetadata> offsets) {}

    void add(byte[] transaction, TopicPartition partition, long offset) {
        waiting.add(new Waiting(transaction, null, partition, offset));
    }

    void reject(Rejection rejection, TopicPartition partition, long offset) {
        waiting.add(new Waiting(null, rejection, partition, offset));
    }

    int size() {
        return waiting.size();
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    Batch take() {
        var transactions = new ArrayList<byte[]>();
        var rejections = new ArrayList<Rejection>();
        var offsets = new HashMap<TopicPartition, OffsetAndMetadata>();
        int bytes = 0;
        while (!waiting.isEmpty() && transactions.size() + rejections.size() < MAX_COUNT) {
            Waiting next = waiting.getFirst();
            if (next.transaction() != null) {
                if (!transactions.isEmpty() && bytes + next.transaction().length > MAX_BYTES) {
                    break;
                }
                transactions.add(next.transaction());
                bytes += next.transaction().length;
            }
            if (next.rejection() != null) {
                rejections.add(next.rejection());
            }
            waiting.removeFirst();
            offsets.put(next.partition(), new OffsetAndMetadata(next.offset() + 1));
        }
        return new Batch(transactions, rejections, offsets);
    }
}
