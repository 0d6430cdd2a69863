package dev.meshlog.infra.radio;

import dev.meshlog.schemas.Cluster;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/** How far a group has read. One thread. */
final class LogProgress implements AutoCloseable {
    /** Behind the last record of a transaction stands its mark, which is no record but has an offset. */
    private static final long FEW = 100;

    private static final Duration POLL = Duration.ofMillis(200);

    private final Admin admin;
    private final Consumer<String, byte[]> consumer;

    LogProgress(Cluster cluster, Admin admin) {
        this.admin = admin;
        this.consumer = cluster.undecodedConsumer();
    }

    Map<TopicPartition, Long> beginnings(Collection<String> topics) {
        return consumer.beginningOffsets(partitions(topics));
    }

    /** Ends of what is committed. */
    Map<TopicPartition, Long> ends(Collection<String> topics) {
        return consumer.endOffsets(partitions(topics));
    }

    private List<TopicPartition> partitions(Collection<String> topics) {
        return topics.stream()
                .flatMap(topic -> consumer.partitionsFor(topic).stream()
                        .map(info -> new TopicPartition(info.topic(), info.partition())))
                .toList();
    }

    /** How many offsets the group has still to read up to these ends; 0 when no record is left. */
    long remaining(String group, Map<TopicPartition, Long> ends) throws ExecutionException, InterruptedException {
        Map<TopicPartition, OffsetAndMetadata> committed = admin.listConsumerGroupOffsets(group)
                .partitionsToOffsetAndMetadata()
                .get();
        Map<TopicPartition, Long> beginnings = consumer.beginningOffsets(ends.keySet());
        var open = new HashMap<TopicPartition, Long>();
        long remaining = 0;
        for (Map.Entry<TopicPartition, Long> end : ends.entrySet()) {
            OffsetAndMetadata place = committed.get(end.getKey());
            long from = Math.max(place == null ? 0 : place.offset(), beginnings.getOrDefault(end.getKey(), 0L));
            if (from < end.getValue()) {
                open.put(end.getKey(), from);
                remaining += end.getValue() - from;
            }
        }
        return remaining > 0 && remaining <= FEW && !holdRecords(open, ends) ? 0 : remaining;
    }

    private boolean holdRecords(Map<TopicPartition, Long> places, Map<TopicPartition, Long> ends) {
        consumer.assign(places.keySet());
        places.forEach(consumer::seek);
        while (places.keySet().stream()
                .anyMatch(partition -> consumer.position(partition) < ends.getOrDefault(partition, 0L))) {
            for (var rec : consumer.poll(POLL)) {
                if (rec.offset() < ends.getOrDefault(new TopicPartition(rec.topic(), rec.partition()), 0L)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Time of the first record at or behind an offset; {@link Long#MIN_VALUE} when there is none. */
    long timeAt(TopicPartition partition, long offset, long end) {
        consumer.assign(List.of(partition));
        consumer.seek(partition, offset);
        while (consumer.position(partition) < end) {
            for (var rec : consumer.poll(POLL)) {
                return rec.timestamp();
            }
        }
        return Long.MIN_VALUE;
    }

    @Override
    public void close() {
        consumer.close(CloseOptions.timeout(Duration.ZERO));
    }
}
