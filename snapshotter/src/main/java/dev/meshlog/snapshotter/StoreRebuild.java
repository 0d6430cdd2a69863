package dev.meshlog.snapshotter;

import dev.meshlog.ledger.rocksdb.RocksStateStore;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.SnapshotLease;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the snapshotter's store again from the newest snapshot that is certified, or that the ledger began with, and whose next commit {@code ledger.changes} still has. The new store is made beside
 * the old one and takes its place by a rename when every chunk is verified and applied. A process that is killed meanwhile begins anew.
 */
final class StoreRebuild {
    private static final Logger LOG = LoggerFactory.getLogger(StoreRebuild.class);

    private final Cluster cluster;
    private final Snapshotter.Network network;
    private final Path directory;
    private final Clock clock;

    StoreRebuild(Cluster cluster, Snapshotter.Network network, Path directory, Clock clock) {
        this.cluster = cluster;
        this.network = network;
        this.directory = directory;
        this.clock = clock;
    }

    /** @throws IllegalStateException when no snapshot will do: what was tried, where, and what to do; the store is untouched then */
    void run(UnfitStoreException why) {
        LOG.warn("{}: {}; looking for a snapshot to go on from", directory, why.getMessage());
        List<StoredSnapshot> newestFirst = newestFirst();
        var refusals = new ArrayList<String>();
        try (var changes = new ChangesTopic(cluster)) {
            for (StoredSnapshot snapshot : newestFirst) {
                long checkpoint = snapshot.manifest().checkpointIndex();
                try {
                    long offset = offsetAfter(snapshot, changes);
                    build(snapshot, offset);
                    swap(why.isDamaged());
                    LOG.warn(
                            "{}: made again from the snapshot of checkpoint {}, going on at offset {} of {}",
                            directory,
                            checkpoint,
                            offset,
                            ChangesTopic.PARTITION);
                    return;
                } catch (UnusableSnapshotException e) {
                    refusals.add("checkpoint " + checkpoint + ": " + e.getMessage());
                }
            }
            throw new IllegalStateException(
                    "%s: %s. None of %d snapshots can take its place%s. %s holds offsets %d to %d. Bring back a snapshot that fits with 'meshlog snapshot import FILE', or have the ledger compute its changes again (docs/operations.md, 'The ledger's state'). Nothing was changed."
                            .formatted(
                                    directory,
                                    why.getMessage(),
                                    newestFirst.size(),
                                    refusals.isEmpty() ? "" : " (" + String.join("; ", refusals) + ")",
                                    ChangesTopic.PARTITION,
                                    changes.begin(),
                                    changes.end()),
                    why);
        } catch (IOException e) {
            throw new UncheckedIOException(directory.toString(), e);
        }
    }

    private List<StoredSnapshot> newestFirst() {
        try (var table = new SnapshotTable(cluster, network.id())) {
            table.refresh();
            var snapshots = new ArrayList<>(table.snapshots());
            Collections.reverse(snapshots);
            return snapshots;
        }
    }

    private static long offsetAfter(StoredSnapshot snapshot, ChangesTopic changes) throws UnusableSnapshotException {
        long next = snapshot.manifest().commitIndex() + 1;
        OptionalLong offset = changes.offsetOf(next);
        if (offset.isEmpty()) {
            throw new UnusableSnapshotException(ChangesTopic.PARTITION + " does not have commit " + next);
        }
        return offset.getAsLong();
    }

    private void build(StoredSnapshot snapshot, long nextOffset) throws UnusableSnapshotException, IOException {
        ChunkFolder.delete(beside(".partial"));
        try (var chunks = new ChunkFolder(beside(".chunks"), snapshot)) {
            try (var lease = SnapshotLease.take(
                    cluster, "snapshotter/" + UUID.randomUUID(), snapshot.hash().fixed(), clock)) {
                LOG.info(
                        "{} holds the snapshot of checkpoint {}",
                        lease,
                        snapshot.manifest().checkpointIndex());
                chunks.fetch(cluster, fetched -> {});
            }
            try (RocksStateStore store = RocksStateStore.open(beside(".partial"), network.bucketBits())) {
                SnapshotReader.read(snapshot, chunks, network.trust().or(new InstalledCheckpoint(cluster)), chunk -> {
                    chunk.applyTo(store);
                    store.commit();
                });
                ChangesIntake.begin(store, snapshot.manifest().commitIndex(), nextOffset);
                store.putBytes(Snapshotter.NETWORK_ID, network.id().bytes());
                store.commit();
                store.sync();
            }
        }
    }

    /** @param keepOld for whoever wants to know what happened to it; only the last one is kept */
    private void swap(boolean keepOld) throws IOException {
        if (Files.exists(directory)) {
            Path old = beside(keepOld ? ".damaged" : ".old");
            ChunkFolder.delete(old);
            Files.move(directory, old, StandardCopyOption.ATOMIC_MOVE);
            if (keepOld) {
                LOG.warn("the damaged store is kept as {}; it may be deleted", old);
            }
        }
        Files.move(beside(".partial"), directory, StandardCopyOption.ATOMIC_MOVE);
        try (FileChannel parent = FileChannel.open(beside("").resolveSibling("."), StandardOpenOption.READ)) {
            parent.force(true);
        }
        ChunkFolder.delete(beside(".old"));
    }

    private Path beside(String ending) {
        Path whole = directory.toAbsolutePath().normalize();
        return whole.resolveSibling(whole.getFileName() + ending);
    }
}
