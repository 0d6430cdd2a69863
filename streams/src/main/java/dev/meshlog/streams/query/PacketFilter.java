package dev.meshlog.streams.query;

import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.radio.RadioPacket;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Which packets are wanted; null: whatever it is.
 *
 * @param sender {@code network/!hex}
 */
public record PacketFilter(
        @Nullable String sender,
        @Nullable String network,
        @Nullable Integer port) implements Predicate<ConsumerRecord<String, byte[]>> {
    @Override
    public boolean test(ConsumerRecord<String, byte[]> rec) {
        String key = rec.key() == null ? "" : rec.key();
        if ((sender != null && !key.equals(sender)) || (network != null && !key.startsWith(network + "/!"))) {
            return false;
        }
        return port == null || port.equals(port(rec));
    }

    private static @Nullable Integer port(ConsumerRecord<String, byte[]> rec) {
        try {
            RadioPacket packet = Topics.PACKETS.values().deserializer().deserialize(rec.topic(), rec.value());
            return packet == null ? null : packet.getPortNum();
        } catch (RuntimeException e) {
            return null;
        }
    }
}
