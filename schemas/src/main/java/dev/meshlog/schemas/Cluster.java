package dev.meshlog.schemas;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/**
 * A Kafka cluster as its clients reach it, and the client settings that every part of Meshlog uses.
 *
 * @param properties ordinary Kafka client properties, {@code bootstrap.servers} among them
 */
public record Cluster(Map<String, String> properties) {
    private static final int MIB = 1 << 20;

    public Cluster {
        properties = Map.copyOf(properties);
        if (!properties.containsKey(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG)) {
            throw new IllegalArgumentException("the Kafka client properties do not say bootstrap.servers");
        }
    }

    public static Cluster at(String bootstrapServers) {
        return new Cluster(Map.of(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers));
    }

    /**
     * A cluster from a command line.
     *
     * @param configFile ordinary Kafka client properties, if any; the address wins over the one in the file
     * @throws UncheckedIOException when the file can't be read
     */
    public static Cluster of(@Nullable String bootstrapServers, @Nullable Path configFile) {
        var properties = new HashMap<String, String>();
        if (configFile != null) {
            var file = new Properties();
            try (Reader reader = Files.newBufferedReader(configFile)) {
                file.load(reader);
            } catch (IOException e) {
                throw new UncheckedIOException("Kafka client properties " + configFile + " can't be read: " + e, e);
            }
            file.stringPropertyNames().forEach(name -> properties.put(name, file.getProperty(name)));
        }
        if (bootstrapServers != null) {
            properties.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        }
        return new Cluster(properties);
    }

    public String bootstrapServers() {
        return Objects.requireNonNull(properties.get(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG));
    }

    public Admin admin() {
        return Admin.create(new HashMap<>(properties));
    }

    /** What every producer uses: acknowledged by all replicas, idempotent, batches worth compressing. */
    public Map<String, Object> producerConfig() {
        var config = new HashMap<String, Object>(properties);
        config.put(ProducerConfig.ACKS_CONFIG, "all");
        config.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
        config.put(ProducerConfig.BATCH_SIZE_CONFIG, 256 << 10);
        config.put(ProducerConfig.LINGER_MS_CONFIG, 5);
        config.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, Topics.LARGE_RECORD_BYTES);
        return config;
    }

    /**
     * A producer whose transactions fence those of an earlier producer with the same id.
     *
     * @param transactionalId unique to the one process that may write these records
     */
    public Producer<String, byte[]> transactionalProducer(String transactionalId) {
        return transactionalProducer(transactionalId, Duration.ofSeconds(10));
    }

    /** @param timeout after which the cluster aborts a transaction; until then readers may have to wait for a process that died */
    public Producer<String, byte[]> transactionalProducer(String transactionalId, Duration timeout) {
        var config = producerConfig();
        config.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, transactionalId);
        config.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, (int) timeout.toMillis());
        return new KafkaProducer<>(config, new StringSerializer(), new ByteArraySerializer());
    }

    public Producer<String, byte[]> producer() {
        return new KafkaProducer<>(producerConfig(), new StringSerializer(), new ByteArraySerializer());
    }

    /** What every consumer uses: committed records only, and never a silent jump when its offset is gone. */
    public Map<String, Object> consumerConfig() {
        var config = new HashMap<String, Object>(properties);
        config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        config.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        // Data come at once whatever this is; without any, it is how often an idle consumer asks.
        config.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 2_000);
        config.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 5_000);
        config.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, 4 * MIB);
        config.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, 16 * MIB);
        return config;
    }

    /** A consumer of one topic's values, for {@code assign()}: it belongs to no group. */
    public <V> Consumer<String, V> consumer(Topic<String, V> topic) {
        return new KafkaConsumer<>(
                consumerConfig(), new StringDeserializer(), topic.values().deserializer());
    }

    /** A consumer of values as they are, for readers that go on behind one that can't be decoded. */
    public Consumer<String, byte[]> undecodedConsumer() {
        return new KafkaConsumer<>(configToEnd(), new StringDeserializer(), new ByteArrayDeserializer());
    }

    /**
     * The same for a reader that stops at the end: it has nothing to idle for, and closing waits for the fetch that is under way, which asks for
     * what is not there yet.
     */
    public <V> Consumer<String, V> consumerToEnd(Topic<String, V> topic) {
        return new KafkaConsumer<>(
                configToEnd(), new StringDeserializer(), topic.values().deserializer());
    }

    private Map<String, Object> configToEnd() {
        var config = consumerConfig();
        config.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 50);
        return config;
    }

    /** Bytes of a record's value in its topic's encoding. */
    public static <V extends SpecificRecordBase> byte[] encode(Topic<String, V> topic, V value) {
        return topic.values().serializer().serialize(topic.name(), value);
    }
}
