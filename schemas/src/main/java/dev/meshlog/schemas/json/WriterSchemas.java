package dev.meshlog.schemas.json;

import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.MalformedRecordException;
import dev.meshlog.schemas.SchemaStore;
import dev.meshlog.schemas.SchemaTopic;
import dev.meshlog.schemas.Topics;
import java.util.Optional;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/** The schemas of this build, and with a cluster those of its {@code meshlog.schemas}. One thread at a time. */
final class WriterSchemas {
    private final SchemaStore store = new SchemaStore();
    private final boolean lookedUp;
    private @Nullable String failure;

    /** @param cluster where a fingerprint is looked up that this build does not know, if anywhere */
    WriterSchemas(@Nullable Cluster cluster) {
        Topics.valueSchemas().forEach(store::add);
        lookedUp = cluster != null;
        if (cluster != null) {
            var topic = new SchemaTopic(cluster);
            store.lookUpWith(fingerprint -> find(topic, fingerprint));
        }
    }

    /** @throws MalformedRecordException when nobody knows it; the message says who was asked */
    Schema of(long fingerprint) {
        return store.find(fingerprint)
                .orElseThrow(() -> new MalformedRecordException("no schema with fingerprint %s: %s"
                        .formatted(
                                SchemaStore.text(fingerprint),
                                !lookedUp
                                        ? "this build does not know it, and without bootstrap.servers it can't be looked up in "
                                                + Topics.SCHEMAS.name()
                                        : failure == null ? Topics.SCHEMAS.name() + " does not have it" : failure)));
    }

    /** A topic that can't be read is like one without the schema: the next records are shown all the same. */
    private Optional<Schema> find(SchemaTopic topic, long fingerprint) {
        try {
            failure = null;
            return topic.find(fingerprint);
        } catch (KafkaException | AvroRuntimeException e) {
            failure = "%s can't be read: %s".formatted(Topics.SCHEMAS.name(), e.getMessage());
            return Optional.empty();
        }
    }
}
