package dev.meshlog.schemas;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;

/**
 * Waits until readers of committed records see what was committed. The end of a transaction is decided when the producer's commit returns, but the markers
 * that show it to readers are written into the partitions a little later.
 */
public final class Visibility implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final Duration PAUSE = Duration.ofMillis(5);

    private final Admin admin;

    public Visibility(Cluster cluster) {
        admin = cluster.admin();
    }

    /**
     * Returns when readers see them.
     *
     * @param sent records of a transaction that is committed
     * @throws IllegalStateException after a minute
     */
    public void await(List<Future<RecordMetadata>> sent) {
        try {
            Map<TopicPartition, Long> last = new HashMap<>();
            for (Future<RecordMetadata> each : sent) {
                RecordMetadata where = each.get();
                last.merge(new TopicPartition(where.topic(), where.partition()), where.offset(), Math::max);
            }
            long deadline = System.nanoTime() + LIMIT.toNanos();
            while (!isVisible(last)) {
                if (System.nanoTime() > deadline) {
                    throw new IllegalStateException(
                            "%s: what was committed is not visible after %s; a transaction of another producer may hang there"
                                    .formatted(last.keySet(), LIMIT));
                }
                TimeUnit.MILLISECONDS.sleep(PAUSE.toMillis());
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("asking for what is committed: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for a commit", e);
        }
    }

    private boolean isVisible(Map<TopicPartition, Long> last) throws ExecutionException, InterruptedException {
        Map<TopicPartition, OffsetSpec> ends = new HashMap<>();
        last.keySet().forEach(partition -> ends.put(partition, OffsetSpec.latest()));
        var answer = admin.listOffsets(ends, new ListOffsetsOptions(IsolationLevel.READ_COMMITTED));
        for (var each : last.entrySet()) {
            if (answer.partitionResult(each.getKey()).get().offset() <= each.getValue()) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void close() {
        admin.close();
    }
}
