package dev.meshlog.schemas.json;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.PrintStream;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.MessageFormatter;
import org.jspecify.annotations.Nullable;

/**
 * For {@code kafka-console-consumer --formatter}: any topic of Meshlog as JSON, one record a line. It takes the properties of the console consumer's
 * own formatter but for its deserialisers, and {@code bootstrap.servers} with whatever {@code security.*}, {@code ssl.*} and {@code sasl.*} goes with
 * it: the tool does not hand on the address that it uses itself, and without it schemas that this build does not know stay unknown.
 */
public final class MeshlogFormatter implements MessageFormatter {
    private RecordLine line = RecordLine.of(Map.of());
    private RecordJson json = new RecordJson(null);

    @Override
    public void configure(Map<String, ?> configs) {
        line = RecordLine.of(configs);
        json = new RecordJson(ToolProperties.cluster(configs));
    }

    @Override
    public void writeTo(ConsumerRecord<byte @Nullable [], byte @Nullable []> rec, PrintStream output) {
        output.writeBytes(line.of(rec, json).getBytes(UTF_8));
    }
}
