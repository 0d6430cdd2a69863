package dev.meshlog.infra.bench;

import com.google.protobuf.ByteString;
import dev.meshlog.infra.broker.EmbeddedBroker;
import dev.meshlog.infra.topics.TopicProvisioning;
import dev.meshlog.ingest.IngestApp;
import dev.meshlog.ingest.IngestConfig;
import dev.meshlog.ingest.LinkConfig;
import dev.meshlog.ingest.SpoolLevel;
import dev.meshlog.ingest.radio.RadioLinks;
import dev.meshlog.ingest.radio.Timing;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.radio.FrameKind;
import dev.meshlog.schemas.radio.RadioFrame;
import dev.meshlog.schemas.radio.SourcePosition;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * The way of a frame from a radio's socket through the spool until Kafka has acknowledged it and the spool has let it go; the limit is a producer
 * that is given the same records ready made. Broker, radio and ingest share this process.
 */
final class IngestBench implements Bench {
    private static final String LINK = "bench";
    private static final long LOOK_AGAIN_NANOS = 1_000_000;

    @Override
    public String name() {
        return "ingest";
    }

    @Override
    public String sentence() {
        return "frames from a socket to acknowledged in Kafka, against a bare producer; the size is frames (50,000)";
    }

    @Override
    public void run(BenchSettings settings, Consumer<Figure> figures) throws Exception {
        Path directory = Files.createTempDirectory("meshlog-bench");
        try (EmbeddedBroker broker = EmbeddedBroker.start(
                        directory.resolve("broker"), Uuid.randomUuid().toString(), 0);
                var radio = new BenchRadio(1)) {
            Cluster cluster = Cluster.at(broker.bootstrapServers());
            try (Admin admin = cluster.admin()) {
                new TopicProvisioning(admin).apply();
            }
            var link = new LinkConfig(
                    LINK,
                    LINK,
                    RadioLinks.tcp("127.0.0.1", radio.port(), Timing.DEFAULT, LinkConfig.Live.DEFAULT_SPOOL_BYTES));
            var config = new IngestConfig(
                    cluster.properties(), List.of(link), directory.resolve("spools"), settings.clock());
            int times = Math.max(1, settings.sizeOr(50_000) / radio.messages().size());
            int frames = times * radio.messages().size();
            try (var app = new IngestApp(config);
                    var producer = bare(cluster)) {
                app.start();
                List<byte[]> values = radio.messages().stream()
                        .map(message -> value(message, settings))
                        .toList();
                new Interleaving(name(), "frames", settings)
                        .compare(
                                "tcp",
                                () -> ingest(app, radio, times, frames),
                                () -> produce(producer, values, times, frames),
                                figures);
            }
        } finally {
            SnapshotFixture.delete(directory);
        }
    }

    private static long ingest(IngestApp app, BenchRadio radio, int times, int frames) throws Exception {
        radio.speak(0);
        awaitKept(app, 0);
        long before = app.spool(LINK).map(SpoolLevel::messages).orElse(0L);
        radio.speak(times);
        awaitKept(app, before + frames);
        return frames;
    }

    private static void awaitKept(IngestApp app, long messages) {
        while (app.spool(LINK)
                .filter(level -> level.messages() >= messages && level.waitingBytes() == 0)
                .isEmpty()) {
            if (app.state(LINK).isFinal()) {
                throw new IllegalStateException("the link of the bench is " + app.state(LINK));
            }
            LockSupport.parkNanos(LOOK_AGAIN_NANOS);
        }
    }

    private static long produce(KafkaProducer<byte[], byte[]> producer, List<byte[]> values, int times, int frames)
            throws Exception {
        byte[] key = LINK.getBytes(StandardCharsets.UTF_8);
        var sent = new ArrayList<Future<RecordMetadata>>(frames);
        for (int i = 0; i < times; i++) {
            values.forEach(value -> sent.add(producer.send(new ProducerRecord<>(Topics.FRAMES.name(), key, value))));
        }
        producer.flush();
        for (Future<RecordMetadata> each : sent) {
            each.get();
        }
        return frames;
    }

    /** With the settings of a link's producer, without its transactions. */
    private static KafkaProducer<byte[], byte[]> bare(Cluster cluster) {
        Map<String, Object> properties = new HashMap<>(cluster.properties());
        properties.put(ProducerConfig.ACKS_CONFIG, "all");
        properties.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
        properties.put(ProducerConfig.LINGER_MS_CONFIG, 5);
        properties.put(ProducerConfig.BATCH_SIZE_CONFIG, 128 << 10);
        return new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
    }

    private static byte[] value(ByteString message, BenchSettings settings) {
        return Cluster.encode(
                Topics.FRAMES,
                new RadioFrame(
                        LINK,
                        LINK,
                        FrameKind.FROM_RADIO,
                        settings.clock().instant(),
                        new SourcePosition(Uuid.randomUuid().toString(), 1L << 40),
                        null,
                        message.asReadOnlyByteBuffer(),
                        List.of(),
                        false));
    }
}
