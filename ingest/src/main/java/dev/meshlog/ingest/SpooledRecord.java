package dev.meshlog.ingest;

import dev.meshlog.schemas.Topics;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * A record for Kafka, as it lies in a spool. The key is always the link's name.
 *
 * <pre>
 *   topic u8 | time of the record, milliseconds u64 | value
 * </pre>
 */
final class SpooledRecord {
    /** The place in this list is written: it is only added to. */
    private static final List<String> TOPICS = List.of(
            Topics.FRAMES.name(),
            Topics.RADIO_REJECTED.name(),
            Topics.LINKS.name(),
            Topics.KEY_PUSHES.name(),
            Topics.SENT.name());

    private SpooledRecord() {}

    static byte[] encode(ProducerRecord<byte[], byte[]> record) {
        return ByteBuffer.allocate(1 + Long.BYTES + record.value().length)
                .put((byte) TOPICS.indexOf(record.topic()))
                .putLong(record.timestamp())
                .put(record.value())
                .array();
    }

    /** @param key the link's name */
    static ProducerRecord<byte[], byte[]> decode(byte[] key, ByteBuffer content) {
        String topic = TOPICS.get(content.get());
        long timestamp = content.getLong();
        byte[] value = new byte[content.remaining()];
        content.get(value);
        return new ProducerRecord<>(topic, null, timestamp, key, value);
    }
}
