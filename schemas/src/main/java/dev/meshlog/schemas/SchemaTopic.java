package dev.meshlog.schemas;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.avro.Schema;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;

/**
 * The topic {@code meshlog.schemas}: every writer fills it before its first record, a reader that meets an unknown fingerprint looks there.
 */
public final class SchemaTopic {
    private final Cluster cluster;

    public SchemaTopic(Cluster cluster) {
        this.cluster = cluster;
    }

    /**
     * Writes those of the catalogue's schemas that the topic lacks, and lets {@link Topics#WRITERS} look up the others here. Returns when the
     * cluster has acknowledged them.
     */
    public void publish() {
        publish(Topics.valueSchemas());
        Topics.WRITERS.lookUpWith(this::find);
    }

    void publish(List<Schema> schemas) {
        Set<String> there = new HashSet<>();
        TopicReader.readAll(cluster, Topics.SCHEMAS, rec -> there.add(rec.key()));
        try (Producer<String, byte[]> producer = cluster.producer()) {
            List<Future<RecordMetadata>> writes = schemas.stream()
                    .filter(schema -> !there.contains(key(schema)))
                    .map(schema -> producer.send(new ProducerRecord<>(
                            Topics.SCHEMAS.name(),
                            key(schema),
                            schema.toString().getBytes(UTF_8))))
                    .toList();
            for (Future<RecordMetadata> write : writes) {
                write.get();
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("writing " + Topics.SCHEMAS.name() + ": " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while writing " + Topics.SCHEMAS.name(), e);
        }
    }

    private static String key(Schema schema) {
        return SchemaStore.text(SchemaStore.fingerprint(schema));
    }

    /** Reads the topic; a schema that is not there is not known to this cluster. */
    public Optional<Schema> find(long fingerprint) {
        var found = new Schema[1];
        TopicReader.readAll(cluster, Topics.SCHEMAS, rec -> {
            if (rec.key().equals(SchemaStore.text(fingerprint)) && rec.value() != null) {
                found[0] = new Schema.Parser().parse(rec.value());
            }
        });
        return Optional.ofNullable(found[0]);
    }
}
