package dev.meshlog.streams.ledger;

import java.util.HashMap;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;
import org.apache.kafka.common.TopicPartition;

/** Which records that were read are dealt with: what is read again after a restart begins at the first one that is not. One thread. */
final class ReadOffsets {
    private final Map<TopicPartition, NavigableSet<Long>> open = new HashMap<>();
    private final Map<TopicPartition, Long> next = new HashMap<>();

    void read(TopicPartition partition, long offset) {
        open.computeIfAbsent(partition, any -> new TreeSet<>()).add(offset);
        next.put(partition, offset + 1);
    }

    void done(TopicPartition partition, long offset) {
        open.getOrDefault(partition, new TreeSet<>()).remove(offset);
    }

    /** Where to begin again, for each partition of which something was read. */
    Map<TopicPartition, Long> positions() {
        var positions = new HashMap<>(next);
        open.forEach((partition, offsets) -> {
            if (!offsets.isEmpty()) {
                positions.put(partition, offsets.first());
            }
        });
        return positions;
    }
}
