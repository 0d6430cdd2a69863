package dev.meshlog.snapshotter;

import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.Topics;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;

/** Where {@code ledger.vertices.verified} begins. Any thread may call it. */
final class VerifiedLog implements AutoCloseable {
    private static final TopicPartition PARTITION = new TopicPartition(Topics.VERIFIED.name(), 0);

    private final Admin admin;

    VerifiedLog(Cluster cluster) {
        admin = cluster.admin();
    }

    /** The lowest offset that is still there. */
    long begin() {
        return offset(OffsetSpec.earliest());
    }

    /**
     * Deletes what lies before an offset and is older than a time. A record is never deleted when one that stands before it must stay.
     *
     * @return whether something was deleted
     */
    boolean shorten(long before, Instant olderThan) {
        long young = offset(OffsetSpec.forTimestamp(olderThan.toEpochMilli()));
        long end = young < 0 ? before : Math.min(before, young);
        if (end <= begin()) {
            return false;
        }
        get(admin.deleteRecords(Map.of(PARTITION, RecordsToDelete.beforeOffset(end)))
                .all());
        return true;
    }

    private long offset(OffsetSpec spec) {
        return get(admin.listOffsets(Map.of(PARTITION, spec)).partitionResult(PARTITION))
                .offset();
    }

    private static <T> T get(KafkaFuture<T> answer) {
        try {
            return answer.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(PARTITION + ": " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while asking for " + PARTITION, e);
        }
    }

    @Override
    public void close() {
        admin.close();
    }
}
