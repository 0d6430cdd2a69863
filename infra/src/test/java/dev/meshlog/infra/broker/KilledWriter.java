package dev.meshlog.infra.broker;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * A process with broker and producers that dies as soon as it knows that a transaction is committed: its markers are on the way then. It leaves
 * a second transaction open.
 */
final class KilledWriter {
    static final String COMMITTED = "committed";
    static final String OPEN = "open";
    /** Many markers take long enough for some to be missing. */
    static final int PARTITIONS = 60;

    static final int EXIT = 137;

    private KilledWriter() {}

    public static void main(String[] args) throws Exception {
        var broker = EmbeddedBroker.start(Path.of(args[0]), args[1], 0);
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            Set<String> topics = admin.listTopics().names().get();
            if (!topics.contains(COMMITTED)) {
                admin.createTopics(List.of(
                                new NewTopic(COMMITTED, PARTITIONS, (short) 1), new NewTopic(OPEN, 1, (short) 1)))
                        .all()
                        .get();
            }
        }
        var open = producer(broker, OPEN);
        open.beginTransaction();
        open.send(new ProducerRecord<>(OPEN, 0, null, "open")).get();
        var committed = producer(broker, COMMITTED);
        committed.beginTransaction();
        for (int partition = 0; partition < PARTITIONS; partition++) {
            var unused = committed.send(new ProducerRecord<>(COMMITTED, partition, null, "committed"));
        }
        committed.commitTransaction();
        Runtime.getRuntime().halt(EXIT);
    }

    private static Producer<String, String> producer(EmbeddedBroker broker, String transactionalId) {
        var producer = new KafkaProducer<String, String>(
                Map.of(
                        "bootstrap.servers",
                        broker.bootstrapServers(),
                        "transactional.id",
                        transactionalId,
                        // The open one must outlive the test.
                        "transaction.timeout.ms",
                        900_000),
                new StringSerializer(),
                new StringSerializer());
        producer.initTransactions();
        return producer;
    }
}
