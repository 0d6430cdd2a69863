package dev.meshlog.schemas.testing;

import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.Topic;
import dev.meshlog.schemas.TopicReader;
import dev.meshlog.schemas.Topics;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/** A broker of one node, for the tests of one class. */
public final class TestBroker implements AutoCloseable {
    private final Properties properties;
    private final Cluster cluster;
    private KafkaRaftServer server;
    private boolean hasTopics;

    private TestBroker(Properties properties, Cluster cluster) {
        this.properties = properties;
        this.cluster = cluster;
        this.server = started(properties);
    }

    /** Without any topic yet. */
    public static TestBroker start(Path directory) throws Exception {
        int port = freePort();
        int controllerPort = freePort();
        var formatter = new Formatter()
                .setNodeId(1)
                .setClusterId(Uuid.randomUuid().toString())
                .addDirectory(directory.toString())
                .setMetadataLogDirectory(directory.toString())
                .setControllerListenerName("CONTROLLER")
                .setIgnoreFormatted(true);
        formatter.run();
        return new TestBroker(properties(directory, port, controllerPort), Cluster.at("127.0.0.1:" + port));
    }

    /** With the topics of the catalogue, empty. */
    public static TestBroker startWithTopics(Path directory) throws Exception {
        var broker = start(directory);
        broker.recreateTopics();
        return broker;
    }

    private static KafkaRaftServer started(Properties properties) {
        var server = new KafkaRaftServer(KafkaConfig.fromProps(properties, false), Time.SYSTEM);
        server.startup();
        return server;
    }

    /** Until {@link #restart}. */
    public void stop() {
        server.shutdown();
        server.awaitShutdown();
    }

    /** Comes back at the same address with everything that it had. */
    public void restart() {
        server = started(properties);
    }

    public Cluster cluster() {
        return cluster;
    }

    /** The topics of the catalogue, empty: those that are there are deleted first. */
    public void recreateTopics() {
        try (Admin admin = cluster.admin()) {
            if (hasTopics) {
                List<String> names = Topics.all().stream().map(Topic::name).toList();
                get(() -> admin.deleteTopics(names).all().get());
            }
            List<NewTopic> topics = Topics.all().stream()
                    .map(topic -> new NewTopic(topic.name(), topic.partitions(), (short) 1).configs(topic.configs()))
                    .toList();
            create(admin, topics);
            hasTopics = true;
        }
    }

    /** Makes one topic of the catalogue; one that is there is deleted first and has another id then. */
    public void recreate(Topic<String, ?> topic) {
        try (Admin admin = cluster.admin()) {
            if (get(() -> admin.listTopics().names().get()).contains(topic.name())) {
                get(() -> admin.deleteTopics(List.of(topic.name())).all().get());
            }
            var again = new NewTopic(topic.name(), topic.partitions(), (short) 1).configs(topic.configs());
            create(admin, List.of(again));
        }
    }

    /** The log begins at the offset from now on. */
    public void deleteBefore(Topic<String, ?> topic, int partition, long offset) {
        var where = Map.of(new TopicPartition(topic.name(), partition), RecordsToDelete.beforeOffset(offset));
        try (Admin admin = cluster.admin()) {
            get(() -> admin.deleteRecords(where).all().get());
        }
    }

    /** Writes one record outside any transaction; returns its offset. */
    public long write(Topic<String, ?> topic, String key, byte @Nullable [] value) {
        try (var producer = cluster.producer()) {
            return get(() -> producer.send(new ProducerRecord<String, byte @Nullable []>(topic.name(), key, value))
                            .get())
                    .offset();
        }
    }

    /** Every committed record, tombstones included. */
    public <V> List<ConsumerRecord<String, V>> records(Topic<String, V> topic) {
        var records = new ArrayList<ConsumerRecord<String, V>>();
        TopicReader.readAll(cluster, topic, records::add);
        return records;
    }

    /** The same with the values as they are. */
    public List<ConsumerRecord<String, byte[]>> undecoded(Topic<String, ?> topic) {
        var records = new ArrayList<ConsumerRecord<String, byte[]>>();
        TopicReader.readAllUndecoded(cluster, topic, records::add);
        return records;
    }

    public <V> List<V> values(Topic<String, V> topic) {
        return records(topic).stream().map(ConsumerRecord::value).toList();
    }

    /** Those of one key, in their order. */
    public <V> List<V> values(Topic<String, V> topic, String key) {
        return records(topic).stream()
                .filter(rec -> key.equals(rec.key()))
                .map(ConsumerRecord::value)
                .toList();
    }

    /** The newest value of every key that has one. */
    public <V> Map<String, V> table(Topic<String, V> topic) {
        var table = new HashMap<String, V>();
        for (ConsumerRecord<String, V> rec : records(topic)) {
            if (rec.value() == null) {
                table.remove(rec.key());
            } else {
                table.put(rec.key(), rec.value());
            }
        }
        return table;
    }

    @Override
    public void close() {
        stop();
    }

    /** Returns when the broker serves every partition, which is a little after it has said that they exist. */
    private static void create(Admin admin, List<NewTopic> topics) {
        Map<String, Uuid> ids = new HashMap<>();
        get(() -> {
            var created = admin.createTopics(topics);
            created.all().get();
            for (NewTopic topic : topics) {
                ids.put(topic.name(), created.topicId(topic.name()).get());
            }
            return ids;
        });
        Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> isServed(admin, topics, ids));
    }

    private static boolean isServed(Admin admin, List<NewTopic> topics, Map<String, Uuid> ids)
            throws InterruptedException {
        try {
            Map<String, TopicDescription> there =
                    admin.describeTopics(ids.keySet()).allTopicNames().get();
            if (!there.values().stream().allMatch(topic -> topic.topicId().equals(ids.get(topic.name())))) {
                return false;
            }
            var ends = new HashMap<TopicPartition, OffsetSpec>();
            for (NewTopic topic : topics) {
                for (int partition = 0; partition < topic.numPartitions(); partition++) {
                    ends.put(new TopicPartition(topic.name(), partition), OffsetSpec.latest());
                }
            }
            return admin.listOffsets(ends).all().get().values().stream().allMatch(end -> end.offset() == 0);
        } catch (ExecutionException e) {
            return false;
        }
    }

    /** An answer of the cluster. */
    @FunctionalInterface
    private interface Answer<T> {
        T get() throws ExecutionException, InterruptedException;
    }

    private static <T> T get(Answer<T> answer) {
        try {
            return answer.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static Properties properties(Path directory, int port, int controllerPort) {
        var properties = new Properties();
        properties.put("process.roles", "broker,controller");
        properties.put("node.id", "1");
        properties.put("controller.quorum.voters", "1@127.0.0.1:" + controllerPort);
        properties.put("listeners", "PLAINTEXT://127.0.0.1:" + port + ",CONTROLLER://127.0.0.1:" + controllerPort);
        properties.put("advertised.listeners", "PLAINTEXT://127.0.0.1:" + port);
        properties.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
        properties.put("inter.broker.listener.name", "PLAINTEXT");
        properties.put("controller.listener.names", "CONTROLLER");
        properties.put("log.dirs", directory.toString());
        properties.put("offsets.topic.replication.factor", "1");
        properties.put("offsets.topic.num.partitions", "1");
        properties.put("transaction.state.log.replication.factor", "1");
        properties.put("transaction.state.log.min.isr", "1");
        properties.put("transaction.state.log.num.partitions", "1");
        properties.put("group.initial.rebalance.delay.ms", "0");
        properties.put("auto.create.topics.enable", "false");
        properties.put("log.cleaner.dedupe.buffer.size", "16777216");
        return properties;
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
