package dev.meshlog.infra.node;

import dev.meshlog.schemas.AvroBinary;
import dev.meshlog.schemas.Buffers;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.Hex;
import dev.meshlog.schemas.Topic;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.ledger.CommitRecord;
import dev.meshlog.schemas.ledger.PublishedSnapshot;
import dev.meshlog.schemas.ledger.SnapshotManifest;
import dev.meshlog.schemas.radio.LinkEvent;
import dev.meshlog.schemas.radio.LinkEventKind;
import dev.meshlog.schemas.radio.PublicKeyEntry;
import dev.meshlog.schemas.radio.RadioNode;
import dev.meshlog.streams.query.Follower;
import dev.meshlog.streams.query.LogCursor;
import dev.meshlog.streams.query.TopicFeed;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a person wants to see of the derived topics, kept up to date by one thread: the compacted tables in full, of the others the newest records.
 * Any thread may read it.
 */
public final class MeshView implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MeshView.class);
    private static final Duration POLL = Duration.ofSeconds(1);
    private static final long TAIL = 2_000;
    private static final List<Topic<String, ?>> TOPICS =
            List.of(Topics.PUBKEYS, Topics.NODES, Topics.MANIFESTS, Topics.LINKS, Topics.COMMITS);

    private static final AvroBinary<SnapshotManifest> MANIFEST = new AvroBinary<>(SnapshotManifest.getClassSchema());

    private final Cluster cluster;
    private final Follower follower = new Follower("what 'up' shows", "meshlog-view", Filling::new);
    private final Map<String, PublicKeyEntry> keys = new TreeMap<>();
    private final Map<String, RadioNode> nodes = new TreeMap<>();
    private final Map<String, LinkEvent> links = new TreeMap<>();
    private final Map<String, PublishedSnapshot> snapshots = new HashMap<>();
    private @Nullable CommitRecord newestCommit;
    private @Nullable CommitRecord newestCheckpoint;

    /**
     * A consistent reading.
     *
     * @param counters of all links of the networks asked for
     */
    public record Summary(
            Map<String, Long> counters,
            int nodes,
            int keys,
            long sharedKeys,
            long lowEntropyKeys,
            long commitIndex,
            long checkpoint,
            int snapshots,
            long snapshotCheckpoint) {}

    public MeshView(Cluster cluster) {
        this.cluster = cluster;
    }

    public void start() {
        follower.start();
    }

    public synchronized Summary summary() {
        var counters = new TreeMap<String, Long>();
        links.values()
                .forEach(event -> event.getCounters().forEach((name, value) -> counters.merge(name, value, Long::sum)));
        Map<String, Long> owners = keys.values().stream()
                .collect(Collectors.groupingBy(
                        entry -> entry.getNetwork() + "/" + Hex.of(entry.getKey()), Collectors.counting()));
        return new Summary(
                counters,
                nodes.size(),
                keys.size(),
                owners.values().stream().filter(count -> count > 1).count(),
                keys.values().stream().filter(PublicKeyEntry::getLowEntropy).count(),
                newestCommit == null ? 0 : newestCommit.getIndex(),
                newestCheckpoint == null ? 0 : newestCheckpoint.getCheckpoint().getIndex(),
                snapshots.size(),
                snapshots.values().stream()
                        .mapToLong(snapshot -> MANIFEST.decode(Buffers.array(snapshot.getManifest()))
                                .getCheckpointIndex())
                        .max()
                        .orElse(-1));
    }

    public synchronized List<PublicKeyEntry> keys() {
        return List.copyOf(keys.values());
    }

    public synchronized List<RadioNode> nodes() {
        return List.copyOf(nodes.values());
    }

    /** The newest counters of each link. */
    public synchronized List<LinkEvent> links() {
        return List.copyOf(links.values());
    }

    public synchronized java.util.Optional<CommitRecord> newestCommit() {
        return java.util.Optional.ofNullable(newestCommit);
    }

    public synchronized java.util.Optional<CommitRecord> newestCheckpoint() {
        return java.util.Optional.ofNullable(newestCheckpoint);
    }

    @Override
    public void close() {
        follower.close();
    }

    private final class Filling implements Follower.Reading {
        private final TopicFeed feed = new TopicFeed(cluster, TOPICS);
        private boolean begun;

        @Override
        public void step() {
            if (!begun) {
                LogCursor tail = feed.beforeEnd(TAIL);
                feed.seek(feed.beginning().with(Topics.LINKS, tail).with(Topics.COMMITS, tail));
                clear();
                begun = true;
            }
            List<ConsumerRecord<String, byte[]>> records = feed.poll(POLL);
            synchronized (MeshView.this) {
                records.forEach(MeshView.this::take);
            }
        }

        @Override
        public void close() {
            feed.close();
        }
    }

    /** What was deleted while nobody read would stay for ever. */
    private synchronized void clear() {
        keys.clear();
        nodes.clear();
        links.clear();
        snapshots.clear();
    }

    private void take(ConsumerRecord<String, byte[]> rec) {
        try {
            show(rec);
        } catch (RuntimeException e) {
            LOG.debug("{}-{}@{} can't be shown", rec.topic(), rec.partition(), rec.offset(), e);
        }
    }

    private void show(ConsumerRecord<String, byte[]> rec) {
        if (rec.topic().equals(Topics.PUBKEYS.name())) {
            keep(keys, Topics.PUBKEYS, rec);
        } else if (rec.topic().equals(Topics.NODES.name())) {
            keep(nodes, Topics.NODES, rec);
        } else if (rec.topic().equals(Topics.MANIFESTS.name())) {
            keep(snapshots, Topics.MANIFESTS, rec);
        } else if (rec.topic().equals(Topics.LINKS.name())) {
            LinkEvent event = decode(Topics.LINKS, rec);
            if (event.getKind() == LinkEventKind.COUNTERS) {
                links.put(rec.key(), event);
            }
        } else {
            newestCommit = decode(Topics.COMMITS, rec);
            if (newestCommit.getCheckpoint() != null) {
                newestCheckpoint = newestCommit;
            }
        }
    }

    private static <V> void keep(Map<String, V> table, Topic<String, V> topic, ConsumerRecord<String, byte[]> rec) {
        if (rec.value() == null) {
            table.remove(rec.key());
        } else {
            table.put(rec.key(), decode(topic, rec));
        }
    }

    private static <V> V decode(Topic<String, V> topic, ConsumerRecord<String, byte[]> rec) {
        return topic.values().deserializer().deserialize(topic.name(), rec.value());
    }
}
