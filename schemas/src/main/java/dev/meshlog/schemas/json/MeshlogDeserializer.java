package dev.meshlog.schemas.json;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;

/**
 * For tools that take a deserialiser: values as JSON text, keys as text. A consumer hands its own properties on, {@code bootstrap.servers} among them;
 * {@code kafka-console-consumer} only those that begin with {@code value.deserializer.}, without that prefix.
 */
@SuppressWarnings("NullAway") // Kafka's interface is not annotated: null in, null out is its contract for tombstones.
public final class MeshlogDeserializer implements Deserializer<String> {
    /** What the console consumer's formatter passes in place of a null. No record looks like it: they all begin with C3 01. */
    private static final byte[] NULL_LITERAL = "null".getBytes(StandardCharsets.UTF_8);

    private RecordJson json = new RecordJson(null);
    private boolean keys;

    @Override
    public void configure(Map<String, ?> configs, boolean isKey) {
        json = new RecordJson(ToolProperties.cluster(configs));
        keys = isKey;
    }

    @Override
    public @Nullable String deserialize(String topic, byte @Nullable [] data) {
        if (data == null) {
            return null;
        }
        if (keys) {
            return PlainText.of(data);
        }
        return json.value(topic, Arrays.equals(data, NULL_LITERAL) ? null : data);
    }
}
