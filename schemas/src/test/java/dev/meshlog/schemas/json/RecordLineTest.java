package dev.meshlog.schemas.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.reflect.Constructor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.MessageFormatter;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RecordLineTest {
    private static final List<String> COLUMNS = List.of(
            "print.timestamp",
            "print.partition",
            "print.offset",
            "print.delivery",
            "print.epoch",
            "print.headers",
            "print.key",
            "print.value");

    /** Of every selection of columns; the value is a tombstone, as it is all in which the two differ. */
    @Test
    void columnsAreThoseOfKafkasOwnFormatter() throws ReflectiveOperationException {
        for (int selection = 0; selection < 1 << COLUMNS.size(); selection++) {
            var properties = new HashMap<String, String>();
            for (int column = 0; column < COLUMNS.size(); column++) {
                properties.put(COLUMNS.get(column), Boolean.toString((selection >> column & 1) == 1));
            }
            assertThat(line(new MeshlogFormatter(), properties, tombstone()))
                    .as("%s", properties)
                    .isEqualTo(line(kafkasOwn(), properties, tombstone()));
        }
    }

    @Test
    void separatorsAreThoseOfKafkasOwnFormatter() throws ReflectiveOperationException {
        Map<String, String> properties = Map.of(
                "print.key",
                "true",
                "print.headers",
                " TRUE ",
                "key.separator",
                " | ",
                "line.separator",
                "\r\n",
                "headers.separator",
                ";",
                "null.literal",
                "-");
        assertThat(line(new MeshlogFormatter(), properties, tombstone()))
                .isEqualTo(line(kafkasOwn(), properties, tombstone()))
                .isEqualTo("a:1;b:- | gate | -\r\n");
    }

    @Test
    void valueAloneIsShownIfNothingIsAskedFor() {
        assertThat(line(new MeshlogFormatter(), Map.of(), tombstone())).isEqualTo("null\n");
    }

    @Test
    void keyThatIsNoTextIsHex() {
        byte[][] keys = {{(byte) 0xff}, {'a', '\n'}, {(byte) 0xe2, (byte) 0x80, (byte) 0xae}};
        for (byte[] key : keys) {
            String line = line(
                    new MeshlogFormatter(),
                    Map.of("print.key", "true", "print.value", "false"),
                    new ConsumerRecord<>("t", 0, 0, key, null));
            assertThat(line).matches("0x[0-9a-f]+\n");
        }
    }

    private static ConsumerRecord<byte[], byte[]> tombstone() {
        var headers = new RecordHeaders();
        headers.add("a", "1".getBytes(UTF_8));
        headers.add("b", null);
        return new ConsumerRecord<>(
                "radio.links",
                2,
                15,
                1_700_000_000_000L,
                TimestampType.CREATE_TIME,
                4,
                -1,
                "gate".getBytes(UTF_8),
                null,
                headers,
                Optional.of(4));
    }

    private static String line(
            MessageFormatter formatter, Map<String, String> properties, ConsumerRecord<byte[], byte @Nullable []> rec) {
        formatter.configure(properties);
        var out = new ByteArrayOutputStream();
        try (var stream = new PrintStream(out, false, UTF_8)) {
            formatter.writeTo(rec, stream);
        }
        return out.toString(UTF_8);
    }

    /** The class that the console consumer takes when none is named; it is not public. */
    private static MessageFormatter kafkasOwn() throws ReflectiveOperationException {
        Constructor<?> constructor = Class.forName("org.apache.kafka.tools.consumer.DefaultMessageFormatter")
                .getDeclaredConstructor();
        constructor.setAccessible(true);
        return (MessageFormatter) constructor.newInstance();
    }
}
