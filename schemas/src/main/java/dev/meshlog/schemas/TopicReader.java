package dev.meshlog.schemas;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** Reads what stands in a topic now: from its first record at least to the end of the last transaction that is committed when reading begins. */
public final class TopicReader {
    private static final Duration POLL = Duration.ofMillis(500);

    private TopicReader() {}

    /** Calls {@code each} for every record, tombstones (null values) included; within a partition in order. */
    public static <V> void readAll(
            Cluster cluster, Topic<String, V> topic, java.util.function.Consumer<ConsumerRecord<String, V>> each) {
        try (Consumer<String, V> consumer = cluster.consumerToEnd(topic)) {
            readAll(consumer, topic, each);
        }
    }

    /** As {@link #readAll(Cluster, Topic, java.util.function.Consumer)}, with the values as they are: one that can't be decoded holds up nobody. */
    public static void readAllUndecoded(
            Cluster cluster, Topic<String, ?> topic, java.util.function.Consumer<ConsumerRecord<String, byte[]>> each) {
        try (Consumer<String, byte[]> consumer = cluster.undecodedConsumer()) {
            readAll(consumer, topic, each);
        }
    }

    private static <V> void readAll(
            Consumer<String, V> consumer,
            Topic<String, ?> topic,
            java.util.function.Consumer<ConsumerRecord<String, V>> each) {
        List<TopicPartition> partitions = partitions(consumer, topic);
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        readToEnd(consumer, partitions, each);
    }

    /** The topic's partitions as the cluster has them. */
    public static List<TopicPartition> partitions(Consumer<String, ?> consumer, Topic<String, ?> topic) {
        return consumer.partitionsFor(topic.name()).stream()
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .toList();
    }

    /**
     * From the consumer's position at least to the end as it is when the call begins. What was committed meanwhile may have come with the last records, and the
     * position is behind it then: it is handed over too, for nobody would see it again.
     */
    public static <V> void readToEnd(
            Consumer<String, V> consumer,
            Collection<TopicPartition> partitions,
            java.util.function.Consumer<ConsumerRecord<String, V>> each) {
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
            consumer.poll(POLL).forEach(each);
        }
    }
}
