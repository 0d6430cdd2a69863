package dev.meshlog.schemas;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.function.IntToLongFunction;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Finds the last committed record of a key. The partition is read backwards from its end in growing windows, so that a key that was
 * written a moment ago costs one short read. Transactions of others that are still open when the search begins are waited for:
 * a record behind them is committed but not yet visible, and must not be missed.
 *
 * <p>One thread at a time.
 */
public final class LastRecord implements AutoCloseable {
    private static final long FIRST_WINDOW = 1_000;
    private static final int GROWTH = 4;

    private final Admin admin;
    private final Consumer<byte[], byte[]> consumer;
    private final Duration timeout;

    /**
     * @param client properties that reach the cluster
     * @param timeout for one search, waiting for open transactions included
     */
    public LastRecord(Map<String, ?> client, Duration timeout) {
        Map<String, Object> properties = new HashMap<>(client);
        this.admin = Admin.create(properties);
        properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        this.consumer = new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        this.timeout = timeout;
    }

    /** The last record of the key, in the partition where the default partitioner puts it, among those with a value that counts. Tombstones never count. */
    public <K, V> Optional<ConsumerRecord<K, V>> of(Topic<K, V> topic, K key, Predicate<V> counts) {
        return since(partition -> 0, topic, key, counts);
    }

    /**
     * The same, where nothing before some offset matters: for a key without a record all that is behind it is read.
     *
     * @param from that offset, of each partition
     */
    public <K, V> Optional<ConsumerRecord<K, V>> since(
            IntToLongFunction from, Topic<K, V> topic, K key, Predicate<V> counts) {
        byte[] keyBytes = topic.keys().serializer().serialize(topic.name(), key);
        int partition = BuiltInPartitioner.partitionForKey(keyBytes, partitions(topic));
        return search(topic, key, partition, from.applyAsLong(partition), counts);
    }

    /** Where the next record of each partition will stand, behind those of open transactions too. */
    public Map<Integer, Long> ends(Topic<?, ?> topic) {
        Map<Integer, Long> ends = new HashMap<>();
        for (int partition = 0; partition < partitions(topic); partition++) {
            ends.put(partition, offset(new TopicPartition(topic.name(), partition), OffsetSpec.latest()));
        }
        return ends;
    }

    private int partitions(Topic<?, ?> topic) {
        int partitions = consumer.partitionsFor(topic.name(), timeout).size();
        if (partitions == 0) {
            throw new KafkaException("topic " + topic.name() + " does not exist; 'meshlog topics apply' creates it");
        }
        return partitions;
    }

    private <K, V> Optional<ConsumerRecord<K, V>> search(
            Topic<K, V> topic, K key, int partition, long first, Predicate<V> counts) {
        byte[] keyBytes = topic.keys().serializer().serialize(topic.name(), key);
        var source = new TopicPartition(topic.name(), partition);
        long deadline = System.nanoTime() + timeout.toNanos();
        long begin = Math.max(first, offset(source, OffsetSpec.earliest()));
        long to = offset(source, OffsetSpec.latest());
        consumer.assign(List.of(source));
        for (long window = FIRST_WINDOW; to > begin; window *= GROWTH) {
            long from = Math.max(begin, to - window);
            List<ConsumerRecord<byte[], byte[]>> found = between(source, keyBytes, from, to, deadline);
            for (int i = found.size() - 1; i >= 0; i--) {
                ConsumerRecord<K, V> record = decoded(topic, key, found.get(i));
                if (counts.test(record.value())) {
                    return Optional.of(record);
                }
            }
            to = from;
        }
        return Optional.empty();
    }

    private List<ConsumerRecord<byte[], byte[]>> between(
            TopicPartition source, byte[] key, long from, long to, long deadline) {
        consumer.seek(source, from);
        var found = new ArrayList<ConsumerRecord<byte[], byte[]>>();
        while (consumer.position(source, timeout) < to) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                throw new TimeoutException("reading " + source + " up to offset " + to + " took longer than " + timeout
                        + "; a transaction of another producer may hang there");
            }
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofNanos(left))) {
                if (record.offset() < to && record.value() != null && Arrays.equals(record.key(), key)) {
                    found.add(record);
                }
            }
        }
        return found;
    }

    private static <K, V> ConsumerRecord<K, V> decoded(Topic<K, V> topic, K key, ConsumerRecord<byte[], byte[]> found) {
        return new ConsumerRecord<>(
                found.topic(),
                found.partition(),
                found.offset(),
                found.timestamp(),
                found.timestampType(),
                found.serializedKeySize(),
                found.serializedValueSize(),
                key,
                topic.values().deserializer().deserialize(topic.name(), found.value()),
                found.headers(),
                found.leaderEpoch());
    }

    /** Offsets as a reader of uncommitted records sees them: the end is behind everything that was ever sent. */
    private long offset(TopicPartition source, OffsetSpec spec) {
        try {
            return admin.listOffsets(Map.of(source, spec), new ListOffsetsOptions(IsolationLevel.READ_UNCOMMITTED))
                    .partitionResult(source)
                    .get()
                    .offset();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof KafkaException known ? known : new KafkaException("offsets of " + source, e);
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    @Override
    public void close() {
        admin.close(Duration.ofSeconds(1));
        consumer.close(org.apache.kafka.clients.consumer.CloseOptions.timeout(Duration.ofSeconds(1)));
    }
}
