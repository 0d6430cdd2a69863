package dev.meshlog.ingest.gossip;

import dev.meshlog.ingest.Backoff;
import dev.meshlog.ingest.Following;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.MalformedRecordException;
import dev.meshlog.schemas.Topic;
import dev.meshlog.schemas.TopicReader;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.ledger.CommitRecord;
import dev.meshlog.schemas.ledger.MissingVertex;
import dev.meshlog.schemas.ledger.SignedVertex;
import dev.meshlog.schemas.ledger.ValidatorTable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows what the ledger writes: committed records alone, so that nothing goes out that could still be taken back. Vertices from shortly before the end on,
 * since some of them may not have gone out before a restart.
 */
final class LedgerTail implements Following.Reader {
    private static final Logger LOG = LoggerFactory.getLogger(LedgerTail.class);
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration CLOSING = Duration.ofSeconds(1);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

    /** Of each partition of vertices. */
    private static final long VERTICES_BACK = 200;

    /** The last commit is somewhere here, between transaction markers. */
    private static final long COMMITS_BACK = 50;

    private final Consumer<String, byte[]> consumer;
    private final Listener listener;
    private final Map<TopicPartition, Long> positions;
    private final Map<TopicPartition, Long> ends = new HashMap<>();

    /** Called on the following thread. */
    interface Listener {
        void vertex(SignedVertex vertex);

        void missing(MissingVertex vertex);

        void commit(CommitRecord commit);

        void validators(ValidatorTable table);

        /** All that was in the log when it was opened has been told. */
        void upToDate();
    }

    /** @param positions where to go on, kept up to date */
    private LedgerTail(Consumer<String, byte[]> consumer, Map<TopicPartition, Long> positions, Listener listener) {
        this.consumer = consumer;
        this.positions = positions;
        this.listener = listener;
        try {
            findPlace();
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    static Following follow(Cluster cluster, Listener listener, RandomGenerator random) {
        Map<TopicPartition, Long> positions = new HashMap<>();
        return Following.start(
                "meshlog-gossip-log",
                () -> new LedgerTail(cluster.undecodedConsumer(), positions, listener),
                new Backoff(FIRST_PAUSE, LONGEST_PAUSE, random));
    }

    private void findPlace() {
        List<TopicPartition> partitions = new ArrayList<>();
        for (Topic<String, ?> topic : List.of(Topics.VERTICES, Topics.MISSING, Topics.COMMITS, Topics.VALIDATORS)) {
            partitions.addAll(TopicReader.partitions(consumer, topic));
        }
        consumer.assign(partitions);
        Map<TopicPartition, Long> first = consumer.beginningOffsets(partitions);
        Map<TopicPartition, Long> end = consumer.endOffsets(partitions);
        for (TopicPartition partition : partitions) {
            long begin = first.getOrDefault(partition, 0L);
            long start = end.getOrDefault(partition, 0L) - back(partition.topic());
            consumer.seek(partition, Math.max(begin, positions.getOrDefault(partition, start)));
        }
        ends.putAll(end);
    }

    @Override
    public void step() {
        for (ConsumerRecord<String, byte[]> rec : consumer.poll(POLL)) {
            take(rec);
            positions.put(new TopicPartition(rec.topic(), rec.partition()), rec.offset() + 1);
        }
        // The position passes transaction markers too, which are the last of most partitions.
        if (ends.entrySet().removeIf(end -> consumer.position(end.getKey()) >= end.getValue()) && ends.isEmpty()) {
            listener.upToDate();
        }
    }

    @Override
    public void close() {
        consumer.close(CloseOptions.timeout(CLOSING));
    }

    private static long back(String topic) {
        if (topic.equals(Topics.VERTICES.name())) {
            return VERTICES_BACK;
        }
        if (topic.equals(Topics.COMMITS.name())) {
            return COMMITS_BACK;
        }
        return topic.equals(Topics.VALIDATORS.name()) ? Long.MAX_VALUE / 2 : 0;
    }

    private void take(ConsumerRecord<String, byte[]> rec) {
        try {
            if (rec.value() == null) {
                return;
            }
            if (rec.topic().equals(Topics.VERTICES.name())) {
                listener.vertex(decode(Topics.VERTICES, rec));
            } else if (rec.topic().equals(Topics.MISSING.name())) {
                listener.missing(decode(Topics.MISSING, rec));
            } else if (rec.topic().equals(Topics.COMMITS.name())) {
                listener.commit(decode(Topics.COMMITS, rec));
            } else {
                listener.validators(decode(Topics.VALIDATORS, rec));
            }
        } catch (MalformedRecordException e) {
            LOG.warn("{}-{} offset {} is passed over: {}", rec.topic(), rec.partition(), rec.offset(), e.getMessage());
        }
    }

    private static <V> V decode(Topic<String, V> topic, ConsumerRecord<String, byte[]> rec) {
        return topic.values().deserializer().deserialize(topic.name(), rec.value());
    }
}
