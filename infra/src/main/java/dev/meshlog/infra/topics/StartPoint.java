package dev.meshlog.infra.topics;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.TopicPartition;

/** Where reading a topic begins, in each of its partitions. */
public sealed interface StartPoint {
    /** An offset for every one of the partitions, none of them outside of what is there. */
    Map<TopicPartition, Long> in(Consumer<?, ?> consumer, List<TopicPartition> partitions);

    /** With the oldest record that is still there. */
    record Beginning() implements StartPoint {
        @Override
        public Map<TopicPartition, Long> in(Consumer<?, ?> consumer, List<TopicPartition> partitions) {
            return consumer.beginningOffsets(partitions);
        }
    }

    /** Behind the newest. */
    record End() implements StartPoint {
        @Override
        public Map<TopicPartition, Long> in(Consumer<?, ?> consumer, List<TopicPartition> partitions) {
            return consumer.endOffsets(partitions);
        }
    }

    /** With this offset, or the one next to it that is there. */
    record Offset(long offset) implements StartPoint {
        @Override
        public Map<TopicPartition, Long> in(Consumer<?, ?> consumer, List<TopicPartition> partitions) {
            var starts = new HashMap<>(consumer.endOffsets(partitions));
            starts.replaceAll((partition, end) -> Math.min(offset, end));
            consumer.beginningOffsets(partitions)
                    .forEach((partition, first) -> starts.merge(partition, first, Math::max));
            return starts;
        }
    }

    /** With the first record whose timestamp is not before this. */
    record Time(Instant at) implements StartPoint {
        @Override
        public Map<TopicPartition, Long> in(Consumer<?, ?> consumer, List<TopicPartition> partitions) {
            var asked = new HashMap<TopicPartition, Long>();
            partitions.forEach(partition -> asked.put(partition, at.toEpochMilli()));
            var starts = new HashMap<>(consumer.endOffsets(partitions));
            consumer.offsetsForTimes(asked).forEach((TopicPartition partition, OffsetAndTimestamp found) -> {
                if (found != null) {
                    starts.put(partition, found.offset());
                }
            });
            return starts;
        }
    }

    /**
     * Reads {@code beginning}, {@code end}, an offset, or a time with its zone such as {@code 2026-11-21T05:00:00Z}.
     *
     * @throws IllegalArgumentException when the text is none of these
     */
    static StartPoint parse(String text) {
        if (text.equals("beginning")) {
            return new Beginning();
        }
        if (text.equals("end")) {
            return new End();
        }
        if (Pattern.matches("[0-9]{1,18}", text)) {
            return new Offset(Long.parseLong(text));
        }
        try {
            return new Time(OffsetDateTime.parse(text).toInstant());
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException(
                    "'" + text + "' is none of: beginning, end, an offset, a time such as 2026-11-21T05:00:00Z", e);
        }
    }
}
