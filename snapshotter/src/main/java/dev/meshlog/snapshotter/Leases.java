package dev.meshlog.snapshotter;

import dev.meshlog.ledger.Hash;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.MalformedRecordException;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.ledger.ReaderLease;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Who reads which snapshot, from {@code ledger.snapshots.readers}. One thread at a time. */
final class Leases implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Leases.class);

    /** A lease that ended so long ago belongs to a reader that died, and its record may go. */
    private static final Duration FORGOTTEN = Duration.ofHours(1);

    private final TopicTail tail;
    private final Map<String, ReaderLease> leases = new HashMap<>();

    Leases(Cluster cluster) {
        tail = new TopicTail(cluster, Topics.READERS);
    }

    /** Brings it up to date; hashes of the manifests that are read now. */
    Set<Hash> held(Instant now) {
        tail.readOn(rec -> {
            leases.remove(rec.key());
            if (rec.value() != null) {
                try {
                    leases.put(rec.key(), Topics.READERS.values().deserializer().deserialize(rec.topic(), rec.value()));
                } catch (MalformedRecordException e) {
                    LOG.warn("the lease {} at offset {} is not used: {}", rec.key(), rec.offset(), e.getMessage());
                }
            }
        });
        return leases.values().stream()
                .filter(lease -> lease.getExpiresAtMs().isAfter(now))
                .map(lease -> Hash.of(lease.getManifest()))
                .collect(Collectors.toSet());
    }

    /** Readers that did not end their lease. */
    List<String> forgotten(Instant now) {
        return leases.entrySet().stream()
                .filter(entry ->
                        entry.getValue().getExpiresAtMs().plus(FORGOTTEN).isBefore(now))
                .map(Map.Entry::getKey)
                .toList();
    }

    @Override
    public void close() {
        tail.close();
    }
}
