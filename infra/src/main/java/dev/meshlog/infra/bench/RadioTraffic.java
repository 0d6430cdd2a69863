package dev.meshlog.infra.bench;

import dev.meshlog.infra.broker.EmbeddedBroker;
import dev.meshlog.infra.topics.TopicProvisioning;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.SchemaTopic;
import dev.meshlog.schemas.Topics;
import dev.meshlog.streams.StreamsApp;
import dev.meshlog.streams.radio.ChannelKeys;
import dev.meshlog.streams.radio.RadioSettings;
import dev.meshlog.streams.radio.RadioStreamsConfig;
import dev.meshlog.streams.radio.RadioTopology;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Named;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;

/** The frames of a busy mesh in a broker of this process, and applications that read them all, each from an empty directory. */
final class RadioTraffic implements AutoCloseable {
    private static final String STORE = "stored";
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration START = Duration.ofSeconds(60);

    private final Path directory;
    private final EmbeddedBroker broker;
    private final Cluster cluster;
    private final int packets;
    private int runs;

    /** @param cpuMicros of the whole process for one packet, the broker in it included */
    record Speed(double rate, double cpuMicros) {}

    private RadioTraffic(Path directory, int packets) {
        this.directory = directory;
        this.packets = packets;
        this.broker = EmbeddedBroker.start(
                directory.resolve("broker"), Uuid.randomUuid().toString(), 0);
        this.cluster = Cluster.at(broker.bootstrapServers());
    }

    static RadioTraffic create(int packets, Clock clock) throws Exception {
        var traffic = new RadioTraffic(Files.createTempDirectory("meshlog-bench"), packets);
        try (Admin admin = traffic.cluster.admin();
                Producer<String, byte[]> producer = traffic.cluster.producer()) {
            new TopicProvisioning(admin).apply();
            new SchemaTopic(traffic.cluster).publish();
            var mesh = new BusyMesh(clock.instant());
            for (int i = 0; i < packets; i++) {
                var frame = mesh.next();
                Future<RecordMetadata> sent = producer.send(new ProducerRecord<>(
                        Topics.FRAMES.name(), frame.getLink(), Cluster.encode(Topics.FRAMES, frame)));
                if (i == 0) {
                    // A new topic may refuse its first batch for a moment, and would take the second before it.
                    sent.get();
                }
            }
            producer.flush();
            return traffic;
        } catch (Exception e) {
            traffic.close();
            throw e;
        }
    }

    /** Until every packet is on {@code radio.packets}. */
    Speed tables() throws Exception {
        var topology = new RadioTopology(RadioSettings.of(new ChannelKeys(List.of()))).get();
        return measure(topology, properties(application()), Topics.PACKETS.name());
    }

    /** Until every frame is in the changelog. */
    Speed stored() throws Exception {
        String application = application();
        String changelog = application + "-" + STORE + "-changelog";
        try (Admin admin = cluster.admin()) {
            admin.createTopics(
                            List.of(new NewTopic(changelog, Optional.of(Topics.FRAMES.partitions()), Optional.empty())))
                    .all()
                    .get();
        }
        return measure(storing(), properties(application), changelog);
    }

    private String application() {
        return "bench-" + ++runs;
    }

    /** Those of the radio tables for both. */
    private Properties properties(String application) {
        Properties properties =
                new RadioStreamsConfig(cluster.properties(), directory.resolve(application), "bench", 1).properties();
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, application);
        return properties;
    }

    /** From the first committed transaction on: what comes before, such as joining the group, is left out. */
    private Speed measure(Topology topology, Properties properties, String output) throws Exception {
        List<TopicPartition> partitions = IntStream.range(0, Topics.PACKETS.partitions())
                .mapToObj(partition -> new TopicPartition(output, partition))
                .toList();
        try (Consumer<String, byte[]> consumer = cluster.undecodedConsumer();
                var app = new StreamsApp("bench", topology, properties)) {
            consumer.assign(partitions);
            consumer.seekToEnd(partitions);
            partitions.forEach(consumer::position);
            app.start();
            if (!app.awaitRunning(START)) {
                throw new IllegalStateException(
                        "the application did not start", app.failure().orElse(null));
            }
            int first = 0;
            int count = 0;
            var clock = new Spent.Clock();
            while (count < packets) {
                count += consumer.poll(POLL).count();
                if (first == 0 && count > 0) {
                    first = count;
                    clock = new Spent.Clock();
                }
                if (app.failure().isPresent()) {
                    throw new IllegalStateException(app.failure().get());
                }
            }
            Spent spent = clock.stop();
            int counted = packets - first;
            return new Speed(counted / spent.seconds(), spent.cpuSeconds() * 1e6 / counted);
        }
    }

    private static Topology storing() {
        var builder = new StreamsBuilder();
        builder.addStateStore(
                Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore(STORE), Serdes.Bytes(), Serdes.ByteArray()));
        builder.stream(
                        Topics.FRAMES.name(),
                        Consumed.with(Serdes.String(), Serdes.ByteArray()).withName("frames"))
                .process(Storing::new, Named.as("store-frame"), STORE);
        return builder.build();
    }

    /** Under a key of its own each. */
    private static final class Storing extends ContextualProcessor<String, byte[], Void, Void> {
        private long frames;

        @SuppressWarnings("NullAway.Init") // Kafka Streams calls init before anything else.
        private KeyValueStore<Bytes, byte[]> store;

        @Override
        public void init(ProcessorContext<Void, Void> context) {
            super.init(context);
            store = context.getStateStore(STORE);
        }

        @Override
        public void process(Record<String, byte[]> rec) {
            byte[] key = ByteBuffer.allocate(Long.BYTES).putLong(frames++).array();
            store.put(Bytes.wrap(key), rec.value());
        }
    }

    @Override
    public void close() {
        broker.close();
        SnapshotFixture.delete(directory);
    }
}
