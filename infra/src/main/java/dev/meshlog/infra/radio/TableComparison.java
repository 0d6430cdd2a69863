package dev.meshlog.infra.radio;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.Topic;
import dev.meshlog.schemas.Topics;
import dev.meshlog.streams.query.RadioJson;
import dev.meshlog.streams.query.TopicFeed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * The live tables beside fresh ones, entry by entry.
 *
 * @param changed entries that differ, by table and key
 */
public record TableComparison(Map<Entry, Pair> changed) {
    /** The compacted ones; counters are beside them. */
    static final List<Topic<String, ?>> TABLES = List.of(Topics.NODES, Topics.PUBKEYS, Topics.EDGES);

    private static final Duration POLL = Duration.ofMillis(200);
    private static final String COUNTERS = "COUNTERS";
    private static final long COUNTER_EVENTS = 20_000;
    private static final List<String> OF_ORDER =
            List.of("source", "lastSource", "evidence", "firstSeenMs", "lastSeenMs", "receivedAtMs");

    public TableComparison {
        changed = Map.copyOf(changed);
    }

    /** One key of one table. */
    public record Entry(Topic<String, ?> table, String key) {}

    /** Both values as they stand in the topics; null: there is none. */
    @SuppressWarnings("ArrayRecordComponent") // compared by its own equals
    public record Pair(byte @Nullable [] live, byte @Nullable [] fresh) {
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Pair pair && Arrays.equals(live, pair.live) && Arrays.equals(fresh, pair.fresh);
        }

        @Override
        public int hashCode() {
            return 31 * Arrays.hashCode(live) + Arrays.hashCode(fresh);
        }

        @Nullable ObjectNode liveJson(String topic) {
            return json(topic, live);
        }

        @Nullable ObjectNode freshJson(String topic) {
            return json(topic, fresh);
        }

        private static @Nullable ObjectNode json(String topic, byte @Nullable [] value) {
            return value == null ? null : RadioJson.fields(topic, value);
        }
    }

    /** A field with both its values; the field is empty when the whole entry is on one side only. */
    public record Difference(String table, String key, String field, String live, String fresh) {}

    /** Reads both sides now. */
    static TableComparison read(Cluster cluster, RadioGeneration fresh) {
        var changed = new HashMap<Entry, Pair>();
        for (Topic<String, ?> table : TABLES) {
            Map<String, byte[]> live = table(cluster, table);
            Map<String, byte[]> made = table(cluster, renamed(table, fresh));
            compare(table, live, made, changed);
        }
        Map<String, byte[]> liveCounters = counters(cluster, Topics.LINKS);
        Map<String, byte[]> madeCounters = counters(cluster, renamed(Topics.LINKS, fresh));
        madeCounters.keySet().retainAll(liveCounters.keySet());
        liveCounters.keySet().retainAll(madeCounters.keySet());
        compare(Topics.LINKS, liveCounters, madeCounters, changed);
        return new TableComparison(changed);
    }

    private static void compare(
            Topic<String, ?> table, Map<String, byte[]> live, Map<String, byte[]> made, Map<Entry, Pair> changed) {
        var keys = new TreeSet<>(live.keySet());
        keys.addAll(made.keySet());
        for (String key : keys) {
            var pair = new Pair(live.get(key), made.get(key));
            if (!differences(new Entry(table, key), pair).isEmpty()) {
                changed.put(new Entry(table, key), pair);
            }
        }
    }

    private static <V> Topic<String, V> renamed(Topic<String, V> topic, RadioGeneration generation) {
        return new Topic<>(
                generation.output(topic),
                topic.keyText(),
                topic.valueText(),
                topic.keys(),
                topic.values(),
                topic.partitions(),
                topic.configs(),
                topic.writers(),
                topic.readers());
    }

    private static Map<String, byte[]> table(Cluster cluster, Topic<String, ?> topic) {
        var table = new TreeMap<String, byte[]>();
        each(cluster, topic, Long.MAX_VALUE, rec -> {
            if (rec.value() == null) {
                table.remove(rec.key());
            } else {
                table.put(rec.key(), rec.value());
            }
        });
        return table;
    }

    /** The newest counters of each link that stand near the end: there may be some for every second of the last 90 days. */
    private static Map<String, byte[]> counters(Cluster cluster, Topic<String, ?> topic) {
        var counters = new TreeMap<String, byte[]>();
        each(cluster, topic, COUNTER_EVENTS, rec -> {
            if (rec.value() != null
                    && COUNTERS.equals(RadioJson.fields(topic.name(), rec.value())
                            .path("kind")
                            .asText())) {
                counters.put(rec.key(), rec.value());
            }
        });
        return counters;
    }

    private static void each(
            Cluster cluster,
            Topic<String, ?> topic,
            long newest,
            java.util.function.Consumer<ConsumerRecord<String, byte[]>> taken) {
        try (var feed = new TopicFeed(cluster, List.of(topic))) {
            var end = feed.end();
            feed.seek(feed.beforeEnd(newest));
            while (!feed.isBehind(end)) {
                feed.poll(POLL).forEach(taken);
            }
        }
    }

    /** Those entries that differ here as they did there: what both sides have not come to yet is none of them. */
    TableComparison stillAsIn(TableComparison earlier) {
        var still = new HashMap<>(changed);
        still.entrySet().removeIf(entry -> !entry.getValue().equals(earlier.changed.get(entry.getKey())));
        return new TableComparison(still);
    }

    public List<Difference> differences() {
        var all = new ArrayList<Difference>();
        changed.entrySet().stream()
                .sorted((one, other) -> order(one.getKey()).compareTo(order(other.getKey())))
                .forEach(entry -> all.addAll(differences(entry.getKey(), entry.getValue())));
        return all;
    }

    private static String order(Entry entry) {
        return entry.table().name() + "/" + entry.key();
    }

    /** Field by field; of the counters of a link only the counters themselves. */
    static List<Difference> differences(Entry entry, Pair pair) {
        String table = entry.table().name();
        ObjectNode live = pair.liveJson(table);
        ObjectNode fresh = pair.freshJson(table);
        if (live == null || fresh == null) {
            return live == null && fresh == null
                    ? List.of()
                    : List.of(new Difference(
                            table,
                            entry.key(),
                            "",
                            live == null ? "absent" : "there",
                            fresh == null ? "absent" : "there"));
        }
        boolean counters = entry.table().equals(Topics.LINKS);
        JsonNode one = counters ? live.path("counters") : live;
        JsonNode other = counters ? fresh.path("counters") : fresh;
        var names = new TreeSet<String>();
        one.fieldNames().forEachRemaining(names::add);
        other.fieldNames().forEachRemaining(names::add);
        var differences = new ArrayList<Difference>();
        for (String name : names) {
            if (!one.path(name).equals(other.path(name))) {
                differences.add(new Difference(table, entry.key(), name, text(one.path(name)), text(other.path(name))));
            }
        }
        return differences;
    }

    /** Whether several links have brought frames: in which order these were taken up is not in the log. */
    static boolean hasSeveralLinks(Cluster cluster) {
        return counters(cluster, Topics.LINKS).size() > 1;
    }

    /** Whether both values say the same but for which of several receptions came first, and when and where it stands. */
    static boolean isOfOrderAlone(Entry entry, Pair pair) {
        ObjectNode live = pair.liveJson(entry.table().name());
        ObjectNode fresh = pair.freshJson(entry.table().name());
        return live != null
                && fresh != null
                && withoutOrder(entry.table(), live).equals(withoutOrder(entry.table(), fresh));
    }

    private static JsonNode withoutOrder(Topic<String, ?> table, ObjectNode value) {
        if (table.equals(Topics.LINKS)) {
            // Each frame is counted, but a packet as a packet for one link and as a duplicate for the others.
            return value.path("counters").deepCopy() instanceof ObjectNode counters
                    ? counters.put(
                                    "packets",
                                    counters.path("packets").asLong()
                                            + counters.path("duplicates").asLong())
                            .without(List.of("duplicates", "undecrypted"))
                    : value;
        }
        value.remove(OF_ORDER);
        for (JsonNode part : value) {
            if (part.isArray()) {
                part.forEach(member -> {
                    if (member instanceof ObjectNode object) {
                        object.remove(OF_ORDER);
                    }
                });
            }
        }
        return value;
    }

    private static String text(JsonNode value) {
        return value.isMissingNode() ? "absent" : RadioJson.text(value);
    }
}
