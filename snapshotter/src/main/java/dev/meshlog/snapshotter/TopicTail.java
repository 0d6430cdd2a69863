package dev.meshlog.snapshotter;

import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.Topic;
import dev.meshlog.schemas.TopicReader;
import java.util.List;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** Follows a topic: each call brings what has come since the last one, the first all there is. One thread at a time. */
final class TopicTail implements AutoCloseable {
    private final Consumer<String, byte[]> consumer;
    private final List<TopicPartition> partitions;

    TopicTail(Cluster cluster, Topic<String, ?> topic) {
        consumer = cluster.undecodedConsumer();
        partitions = TopicReader.partitions(consumer, topic);
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
    }

    /** As {@link #TopicTail(Cluster, Topic)}, but what is there now is passed over. */
    static TopicTail fromEnd(Cluster cluster, Topic<String, ?> topic) {
        var tail = new TopicTail(cluster, topic);
        tail.consumer.seekToEnd(tail.partitions);
        tail.partitions.forEach(tail.consumer::position);
        return tail;
    }

    /** Up to the end as it is now. */
    void readOn(java.util.function.Consumer<ConsumerRecord<String, byte[]>> each) {
        TopicReader.readToEnd(consumer, partitions, each);
    }

    @Override
    public void close() {
        consumer.close();
    }
}
