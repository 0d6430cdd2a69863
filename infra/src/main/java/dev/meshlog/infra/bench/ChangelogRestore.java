package dev.meshlog.infra.bench;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.StateKey;
import dev.meshlog.ledger.execution.LedgerObject;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.streams.StreamsSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Named;
import org.apache.kafka.streams.processor.StateRestoreListener;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.Stores;

/**
 * The same objects in a key-value store of Kafka Streams with exactly-once processing: after kill −9 it throws its directory away and restores the store
 * from the changelog's first offset. Here each restore begins with an empty directory.
 */
final class ChangelogRestore {
    private static final String APPLICATION = "bench";
    private static final String STORE = "objects";
    private static final String INPUT = "bench.input";
    private static final String CHANGELOG = APPLICATION + "-" + STORE + "-changelog";

    /** Kafka's default. The embedded broker's segments are smaller, and only closed segments are compacted. */
    private static final int SEGMENT_BYTES = 1 << 30;

    private final Cluster cluster;
    private final long objects;
    private final long records;

    private ChangelogRestore(Cluster cluster, long objects, long records) {
        this.cluster = cluster;
        this.objects = objects;
        this.records = records;
    }

    /** Writes the changelog: every object once, then every object again. */
    static ChangelogRestore create(Cluster cluster, int objects, int writes) throws Exception {
        try (Admin admin = cluster.admin()) {
            admin.createTopics(List.of(
                            new NewTopic(INPUT, Optional.of(1), Optional.empty()),
                            new NewTopic(CHANGELOG, Optional.of(1), Optional.empty())
                                    .configs(Map.of(
                                            TopicConfig.CLEANUP_POLICY_CONFIG,
                                            TopicConfig.CLEANUP_POLICY_COMPACT,
                                            TopicConfig.SEGMENT_BYTES_CONFIG,
                                            Integer.toString(SEGMENT_BYTES)))))
                    .all()
                    .get();
        }
        var random = new Random(4);
        try (var producer =
                new KafkaProducer<>(cluster.producerConfig(), new ByteArraySerializer(), new ByteArraySerializer())) {
            for (int version = 1; version <= writes; version++) {
                for (int object = 0; object < objects; object++) {
                    Future<RecordMetadata> sent = producer.send(write(object, version, random));
                    if (version == 1 && object == 0) {
                        // A new topic may refuse its first batch for a moment, and would take the second before it.
                        sent.get();
                    }
                }
            }
        }
        return new ChangelogRestore(cluster, objects, (long) objects * writes);
    }

    private static ProducerRecord<byte[], byte[]> write(int object, int version, Random random) {
        var content = new LedgerObject.Content(SnapshotFixture.content(random));
        return new ProducerRecord<>(
                CHANGELOG,
                StateKey.object(SnapshotFixture.id(object)),
                new LedgerObject(version, Hash.ZERO, content).encode());
    }

    /** From the first record to the last; what comes before, such as joining the group, is left out. */
    Spent withDefaults(Path directory) throws Exception {
        var properties = new Properties();
        properties.putAll(cluster.properties());
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, APPLICATION);
        properties.put(StreamsConfig.STATE_DIR_CONFIG, directory.toString());
        properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        // Else the next start waits until the session of this one has lapsed.
        properties.put(StreamsConfig.consumerPrefix(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG), APPLICATION);
        return restore(properties);
    }

    /** With the restore consumer of our own applications, and RocksDB set for loading. */
    Spent tuned(Path directory) throws Exception {
        var properties = StreamsSettings.exactlyOnce(cluster.properties(), APPLICATION, directory, APPLICATION);
        properties.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, BulkRocksDb.class);
        return restore(properties);
    }

    private Spent restore(Properties properties) throws Exception {
        var restored = new Restored(objects, records);
        try (var streams = new KafkaStreams(topology(), properties)) {
            streams.setGlobalStateRestoreListener(restored);
            streams.setUncaughtExceptionHandler(thrown -> {
                restored.result.completeExceptionally(thrown);
                return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
            });
            streams.start();
            return restored.result.get();
        }
    }

    private static Topology topology() {
        var builder = new StreamsBuilder();
        builder.addStateStore(Stores.keyValueStoreBuilder(
                Stores.persistentKeyValueStore(STORE), Serdes.ByteArray(), Serdes.ByteArray()));
        builder.stream(
                        INPUT,
                        Consumed.with(Serdes.ByteArray(), Serdes.ByteArray()).withName("input"))
                .process(Idle::new, Named.as("hold-objects"), STORE);
        return builder.build();
    }

    /** Has the store, and nothing to do: its input is empty. */
    private static final class Idle extends ContextualProcessor<byte[], byte[], Void, Void> {
        @Override
        public void process(Record<byte[], byte[]> rec) {}
    }

    /** Called by the thread that restores. */
    private static final class Restored implements StateRestoreListener {
        private final CompletableFuture<Spent> result = new CompletableFuture<>();
        private final long least;
        private final long most;
        private Spent.Clock clock = new Spent.Clock();

        /** @param least when all but the newest of each object are compacted away */
        Restored(long least, long most) {
            this.least = least;
            this.most = most;
        }

        @Override
        public void onRestoreStart(TopicPartition partition, String store, long startingOffset, long endingOffset) {
            clock = new Spent.Clock();
        }

        @Override
        public void onBatchRestored(TopicPartition partition, String store, long batchEndOffset, long numRestored) {}

        @Override
        public void onRestoreEnd(TopicPartition partition, String store, long totalRestored) {
            Spent spent = clock.stop();
            if (totalRestored < least || totalRestored > most) {
                result.completeExceptionally(new IllegalStateException(
                        "%d records were restored, not %d to %d".formatted(totalRestored, least, most)));
            } else {
                result.complete(spent);
            }
        }
    }
}
