package dev.meshlog.streams.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class LogCursorTest {
    @Test
    void textIsReadAsTheSamePlace() {
        LogCursor cursor = LogCursor.of(Map.of(
                new TopicPartition("radio.alerts", 1), 12L,
                new TopicPartition("radio.alerts", 0), 0L,
                new TopicPartition("radio.links", 0), 7L));
        assertThat(cursor).hasToString("radio.alerts:0.12,radio.links:7");
        assertThat(LogCursor.parse(cursor.toString())).isEqualTo(cursor);
        assertThat(cursor.behind("radio.links", 0, 7)).hasToString("radio.alerts:0.12,radio.links:8");
    }

    @Test
    void otherTextIsRefused() {
        for (String text : new String[] {"", "x", "radio.alerts:", "radio.alerts:1.", "radio.alerts:-1", "a:1,,b:1"}) {
            assertThatThrownBy(() -> LogCursor.parse(text)).as(text).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
