package dev.meshlog.streams.radio;

import dev.meshlog.streams.StreamsSettings;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.StreamsConfig;

/**
 * What the radio topology runs with.
 *
 * @param client properties that reach the cluster
 * @param stateDirectory belongs to one instance and is kept between its runs
 * @param instance names this instance among those of the cluster; with the same name it takes up its work at once after a restart
 * @param threads 1 or 2
 */
public record RadioStreamsConfig(Map<String, String> client, Path stateDirectory, String instance, int threads) {
    public static final String APPLICATION_ID = "meshlog-radio";

    private static final long CACHE_BYTES = 4 << 20;
    private static final int BATCH_BYTES = 64 << 10;

    public RadioStreamsConfig {
        client = Map.copyOf(client);
        if (threads < 1 || threads > 2) {
            throw new IllegalArgumentException("the radio topology runs with 1 or 2 threads, not " + threads);
        }
    }

    public Properties properties() {
        Properties properties = StreamsSettings.exactlyOnce(client, APPLICATION_ID, stateDirectory, instance);
        properties.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, threads);
        properties.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 200);
        // For the stores that change with almost every packet: their changelogs get one record a key and transaction.
        // What is published does not wait for it: the processors forward it themselves.
        properties.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, CACHE_BYTES);
        // Decisions and frames, or outcomes of several kinds, come to the same in any order: none waits for the other.
        properties.put(StreamsConfig.MAX_TASK_IDLE_MS_CONFIG, StreamsConfig.MAX_TASK_IDLE_MS_DISABLED);
        // Nobody sees a record before its transaction ends, and that sends what still waits.
        properties.put(StreamsConfig.producerPrefix(ProducerConfig.LINGER_MS_CONFIG), 100);
        properties.put(StreamsConfig.producerPrefix(ProducerConfig.BATCH_SIZE_CONFIG), BATCH_BYTES);
        properties.put(StreamsConfig.BUFFERED_RECORDS_PER_PARTITION_CONFIG, 2000);
        properties.put(StreamsConfig.mainConsumerPrefix(ConsumerConfig.MAX_POLL_RECORDS_CONFIG), 2000);
        return properties;
    }
}
