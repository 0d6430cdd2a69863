package dev.meshlog.snapshotter;

import dev.meshlog.ledger.Hash;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.Failpoint;
import dev.meshlog.schemas.LogIdentity;
import dev.meshlog.schemas.Topics;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes snapshots that are too many, then their chunks, then the log before what the remaining ones need: in that order, each step acknowledged before
 * the next, so that a crash in between leaves too much and never too little. What it leaves is removed after the next start.
 *
 * <p>A reader first takes its lease and then looks for the manifest. So leases are asked for once more when the manifest is gone: a reader that saw it
 * before has its lease by now, and the manifest is put back. One thread at a time.
 */
final class Retention implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Retention.class);

    private final LogIdentity log;
    private final int keep;
    private final Optional<Duration> keepLogFor;
    private final Clock clock;
    private final SnapshotWriter writer;
    private final SnapshotTable table;
    private final Leases leases;
    private final VerifiedLog verified;

    /** Chunks that were named by a snapshot that is gone, or by none. */
    private final Set<Hash> unnamed = new HashSet<>();

    /**
     * @param keep how many of this log, and how many of others, stay
     * @param keepLogFor what is younger stays in the log; empty: all of it
     */
    Retention(
            Cluster cluster,
            LogIdentity log,
            int keep,
            Optional<Duration> keepLogFor,
            Clock clock,
            SnapshotWriter writer,
            SnapshotTable table) {
        this.log = log;
        this.keep = keep;
        this.keepLogFor = keepLogFor;
        this.clock = clock;
        this.writer = writer;
        this.table = table;
        this.leases = new Leases(cluster);
        this.verified = new VerifiedLog(cluster);
    }

    /**
     * Brings everything down to what is to be kept.
     *
     * @param strays chunks that are there and that no manifest named a moment ago
     * @return chunks that were removed
     */
    Set<Hash> apply(Set<Hash> strays) {
        unnamed.addAll(strays);
        table.refresh();
        Set<Hash> held = leases.held(clock.instant());
        leases.forgotten(clock.instant()).forEach(reader -> writer.write(Topics.READERS, reader, null));
        writer.commit();
        for (StoredSnapshot snapshot : superfluous()) {
            if (!held.contains(snapshot.hash())) {
                remove(snapshot);
            }
        }
        Set<Hash> removed = removeChunks();
        keepLogFor.ifPresent(this::shortenLog);
        return removed;
    }

    private List<StoredSnapshot> superfluous() {
        Map<Boolean, List<StoredSnapshot>> byLog =
                table.snapshots().stream().collect(Collectors.partitioningBy(each -> each.isOf(log)));
        return byLog.values().stream()
                .flatMap(each -> each.stream().limit(Math.max(0, each.size() - keep)))
                .toList();
    }

    private void remove(StoredSnapshot snapshot) {
        writer.write(Topics.MANIFESTS, snapshot.hash().hex(), null);
        writer.commit();
        Failpoint.MANIFEST_PRUNED.reached();
        if (leases.held(clock.instant()).contains(snapshot.hash())) {
            LOG.info("snapshot {} stays, somebody has begun to read it", snapshot.hash());
            writer.write(
                    Topics.MANIFESTS, snapshot.hash().hex(), Cluster.encode(Topics.MANIFESTS, snapshot.published()));
            writer.commit();
        } else {
            snapshot.chunkIds().forEach(unnamed::add);
        }
    }

    private Set<Hash> removeChunks() {
        table.refresh();
        Set<Hash> named =
                table.snapshots().stream().flatMap(StoredSnapshot::chunkIds).collect(Collectors.toSet());
        unnamed.removeAll(named);
        if (unnamed.isEmpty()) {
            return Set.of();
        }
        if (!table.isWhollyUnderstood()) {
            LOG.warn("{} chunks are kept: a manifest that is not understood may name them", unnamed.size());
            return Set.of();
        }
        if (leases.held(clock.instant()).stream()
                .anyMatch(hash -> table.get(hash).isEmpty())) {
            LOG.info(
                    "{} chunks stay for now: a snapshot without a manifest is held, an import may be under way",
                    unnamed.size());
            return Set.of();
        }
        unnamed.forEach(id -> writer.write(Topics.CHUNKS, id.hex(), null));
        writer.commit();
        LOG.info("removed {} chunks that no snapshot names", unnamed.size());
        Failpoint.CHUNKS_PRUNED.reached();
        Set<Hash> removed = Set.copyOf(unnamed);
        unnamed.clear();
        return removed;
    }

    /** Only with as many snapshots as are to be kept: when the newest one is damaged, an older one can still be replayed from. */
    private void shortenLog(Duration age) {
        List<StoredSnapshot> ofThisLog =
                table.snapshots().stream().filter(each -> each.isOf(log)).toList();
        if (ofThisLog.size() < keep || !table.isWhollyUnderstood()) {
            return;
        }
        long replayFrom =
                ofThisLog.stream().mapToLong(StoredSnapshot::replayFrom).min().orElseThrow();
        if (verified.shorten(replayFrom, clock.instant().minus(age))) {
            Failpoint.LOG_SHORTENED.reached();
            LOG.info("{} begins at offset {} now", Topics.VERIFIED.name(), verified.begin());
        }
    }

    @Override
    public void close() {
        leases.close();
        verified.close();
    }
}
