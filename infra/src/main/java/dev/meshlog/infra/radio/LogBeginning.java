package dev.meshlog.infra.radio;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meshlog.schemas.Topics;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;

/**
 * Where the frames begin that the log still holds. What the live tables learned from earlier ones can't be made again, and differs without anything
 * being wrong.
 *
 * @param offsets of the first frame, by partition, where earlier ones are gone
 * @param time of the first frame that is there in all of those partitions, in ms since 1970
 */
record LogBeginning(Map<Integer, Long> offsets, long time) {
    LogBeginning {
        offsets = Map.copyOf(offsets);
    }

    static LogBeginning read(LogProgress progress) {
        var frames = java.util.List.of(Topics.FRAMES.name());
        Map<TopicPartition, Long> ends = progress.ends(frames);
        var gone = new TreeMap<Integer, Long>();
        long time = Long.MIN_VALUE;
        for (Map.Entry<TopicPartition, Long> first : progress.beginnings(frames).entrySet()) {
            if (first.getValue() > 0) {
                gone.put(first.getKey().partition(), first.getValue());
                long end = ends.getOrDefault(first.getKey(), 0L);
                time = Math.max(
                        time,
                        first.getValue() >= end
                                ? Long.MAX_VALUE
                                : progress.timeAt(first.getKey(), first.getValue(), end));
            }
        }
        return new LogBeginning(gone, time);
    }

    /** Whether the entry may have been told by frames that are gone. */
    boolean mayBeOlder(TableComparison.Entry entry, TableComparison.Pair pair) {
        ObjectNode live = pair.liveJson(entry.table().name());
        if (offsets.isEmpty() || live == null) {
            return false;
        }
        if (entry.table().equals(Topics.PUBKEYS)) {
            JsonNode evidence = live.path("evidence");
            return evidence.path("offset").asLong()
                    < offsets.getOrDefault(evidence.path("partition").asInt(), 0L);
        }
        if (entry.table().equals(Topics.NODES)) {
            return !live.hasNonNull("firstHeardMs") || live.path("firstHeardMs").asLong() < time;
        }
        if (entry.table().equals(Topics.EDGES)) {
            for (JsonNode edge : live.path("edges")) {
                if (edge.path("firstSeenMs").asLong() < time) {
                    return true;
                }
            }
            return false;
        }
        return true;
    }
}
