package dev.meshlog.schemas;

import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/** A topic's values in single-object encoding; a tombstone is null on both sides. */
@SuppressWarnings(
        "NullAway") // Kafka's interfaces are not annotated: null in, null out is their contract for tombstones.
public final class AvroSerde<T extends SpecificRecordBase> implements Serde<T> {
    private final SingleObject<T> codec;

    public AvroSerde(SingleObject<T> codec) {
        this.codec = codec;
    }

    public SingleObject<T> codec() {
        return codec;
    }

    @Override
    public Serializer<T> serializer() {
        return (topic, value) -> value == null ? null : codec.encode(value);
    }

    @Override
    public Deserializer<T> deserializer() {
        return (topic, bytes) -> decode(bytes);
    }

    private @Nullable T decode(byte @Nullable [] bytes) {
        return bytes == null ? null : codec.decode(bytes);
    }
}
