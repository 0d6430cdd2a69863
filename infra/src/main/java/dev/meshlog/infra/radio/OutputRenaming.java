package dev.meshlog.infra.radio;

import dev.meshlog.schemas.Topic;
import dev.meshlog.schemas.Topics;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.producer.ProducerInterceptor;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.jspecify.annotations.Nullable;

/**
 * Lets an application write into topics of its own wherever it would write into those of the catalogue. It is made by Kafka's producer, which hands
 * it the producer's configuration. So the topology stays the very one that makes the live tables.
 */
public final class OutputRenaming implements ProducerInterceptor<byte[], byte[]> {
    /** Key of the producer's configuration: what is put before a topic's name. */
    static final String PREFIX = "meshlog.output.prefix";

    private static final Set<String> CATALOGUE =
            Topics.all().stream().map(Topic::name).collect(Collectors.toUnmodifiableSet());

    private String prefix = "";

    @Override
    public void configure(Map<String, ?> configs) {
        Object configured = configs.get(PREFIX);
        if (configured == null) {
            throw new IllegalArgumentException(PREFIX + " is missing: the live topics would be written to");
        }
        prefix = configured.toString();
    }

    @Override
    public ProducerRecord<byte[], byte[]> onSend(ProducerRecord<byte[], byte[]> rec) {
        return CATALOGUE.contains(rec.topic())
                ? new ProducerRecord<>(
                        prefix + rec.topic(), rec.partition(), rec.timestamp(), rec.key(), rec.value(), rec.headers())
                : rec;
    }

    @Override
    public void onAcknowledgement(@Nullable RecordMetadata metadata, @Nullable Exception exception) {}

    @Override
    public void close() {}
}
