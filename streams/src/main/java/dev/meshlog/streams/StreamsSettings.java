package dev.meshlog.streams;

import dev.meshlog.schemas.Topics;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.streams.StreamsConfig;

/** Settings that the applications share; those that differ from Kafka's defaults have their reason beside them. */
public final class StreamsSettings {
    private static final int MIB = 1 << 20;

    private StreamsSettings() {}

    /**
     * For one instance of an application.
     *
     * @param client properties that reach the cluster
     * @param stateDirectory belongs to this instance and is kept between its runs
     * @param instance names this instance among those of the cluster
     */
    public static Properties exactlyOnce(
            Map<String, String> client, String applicationId, Path stateDirectory, String instance) {
        var p = new Properties();
        p.putAll(client);
        p.put(StreamsConfig.APPLICATION_ID_CONFIG, applicationId);
        p.put(StreamsConfig.STATE_DIR_CONFIG, stateDirectory.toString());
        p.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        p.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, 1);
        p.put(StreamsConfig.ENSURE_EXPLICIT_INTERNAL_RESOURCE_NAMING_CONFIG, true);
        // Kafka 5 has it always; until then each start warns when it is not set.
        p.put("processing.exception.handler.global.enabled", true);
        p.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 16 * MIB);
        p.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, BoundedRocksDb.class);
        // Records wake the thread at once; without any, it looks around this often.
        p.put(StreamsConfig.POLL_MS_CONFIG, 500);
        p.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 100);
        // A known member that comes back gets its tasks at once; an unknown one waits for the old session to lapse (45
        // s).
        p.put(StreamsConfig.consumerPrefix(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG), instance);
        p.put(StreamsConfig.consumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG), "earliest");
        p.put(StreamsConfig.mainConsumerPrefix(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG), 2_000);
        p.put(StreamsConfig.restoreConsumerPrefix(ConsumerConfig.MAX_POLL_RECORDS_CONFIG), 10_000);
        p.put(StreamsConfig.restoreConsumerPrefix(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG), 8 * MIB);
        p.put(StreamsConfig.producerPrefix(ProducerConfig.COMPRESSION_TYPE_CONFIG), "lz4");
        p.put(StreamsConfig.producerPrefix(ProducerConfig.MAX_REQUEST_SIZE_CONFIG), Topics.LARGE_RECORD_BYTES);
        p.put(StreamsConfig.producerPrefix(ProducerConfig.LINGER_MS_CONFIG), 5);
        // A killed process leaves its transaction open; its successor aborts it, but readers should not wait long if
        // none comes.
        p.put(StreamsConfig.producerPrefix(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG), 10_000);
        p.put(StreamsConfig.topicPrefix(TopicConfig.MAX_MESSAGE_BYTES_CONFIG), Topics.LARGE_RECORD_BYTES);
        return p;
    }
}
