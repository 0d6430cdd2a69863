package dev.meshlog.ingest.gossip.serve;

import dev.meshlog.ledger.Hash;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.SnapshotLease;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the snapshots that peers may be downloading, by a lease for each, until nobody asked for a while. Only a few are kept: whoever asks for ever new ones
 * makes us give back the one that was asked for longest ago.
 *
 * <p>Any thread.
 */
final class SnapshotHolds implements AutoCloseable {
    static final Duration KEPT = Duration.ofMinutes(1);
    static final int AT_MOST = 8;

    private static final Logger LOG = LoggerFactory.getLogger(SnapshotHolds.class);

    private final Cluster cluster;
    private final Clock clock;
    private final Map<Hash, Hold> holds = new ConcurrentHashMap<>();

    /** A snapshot that is held. */
    private static final class Hold {
        private final SnapshotLease lease;
        private volatile Instant asked;

        Hold(SnapshotLease lease, Instant asked) {
            this.lease = lease;
            this.asked = asked;
        }
    }

    SnapshotHolds(Cluster cluster, Clock clock) {
        this.cluster = cluster;
        this.clock = clock;
    }

    /**
     * Holds a snapshot from now on. Without a cluster that takes a lease it is given to peers all the same, as long as it is there.
     *
     * @return whether it was not held before: only the manifests that are still there afterwards stay
     */
    synchronized boolean hold(Hash manifest) {
        Hold held = holds.get(manifest);
        if (held != null) {
            held.asked = clock.instant();
            return false;
        }
        while (holds.size() >= AT_MOST) {
            holds.entrySet().stream()
                    .min(Comparator.comparing(entry -> entry.getValue().asked))
                    .ifPresent(oldest -> release(oldest.getKey()));
        }
        try {
            var lease = SnapshotLease.take(cluster, "ingest/" + UUID.randomUUID(), manifest.fixed(), clock);
            holds.put(manifest, new Hold(lease, clock.instant()));
        } catch (IllegalStateException | KafkaException e) {
            LOG.warn("no lease on the snapshot {}, the snapshotter may remove it: {}", manifest, e.toString());
        }
        return true;
    }

    /** Holds a snapshot unless as many are held as may be: who asks for a chunk of ever another one does not cost us a lease each. */
    synchronized void holdIfThereIsRoom(Hash manifest) {
        if (holds.size() < AT_MOST) {
            var unused = hold(manifest);
        }
    }

    /**
     * Somebody asked for a part of the snapshots of which this holds.
     *
     * @return whether one of them is held
     */
    boolean asked(Predicate<Hash> manifests) {
        boolean isHeld = false;
        for (Map.Entry<Hash, Hold> each : holds.entrySet()) {
            if (manifests.test(each.getKey())) {
                each.getValue().asked = clock.instant();
                isHeld = true;
            }
        }
        return isHeld;
    }

    /** Gives back those that nobody asked for any more. */
    void giveBack() {
        Instant end = clock.instant().minus(KEPT);
        if (holds.values().stream().anyMatch(hold -> hold.asked.isBefore(end))) {
            synchronized (this) {
                holds.forEach((manifest, hold) -> {
                    if (hold.asked.isBefore(end)) {
                        release(manifest);
                    }
                });
            }
        }
    }

    @Override
    public synchronized void close() {
        holds.keySet().forEach(this::release);
    }

    private void release(Hash manifest) {
        @Nullable Hold held = holds.remove(manifest);
        if (held != null) {
            held.lease.close();
        }
    }
}
