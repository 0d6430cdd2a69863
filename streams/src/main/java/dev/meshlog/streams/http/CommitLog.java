package dev.meshlog.streams.http;

import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.TopicReader;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.ledger.CommitRecord;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Commits by index, out of {@code ledger.commits}, which is kept for ever: a store of them would grow for ever too. Offsets ascend with the indices
 * but have gaps, so a commit is looked for by halving.
 *
 * <p>Any thread; one search at a time.
 */
public final class CommitLog implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(500);
    private static final long FIRST_WINDOW = 50;

    private final Cluster cluster;
    private final TopicPartition partition = new TopicPartition(Topics.COMMITS.name(), 0);
    private @Nullable Consumer<String, CommitRecord> consumer;

    public CommitLog(Cluster cluster) {
        this.cluster = cluster;
    }

    public synchronized Optional<CommitRecord> find(long index) {
        Consumer<String, CommitRecord> log = open();
        long low = first(log);
        long high = end(log);
        while (low < high) {
            long middle = low + (high - low) / 2;
            List<ConsumerRecord<String, CommitRecord>> records = from(log, middle, high);
            if (records.isEmpty() || records.get(0).value().getIndex() > index) {
                high = middle;
                continue;
            }
            for (ConsumerRecord<String, CommitRecord> rec : records) {
                if (rec.value().getIndex() == index) {
                    return Optional.of(rec.value());
                }
                if (rec.value().getIndex() > index) {
                    return Optional.empty();
                }
                low = rec.offset() + 1;
            }
        }
        return Optional.empty();
    }

    public synchronized Optional<CommitRecord> newest() {
        Consumer<String, CommitRecord> log = open();
        long first = first(log);
        long end = end(log);
        CommitRecord[] last = new CommitRecord[1];
        for (long window = FIRST_WINDOW; ; window *= 8) {
            long from = Math.max(first, end - window);
            log.seek(partition, from);
            TopicReader.readToEnd(log, List.of(partition), rec -> last[0] = rec.value());
            if (last[0] != null || from == first) {
                return Optional.ofNullable(last[0]);
            }
        }
    }

    /** Committed records from an offset on, at least one if there is one before the end. */
    private List<ConsumerRecord<String, CommitRecord>> from(Consumer<String, CommitRecord> log, long offset, long end) {
        log.seek(partition, offset);
        while (log.position(partition) < end) {
            List<ConsumerRecord<String, CommitRecord>> records = log.poll(POLL).records(partition);
            if (!records.isEmpty()) {
                return records;
            }
        }
        return List.of();
    }

    private long first(Consumer<String, CommitRecord> log) {
        return log.beginningOffsets(List.of(partition)).getOrDefault(partition, 0L);
    }

    private long end(Consumer<String, CommitRecord> log) {
        return log.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
    }

    private Consumer<String, CommitRecord> open() {
        Consumer<String, CommitRecord> opened = consumer;
        if (opened == null) {
            opened = cluster.consumerToEnd(Topics.COMMITS);
            opened.assign(List.of(partition));
            consumer = opened;
        }
        return opened;
    }

    @Override
    public synchronized void close() {
        if (consumer != null) {
            consumer.close(CloseOptions.timeout(Duration.ofSeconds(1)));
            consumer = null;
        }
    }
}
