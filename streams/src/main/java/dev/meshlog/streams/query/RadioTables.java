package dev.meshlog.streams.query;

import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.Hex;
import dev.meshlog.schemas.NodeNumber;
import dev.meshlog.schemas.Topic;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.radio.LinkEvent;
import dev.meshlog.schemas.radio.PublicKeyEntry;
import dev.meshlog.schemas.radio.RadioEdges;
import dev.meshlog.schemas.radio.RadioNode;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * The compacted radio tables in memory, each under the keys of its topic: {@code network/!node}, for links their name. One thread feeds them, any may
 * read: a reader sees every entry as it was at some moment, not all of them at the same one.
 */
public final class RadioTables {
    /** What is read to the end, and then followed. */
    static final List<Topic<String, ?>> TOPICS = List.of(Topics.NODES, Topics.PUBKEYS, Topics.EDGES);

    private static final Pattern NODE_KEY = Pattern.compile(".+/![0-9a-f]{8}");

    private final NavigableMap<String, RadioNode> nodes = new ConcurrentSkipListMap<>();
    private final NavigableMap<String, PublicKeyEntry> keys = new ConcurrentSkipListMap<>();
    private final NavigableMap<String, RadioEdges> edges = new ConcurrentSkipListMap<>();
    private final NavigableMap<String, LinkState> links = new ConcurrentSkipListMap<>();
    /** Network and key in hex, to the nodes that have it. */
    private final Map<String, ConcurrentSkipListSet<String>> owners = new ConcurrentHashMap<>();

    private final AtomicLong undecoded = new AtomicLong();

    /** The nodes and keys as they are now. */
    public static RadioTables read(Cluster cluster) {
        var tables = new RadioTables();
        try (var feed = new TopicFeed(cluster, TOPICS)) {
            LogCursor end = feed.end();
            feed.seek(feed.beginning());
            while (!feed.isBehind(end)) {
                feed.poll(RadioView.POLL).forEach(tables::take);
            }
        }
        return tables;
    }

    /** Takes up a record of one of the topics. One that can't be decoded is counted and changes nothing. */
    void take(ConsumerRecord<String, byte[]> rec) {
        boolean perNode = !rec.topic().equals(Topics.LINKS.name());
        if (rec.key() == null || (perNode && !NODE_KEY.matcher(rec.key()).matches())) {
            undecoded.incrementAndGet();
            return;
        }
        try {
            if (rec.topic().equals(Topics.NODES.name())) {
                keep(nodes, rec.key(), decode(Topics.NODES, rec));
            } else if (rec.topic().equals(Topics.PUBKEYS.name())) {
                key(rec.key(), decode(Topics.PUBKEYS, rec));
            } else if (rec.topic().equals(Topics.EDGES.name())) {
                keep(edges, rec.key(), decode(Topics.EDGES, rec));
            } else {
                LinkEvent event = decode(Topics.LINKS, rec);
                if (event != null) {
                    links.merge(rec.key(), LinkState.of(event), (known, unused) -> known.with(event));
                }
            }
        } catch (RuntimeException e) {
            undecoded.incrementAndGet();
        }
    }

    private static <V> @Nullable V decode(Topic<String, V> topic, ConsumerRecord<String, byte[]> rec) {
        return rec.value() == null ? null : topic.values().deserializer().deserialize(topic.name(), rec.value());
    }

    private void key(String node, @Nullable PublicKeyEntry entry) {
        PublicKeyEntry before = keys.get(node);
        keep(keys, node, entry);
        if (before != null && (entry == null || !before.getKey().equals(entry.getKey()))) {
            Optional.ofNullable(owners.get(owner(before))).ifPresent(having -> having.remove(node));
        }
        if (entry != null) {
            owners.computeIfAbsent(owner(entry), unused -> new ConcurrentSkipListSet<>())
                    .add(node);
        }
    }

    private static String owner(PublicKeyEntry entry) {
        return entry.getNetwork() + "/" + Hex.of(entry.getKey());
    }

    private static <V> void keep(Map<String, V> table, String key, @Nullable V value) {
        if (value == null) {
            table.remove(key);
        } else {
            table.put(key, value);
        }
    }

    public NavigableMap<String, RadioNode> nodes() {
        return Collections.unmodifiableNavigableMap(nodes);
    }

    public NavigableMap<String, PublicKeyEntry> keys() {
        return Collections.unmodifiableNavigableMap(keys);
    }

    public NavigableMap<String, RadioEdges> edges() {
        return Collections.unmodifiableNavigableMap(edges);
    }

    public NavigableMap<String, LinkState> links() {
        return Collections.unmodifiableNavigableMap(links);
    }

    /** Every node of a network that has the same key as this one, this one included. */
    public SortedSet<String> nodesWithKeyOf(PublicKeyEntry entry) {
        var sharing = new TreeSet<>(owners.getOrDefault(owner(entry), new ConcurrentSkipListSet<>()));
        sharing.add(NodeNumber.key(entry.getNetwork(), entry.getNode()));
        return sharing;
    }

    /** Every node that is in some table. */
    public SortedSet<String> known() {
        var known = new TreeSet<>(nodes.keySet());
        known.addAll(keys.keySet());
        return known;
    }

    /** Records that could not be decoded: a newer Meshlog may have written them. */
    public long undecoded() {
        return undecoded.get();
    }
}
