package dev.meshlog.snapshotter;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.state.InvalidSnapshotException;
import dev.meshlog.ledger.state.Manifest;
import dev.meshlog.ledger.state.SnapshotRejection;
import dev.meshlog.schemas.Buffers;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.MalformedRecordException;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.UnknownSchemaException;
import dev.meshlog.schemas.ledger.PublishedSnapshot;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The snapshots of {@code ledger.snapshots.manifests}. One thread at a time. */
public final class SnapshotTable implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotTable.class);

    private final Hash networkId;
    private final TopicTail tail;
    private final Map<String, StoredSnapshot> snapshots = new HashMap<>();
    private final Set<String> notUnderstood = new HashSet<>();

    public SnapshotTable(Cluster cluster, Hash networkId) {
        this.networkId = networkId;
        this.tail = new TopicTail(cluster, Topics.MANIFESTS);
    }

    /** Brings it up to date. */
    public void refresh() {
        tail.readOn(this::take);
    }

    /** As of the last {@link #refresh()}, oldest checkpoint first. */
    public List<StoredSnapshot> snapshots() {
        return snapshots.values().stream()
                .sorted(Comparator.comparingLong(
                                (StoredSnapshot each) -> each.manifest().checkpointIndex())
                        .thenComparing(StoredSnapshot::hash))
                .toList();
    }

    Optional<StoredSnapshot> get(Hash hash) {
        return Optional.ofNullable(snapshots.get(hash.hex()));
    }

    /** False when there is a manifest that a newer version may have written: nobody here knows which chunks and offsets it needs. */
    boolean isWhollyUnderstood() {
        return notUnderstood.isEmpty();
    }

    private void take(ConsumerRecord<String, byte[]> rec) {
        snapshots.remove(rec.key());
        notUnderstood.remove(rec.key());
        if (rec.value() == null) {
            return;
        }
        try {
            PublishedSnapshot published =
                    Topics.MANIFESTS.values().deserializer().deserialize(rec.topic(), rec.value());
            Hash hash = Hash.ofHex(rec.key());
            Manifest manifest = Manifest.parse(Buffers.array(published.getManifest()), networkId, hash);
            snapshots.put(rec.key(), new StoredSnapshot(hash, manifest, published));
        } catch (UnknownSchemaException e) {
            notUnderstood.add(rec.key());
            warn(rec, e);
        } catch (InvalidSnapshotException e) {
            if (e.reason() == SnapshotRejection.FORMAT_VERSION || e.reason() == SnapshotRejection.HASH_ALGORITHM) {
                notUnderstood.add(rec.key());
            }
            warn(rec, e);
        } catch (MalformedRecordException | IllegalArgumentException e) {
            warn(rec, e);
        }
    }

    private static void warn(ConsumerRecord<String, byte[]> rec, Exception why) {
        LOG.warn("snapshot {} at offset {} is not used: {}", rec.key(), rec.offset(), why.getMessage());
    }

    @Override
    public void close() {
        tail.close();
    }
}
