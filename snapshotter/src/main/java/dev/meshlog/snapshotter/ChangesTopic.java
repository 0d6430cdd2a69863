package dev.meshlog.snapshotter;

import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.ledger.CommitChanges;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * {@code ledger.changes}: where it begins, and where in it a commit is. Not for waiting for more: a consumer that waits holds up its own questions. One
 * thread.
 */
final class ChangesTopic implements AutoCloseable {
    static final TopicPartition PARTITION = new TopicPartition(Topics.CHANGES.name(), 0);
    private static final Duration POLL = Duration.ofMillis(500);

    private final Consumer<String, CommitChanges> consumer;

    ChangesTopic(Cluster cluster) {
        consumer = cluster.consumerToEnd(Topics.CHANGES);
        consumer.assign(List.of(PARTITION));
    }

    long begin() {
        return consumer.beginningOffsets(List.of(PARTITION)).getOrDefault(PARTITION, 0L);
    }

    long end() {
        return consumer.endOffsets(List.of(PARTITION)).getOrDefault(PARTITION, 0L);
    }

    /**
     * Where to begin to read a commit: at its first record, or at the end when it is the next to come. Empty when its first record is gone, or when
     * earlier ones are missing too. Commit indexes grow with offsets, so this reads few records, wherever the commit is.
     */
    OptionalLong offsetOf(long commitIndex) {
        long begin = begin();
        long end = end();
        long low = begin;
        long high = end;
        while (low < high) {
            long middle = (low + high) >>> 1;
            ConsumerRecord<String, CommitChanges> found = firstFrom(middle, end);
            if (found == null || found.value().getCommitIndex() >= commitIndex) {
                high = middle;
            } else {
                low = found.offset() + 1;
            }
        }
        ConsumerRecord<String, CommitChanges> found = firstFrom(low, end);
        if (found != null) {
            boolean isBeginning = found.value().getCommitIndex() == commitIndex
                    && found.value().getPart() == 0;
            return isBeginning ? OptionalLong.of(found.offset()) : OptionalLong.empty();
        }
        if (low == begin) {
            // Nothing is left to compare with. Only the first commit is known to be the next of a topic that never had
            // a record.
            return (begin == 0) == (commitIndex == 1) ? OptionalLong.of(end) : OptionalLong.empty();
        }
        ConsumerRecord<String, CommitChanges> last = firstFrom(low - 1, end);
        return last != null && last.value().getCommitIndex() == commitIndex - 1
                ? OptionalLong.of(end)
                : OptionalLong.empty();
    }

    private @Nullable ConsumerRecord<String, CommitChanges> firstFrom(long offset, long end) {
        consumer.seek(PARTITION, offset);
        while (consumer.position(PARTITION) < end) {
            for (ConsumerRecord<String, CommitChanges> rec : consumer.poll(POLL)) {
                return rec;
            }
        }
        return null;
    }

    @Override
    public void close() {
        consumer.close();
    }
}
