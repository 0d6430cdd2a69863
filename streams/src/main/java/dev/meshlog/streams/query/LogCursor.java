package dev.meshlog.streams.query;

import dev.meshlog.schemas.Topic;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;

/**
 * A place in several topics: for each partition the offset of the record that comes next. As text it is the id of an event and the mark of a page,
 * for example {@code radio.alerts:0.0.12,radio.links:7}: one number for each partition.
 *
 * @param offsets by topic, then by partition
 */
public record LogCursor(SortedMap<String, List<Long>> offsets) {
    private static final Pattern TEXT = Pattern.compile("[a-z.-]{1,64}:[0-9]{1,18}(\\.[0-9]{1,18}){0,255}");

    public LogCursor {
        var copy = new TreeMap<String, List<Long>>();
        offsets.forEach((topic, places) -> copy.put(topic, List.copyOf(places)));
        offsets = Collections.unmodifiableSortedMap(copy);
    }

    static LogCursor of(Map<TopicPartition, Long> positions) {
        var offsets = new TreeMap<String, List<Long>>();
        positions.keySet().stream().map(TopicPartition::topic).distinct().forEach(topic -> {
            long partitions = positions.keySet().stream()
                    .filter(partition -> partition.topic().equals(topic))
                    .count();
            var places = new Long[(int) partitions];
            for (int partition = 0; partition < places.length; partition++) {
                places[partition] = positions.getOrDefault(new TopicPartition(topic, partition), 0L);
            }
            offsets.put(topic, Arrays.asList(places));
        });
        return new LogCursor(offsets);
    }

    /** @throws IllegalArgumentException when the text is not that of a cursor */
    public static LogCursor parse(String text) {
        var offsets = new TreeMap<String, List<Long>>();
        for (String part : text.split(",", -1)) {
            if (!TEXT.matcher(part).matches()) {
                throw new IllegalArgumentException("'" + text + "' is no place in the log");
            }
            int colon = part.indexOf(':');
            offsets.put(
                    part.substring(0, colon),
                    Arrays.stream(part.substring(colon + 1).split("\\.", -1))
                            .map(Long::valueOf)
                            .toList());
        }
        return new LogCursor(offsets);
    }

    /** Behind one more record. */
    public LogCursor behind(String topic, int partition, long offset) {
        var moved = new TreeMap<>(offsets);
        List<Long> places = new java.util.ArrayList<>(moved.getOrDefault(topic, List.of()));
        if (partition < places.size()) {
            places.set(partition, offset + 1);
            moved.put(topic, places);
        }
        return new LogCursor(moved);
    }

    /** The same place, but in this topic that of the other one. */
    public LogCursor with(Topic<?, ?> topic, LogCursor other) {
        var moved = new TreeMap<>(offsets);
        moved.put(topic.name(), other.offsets.getOrDefault(topic.name(), List.of()));
        return new LogCursor(moved);
    }

    Map<TopicPartition, Long> positions() {
        var positions = new HashMap<TopicPartition, Long>();
        offsets.forEach((topic, places) -> {
            for (int partition = 0; partition < places.size(); partition++) {
                positions.put(new TopicPartition(topic, partition), places.get(partition));
            }
        });
        return positions;
    }

    @Override
    public String toString() {
        var text = new StringJoiner(",");
        offsets.forEach((topic, places) ->
                text.add(topic + ":" + places.stream().map(String::valueOf).collect(Collectors.joining("."))));
        return text.toString();
    }
}
