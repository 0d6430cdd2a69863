package dev.meshlog.replayer;

import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.MalformedRecordException;
import dev.meshlog.schemas.Topic;
import dev.meshlog.schemas.TopicReader;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The newest records of a topic with one partition whose values ascend. Where they begin is looked for from the end, in ever larger steps. */
final class TopicTail {
    private static final Logger LOG = LoggerFactory.getLogger(TopicTail.class);
    private static final Duration POLL = Duration.ofMillis(500);
    private static final long FIRST_WINDOW = 1_000;

    private TopicTail() {}

    /**
     * Calls {@code each} for what is in the topic now, from the first value on that is not too early. What can't be decoded is passed over.
     *
     * @param isTooEarly holds for the values up to one and for none behind it
     */
    static <V extends SpecificRecordBase> void read(
            Cluster cluster, Topic<String, V> topic, Predicate<V> isTooEarly, java.util.function.Consumer<V> each) {
        var partition = new TopicPartition(topic.name(), 0);
        try (Consumer<String, byte[]> consumer = cluster.undecodedConsumer()) {
            consumer.assign(List.of(partition));
            long first = consumer.beginningOffsets(List.of(partition)).getOrDefault(partition, 0L);
            long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
            long from = end;
            for (long window = FIRST_WINDOW; from > first; window *= 8) {
                from = Math.max(first, end - window);
                consumer.seek(partition, from);
                if (next(consumer, partition, end)
                        .flatMap(rec -> decode(topic, rec))
                        .filter(isTooEarly)
                        .isPresent()) {
                    break;
                }
            }
            consumer.seek(partition, from);
            TopicReader.readToEnd(
                    consumer,
                    List.of(partition),
                    rec -> decode(topic, rec)
                            .filter(value -> !isTooEarly.test(value))
                            .ifPresent(each));
        }
    }

    private static Optional<ConsumerRecord<String, byte[]>> next(
            Consumer<String, byte[]> consumer, TopicPartition partition, long end) {
        while (consumer.position(partition) < end) {
            List<ConsumerRecord<String, byte[]>> records = consumer.poll(POLL).records(partition);
            if (!records.isEmpty()) {
                return Optional.of(records.get(0));
            }
        }
        return Optional.empty();
    }

    private static <V extends SpecificRecordBase> Optional<V> decode(
            Topic<String, V> topic, ConsumerRecord<String, byte[]> rec) {
        try {
            return Optional.ofNullable(rec.value())
                    .map(bytes -> topic.values().deserializer().deserialize(topic.name(), bytes));
        } catch (MalformedRecordException e) {
            LOG.warn("{} offset {} is passed over: {}", rec.topic(), rec.offset(), e.getMessage());
            return Optional.empty();
        }
    }
}
