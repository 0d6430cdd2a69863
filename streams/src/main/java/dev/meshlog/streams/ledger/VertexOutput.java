package dev.meshlog.streams.ledger;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.vertex.Vertex;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.Failpoint;
import dev.meshlog.schemas.Topics;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/** The transactional side of a vertex producer. Making one fences every earlier process with the same key. */
final class VertexOutput implements AutoCloseable {
    private final Producer<String, byte[]> producer;
    private final Hash self;

    VertexOutput(Cluster cluster, Hash self) {
        this.self = self;
        this.producer = cluster.transactionalProducer(groupId(self));
        producer.initTransactions();
    }

    /** Consumer group of the offsets in {@code ledger.transactions}, and transactional id. */
    static String groupId(Hash self) {
        return "meshlog-validator-" + self.hex().substring(0, 16);
    }

    /** The vertex, the rejections and the offsets of both, or nothing of it. Returns when the transaction is committed. */
    void write(
            Vertex vertex,
            List<TransactionQueue.Rejection> rejections,
            Map<TopicPartition, OffsetAndMetadata> offsets,
            ConsumerGroupMetadata group) {
        producer.beginTransaction();
        Failpoint.VERTEX_SIGNED.reached();
        send(Topics.VERTICES.name(), self.hex(), Cluster.encode(Topics.VERTICES, vertex.record()));
        rejections.forEach(rejection -> send(
                Topics.LEDGER_REJECTED.name(),
                rejection.key(),
                Cluster.encode(Topics.LEDGER_REJECTED, rejection.input())));
        if (!offsets.isEmpty()) {
            producer.sendOffsetsToTransaction(offsets, group);
        }
        producer.flush();
        Failpoint.VERTEX_SENT.reached();
        producer.commitTransaction();
        Failpoint.VERTEX_COMMITTED.reached();
    }

    private void send(String topic, String recordKey, byte[] value) {
        // A failure makes the commit fail.
        var unused = producer.send(new ProducerRecord<>(topic, recordKey, value));
    }

    @Override
    public void close() {
        producer.close(Duration.ofSeconds(2));
    }
}
