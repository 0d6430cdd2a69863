package dev.meshlog.infra.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.meshlog.infra.MeshlogProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.AbortTransactionSpec;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeProducersOptions;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KilledBrokerTest {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final TopicPartition OPEN = new TopicPartition(KilledWriter.OPEN, 0);

    private final String clusterId = Uuid.randomUuid().toString();

    @TempDir
    private Path directory;

    @Test
    void acknowledgedCommitIsReadAfterTheKillAndForgottenTransactionIsNamed() throws Exception {
        Path data = directory.resolve("broker");
        int kills = 2;
        for (int i = 0; i < kills; i++) {
            try (var writer = MeshlogProcess.startMain(KilledWriter.class, directory, data.toString(), clusterId)) {
                var ended = writer.awaitEnd(PATIENCE);
                assertThat(ended.exitCode()).as(ended.err()).isEqualTo(KilledWriter.EXIT);
            }
        }
        assertThat(StaleRegistration.mayExist(data)).isTrue();
        try (var broker = EmbeddedBroker.start(data, clusterId, 0);
                Admin admin = admin(broker)) {
            awaitCommitted(broker, kills * KilledWriter.PARTITIONS);
            assertThat(HangingTransaction.find(admin))
                    .as("the coordinator knows what is open")
                    .isEmpty();
            assertThat(isOpen(admin)).isTrue();
        }
        assertThat(StaleRegistration.mayExist(data)).as("after an orderly stop").isFalse();

        forgetTransactions(data);
        try (var broker = EmbeddedBroker.start(data, clusterId, 0);
                Admin admin = admin(broker)) {
            Set<HangingTransaction> hanging = HangingTransaction.find(admin);
            assertThat(hanging).extracting(HangingTransaction::partition).containsExactly(OPEN);
            HangingTransaction found = hanging.iterator().next();
            assertThat(found.advice(broker.bootstrapServers()))
                    .contains("abort --topic open --partition 0 --start-offset " + found.startOffset());
            abort(admin, found);
            assertThat(HangingTransaction.find(admin)).isEmpty();
            assertThat(isOpen(admin)).isFalse();
        }
    }

    private static Admin admin(EmbeddedBroker broker) {
        return Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()));
    }

    private static void awaitCommitted(EmbeddedBroker broker, int records) {
        try (var consumer = new KafkaConsumer<>(
                Map.<String, Object>of(
                        "bootstrap.servers",
                        broker.bootstrapServers(),
                        "isolation.level",
                        "read_committed",
                        "auto.offset.reset",
                        "earliest",
                        "enable.auto.commit",
                        false),
                new StringDeserializer(),
                new StringDeserializer())) {
            consumer.assign(IntStream.range(0, KilledWriter.PARTITIONS)
                    .mapToObj(partition -> new TopicPartition(KilledWriter.COMMITTED, partition))
                    .toList());
            var read = new AtomicInteger();
            await("every acknowledged record")
                    .pollInSameThread()
                    .atMost(PATIENCE)
                    .until(() ->
                            read.addAndGet(consumer.poll(Duration.ofMillis(200)).count()) == records);
        }
    }

    private static boolean isOpen(Admin admin) throws Exception {
        return admin
                .describeProducers(Set.of(OPEN), new DescribeProducersOptions())
                .partitionResult(OPEN)
                .get()
                .activeProducers()
                .stream()
                .anyMatch(producer -> producer.currentTransactionStartOffset().isPresent());
    }

    /** What the command-line tool does that the message names. */
    private static void abort(Admin admin, HangingTransaction transaction) throws Exception {
        var producer = admin.describeProducers(Set.of(OPEN)).partitionResult(OPEN).get().activeProducers().stream()
                .filter(state -> state.producerId() == transaction.producerId())
                .findFirst()
                .orElseThrow();
        admin.abortTransaction(new AbortTransactionSpec(
                        OPEN,
                        producer.producerId(),
                        (short) producer.producerEpoch(),
                        producer.coordinatorEpoch().orElse(0)))
                .all()
                .get();
    }

    /** The coordinator's log begins anew. */
    private static void forgetTransactions(Path data) throws IOException {
        try (var files = Files.list(data.resolve("__transaction_state-0"))) {
            for (Path file : files.toList()) {
                if (!file.endsWith("partition.metadata")) {
                    Files.delete(file);
                }
            }
        }
    }
}
