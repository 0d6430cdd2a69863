package dev.meshlog.infra.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.meshlog.infra.UserError;
import dev.meshlog.infra.topics.TopicProvisioning;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.LastRecord;
import dev.meshlog.schemas.LogIdentity;
import dev.meshlog.schemas.SchemaStore;
import dev.meshlog.schemas.SchemaTopic;
import dev.meshlog.schemas.TopicReader;
import dev.meshlog.schemas.Topics;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedBrokerTest {
    private final String clusterId = Uuid.randomUuid().toString();

    @TempDir
    private Path directory;

    @Test
    void portInUseIsNamed() throws IOException {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> EmbeddedBroker.start(directory, clusterId, taken.getLocalPort()))
                    .isInstanceOf(UserError.class)
                    .hasMessageContaining("port " + taken.getLocalPort())
                    .hasMessageContaining("--port");
        }
        assertThat(directory).as("nothing was made").isEmptyDirectory();
    }

    @Test
    void directoryThatCannotBeUsedIsNamed() throws IOException {
        Path file = java.nio.file.Files.writeString(directory.resolve("file"), "x");
        assertThatThrownBy(() -> EmbeddedBroker.start(file, clusterId, 0)).hasMessageContaining(file.toString());
    }

    @Test
    void restartKeepsRecordsAndIdentity() throws Exception {
        LogIdentity identity;
        try (var broker = EmbeddedBroker.start(directory, clusterId, 0)) {
            Cluster cluster = Cluster.at(broker.bootstrapServers());
            provision(cluster);
            new SchemaTopic(cluster).publish();
            try (var producer = cluster.transactionalProducer("writer")) {
                producer.initTransactions();
                producer.beginTransaction();
                send(producer, "kept", "1");
                producer.commitTransaction();
                producer.beginTransaction();
                send(producer, "aborted", "2");
                producer.abortTransaction();
            }
            identity = LogIdentity.of(cluster);
            assertThat(identity.clusterId()).isEqualTo(clusterId);
        }
        try (var broker = EmbeddedBroker.start(directory, "ignored", 0)) {
            Cluster cluster = Cluster.at(broker.bootstrapServers());
            assertThat(LogIdentity.of(cluster)).isEqualTo(identity);
            provision(cluster);
            new SchemaTopic(cluster).publish();
            List<String> read = new ArrayList<>();
            TopicReader.readAll(cluster, Topics.SCHEMAS, rec -> read.add(rec.key()));
            Set<String> fingerprints = Topics.valueSchemas().stream()
                    .map(schema -> SchemaStore.text(SchemaStore.fingerprint(schema)))
                    .collect(Collectors.toSet());
            assertThat(read)
                    .as("every schema once, committed records only")
                    .hasSize(fingerprints.size() + 1)
                    .containsAll(fingerprints)
                    .contains("kept")
                    .doesNotContain("aborted");
            try (var last = new LastRecord(cluster.properties(), Duration.ofSeconds(20))) {
                assertThat(last.of(Topics.SCHEMAS, "kept", value -> true))
                        .hasValueSatisfying(rec -> assertThat(rec.value()).isEqualTo("1"));
                assertThat(last.of(Topics.SCHEMAS, "aborted", value -> true)).isEmpty();
                assertThat(last.of(Topics.SCHEMAS, "never", value -> true)).isEmpty();
            }
        }
    }

    @Test
    void lastRecordIsTheNewestThatCounts() throws Exception {
        try (var broker = EmbeddedBroker.start(directory, clusterId, 0)) {
            Cluster cluster = Cluster.at(broker.bootstrapServers());
            provision(cluster);
            try (var producer = cluster.producer()) {
                send(producer, "k", "old");
                send(producer, "k", "new");
                // Further back than the first window.
                for (int i = 0; i < 3_000; i++) {
                    var unused = producer.send(record("other", Integer.toString(i)));
                }
                var unused = producer.send(new ProducerRecord<>(Topics.SCHEMAS.name(), "k", null));
                producer.flush();
            }
            try (var last = new LastRecord(cluster.properties(), Duration.ofSeconds(20))) {
                assertThat(last.of(Topics.SCHEMAS, "k", value -> true))
                        .as("a tombstone never counts")
                        .hasValueSatisfying(rec -> assertThat(rec.value()).isEqualTo("new"));
                assertThat(last.of(Topics.SCHEMAS, "k", value -> value.equals("old")))
                        .hasValueSatisfying(rec -> assertThat(rec.offset()).isZero());
                assertThat(last.since(partition -> 1, Topics.SCHEMAS, "k", value -> value.equals("old")))
                        .as("behind it")
                        .isEmpty();
                assertThat(last.ends(Topics.SCHEMAS)).isEqualTo(Map.of(0, 3_003L));
            }
        }
    }

    @Test
    void closeLeavesNoThreadAndNoListener() throws IOException {
        Set<Long> before = new HashSet<>(threads().keySet());
        int port;
        try (var broker = EmbeddedBroker.start(directory, clusterId, 0)) {
            port = Integer.parseInt(broker.bootstrapServers().substring("127.0.0.1:".length()));
        }
        try (var socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        }
        await().untilAsserted(() -> {
            var after = threads();
            after.keySet().removeAll(before);
            assertThat(after.values())
                    .filteredOn(name -> !name.startsWith("awaitility"))
                    .isEmpty();
        });
    }

    private static java.util.Map<Long, String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> !thread.isDaemon())
                .collect(Collectors.toMap(Thread::getId, Thread::getName));
    }

    private static void provision(Cluster cluster) {
        try (Admin admin = cluster.admin()) {
            new TopicProvisioning(admin).apply();
        }
    }

    private static void send(
            org.apache.kafka.clients.producer.Producer<String, byte[]> producer, String key, String value)
            throws ExecutionException, InterruptedException {
        producer.send(record(key, value)).get();
    }

    private static ProducerRecord<String, byte[]> record(String key, String value) {
        return new ProducerRecord<>(
                Topics.SCHEMAS.name(), key, value.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }
}
