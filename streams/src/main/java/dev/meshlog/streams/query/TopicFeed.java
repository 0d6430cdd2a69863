package dev.meshlog.streams.query;

import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.Topic;
import dev.meshlog.schemas.TopicReader;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** Committed records of several topics as they are, from a place on and then as they come. One thread. */
public final class TopicFeed implements AutoCloseable {
    private final Consumer<String, byte[]> consumer;
    private final List<TopicPartition> partitions = new ArrayList<>();

    public TopicFeed(Cluster cluster, Collection<? extends Topic<String, ?>> topics) {
        consumer = cluster.undecodedConsumer();
        try {
            topics.forEach(topic -> partitions.addAll(TopicReader.partitions(consumer, topic)));
            consumer.assign(partitions);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    public LogCursor beginning() {
        return LogCursor.of(consumer.beginningOffsets(partitions));
    }

    public LogCursor end() {
        return LogCursor.of(consumer.endOffsets(partitions));
    }

    /** Where the first record stands that is not older; the end where there is none. */
    public LogCursor at(Instant time) {
        var asked = new HashMap<TopicPartition, Long>();
        partitions.forEach(partition -> asked.put(partition, time.toEpochMilli()));
        var places = new HashMap<>(consumer.endOffsets(partitions));
        consumer.offsetsForTimes(asked).forEach((partition, found) -> {
            if (found != null) {
                places.put(partition, found.offset());
            }
        });
        return LogCursor.of(places);
    }

    /** At most this many offsets before the end of each partition; transactions' marks are offsets too. */
    public LogCursor beforeEnd(long offsets) {
        Map<TopicPartition, Long> first = consumer.beginningOffsets(partitions);
        var places = new HashMap<>(consumer.endOffsets(partitions));
        places.replaceAll((partition, end) -> Math.max(first.getOrDefault(partition, 0L), end - offsets));
        return LogCursor.of(places);
    }

    /**
     * Goes to a place. Topics and partitions that it does not name begin at their end.
     *
     * @return how many offsets of it the log no longer holds; 0 when nothing was missed
     */
    public long seek(LogCursor cursor) {
        Map<TopicPartition, Long> wanted = cursor.positions();
        Map<TopicPartition, Long> first = consumer.beginningOffsets(partitions);
        long missed = 0;
        for (Map.Entry<TopicPartition, Long> end :
                consumer.endOffsets(partitions).entrySet()) {
            long place = wanted.getOrDefault(end.getKey(), end.getValue());
            long begin = Objects.requireNonNull(first.get(end.getKey()));
            missed += Math.max(0, begin - place);
            consumer.seek(end.getKey(), Math.min(Math.max(place, begin), end.getValue()));
        }
        return missed;
    }

    public LogCursor position() {
        var positions = new HashMap<TopicPartition, Long>();
        partitions.forEach(partition -> positions.put(partition, consumer.position(partition)));
        return LogCursor.of(positions);
    }

    /** Whether everything before the place was read. */
    public boolean isBehind(LogCursor place) {
        Map<TopicPartition, Long> ends = place.positions();
        return ends.entrySet().stream().allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
    }

    /** What is there, within a partition in order; empty when nothing comes in time. */
    public List<ConsumerRecord<String, byte[]>> poll(Duration timeout) {
        var records = new ArrayList<ConsumerRecord<String, byte[]>>();
        consumer.poll(timeout).forEach(records::add);
        return records;
    }

    @Override
    public void close() {
        // It belongs to no group: nobody has to be told, and the fetch that is under way is nobody's any more.
        consumer.close(CloseOptions.timeout(Duration.ZERO));
    }
}
