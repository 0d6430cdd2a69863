package dev.meshlog.infra.topics;

import dev.meshlog.infra.UserError;
import dev.meshlog.schemas.Cluster;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/**
 * Reads any topic of a cluster as bytes, those that are not in the catalogue included.
 *
 * @param partition null: all of them
 * @param follow whether to wait for records that are not there yet; otherwise the end is where it is when reading begins
 */
public record RecordReader(
        String topic, StartPoint from, @Nullable Integer partition, IsolationLevel isolation, boolean follow) {
    private static final Duration POLL = Duration.ofMillis(500);

    /**
     * Reads until the end, until nobody wants more, or until told to stop.
     *
     * @param wantsMore takes each record; within a partition they come in order
     * @throws UserError when there is no such topic or partition
     */
    public void read(
            Cluster cluster,
            Predicate<ConsumerRecord<byte @Nullable [], byte @Nullable []>> wantsMore,
            BooleanSupplier stopped) {
        try (Consumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(config(cluster), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = partitions(consumer, cluster);
            consumer.assign(partitions);
            from.in(consumer, partitions).forEach(consumer::seek);
            Map<TopicPartition, Long> ends = follow ? Map.of() : consumer.endOffsets(partitions);
            while (!stopped.getAsBoolean() && (follow || !reached(consumer, ends))) {
                for (ConsumerRecord<byte[], byte[]> rec : consumer.poll(POLL)) {
                    Long end = ends.get(new TopicPartition(rec.topic(), rec.partition()));
                    if ((end == null || rec.offset() < end) && !wantsMore.test(rec)) {
                        return;
                    }
                }
            }
        }
    }

    private static boolean reached(Consumer<?, ?> consumer, Map<TopicPartition, Long> ends) {
        return ends.entrySet().stream().allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
    }

    private List<TopicPartition> partitions(Consumer<?, ?> consumer, Cluster cluster) {
        List<TopicPartition> all = consumer.partitionsFor(topic).stream()
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .toList();
        if (all.isEmpty()) {
            throw new UserError(
                    "the cluster at %s has no topic %s".formatted(cluster.bootstrapServers(), topic),
                    "'meshlog topics' lists those of the catalogue");
        }
        if (partition == null) {
            return all;
        }
        var one = new TopicPartition(topic, partition);
        if (!all.contains(one)) {
            throw new UserError(
                    "topic %s has no partition %d".formatted(topic, partition),
                    "it has %d, counted from 0".formatted(all.size()));
        }
        return List.of(one);
    }

    private Map<String, Object> config(Cluster cluster) {
        var config = new HashMap<>(cluster.consumerConfig());
        config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, isolation.toString());
        // Closing waits for the fetch that is under way, and that one for records that do not come.
        config.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, follow ? (int) POLL.toMillis() : 50);
        return config;
    }
}
