package dev.meshlog.replayer;

import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.StateKey;
import dev.meshlog.ledger.rocksdb.RocksStateStore;
import dev.meshlog.ledger.state.Manifest;
import dev.meshlog.schemas.Cluster;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Recovers the committed state: newest trusted snapshot, replay from its offsets, comparison with what the ledger published. It works in a partial
 * directory beside the target; the swap to the target is one rename, so that the target is always the old state or the new one.
 */
public final class Replayer {
    private final Cluster cluster;
    private final GenesisConfig genesis;
    private final Clock clock;

    /**
     * What to recover.
     *
     * @param directory the target; it must not exist
     * @param fromGenesis without a snapshot
     * @param toCommit the last commit that is replayed; {@link Long#MAX_VALUE}: the end of the log
     * @param trust which snapshots are believed
     */
    public record Plan(Path directory, boolean fromGenesis, long toCommit, Trust trust) {}

    public Replayer(Cluster cluster, GenesisConfig genesis, Clock clock) {
        this.cluster = cluster;
        this.genesis = genesis;
        this.clock = clock;
    }

    /**
     * Recovers. When the result contradicts what was published, the target is not made: the report says what differs, and the state is left in the
     * partial directory for examination.
     *
     * @throws RecoveryException when it can't be done; the target is untouched then, and what was fetched is kept for the next attempt
     */
    public RecoveryReport recover(Plan plan, RecoveryListener listener) {
        Path target = plan.directory().toAbsolutePath().normalize();
        if (Files.exists(target)) {
            throw new RecoveryException(target + " exists: recovery goes into a directory of its own");
        }
        Path chunks = target.resolveSibling(target.getFileName() + ".chunks");
        Path partial = target.resolveSibling(target.getFileName() + ".partial");
        long started = clock.millis();
        Optional<SnapshotSource.Found> found = plan.fromGenesis()
                ? Optional.empty()
                : new SnapshotSource(cluster, genesis).newest(plan.toCommit(), plan.trust());
        try {
            delete(partial);
            Files.createDirectories(chunks);
            found.ifPresentOrElse(snapshot -> listener.snapshotChosen(snapshot.manifest()), listener::noSnapshot);
            found.ifPresent(
                    snapshot -> new SnapshotSource(cluster, genesis).fetch(snapshot.manifest(), chunks, listener));
            long fetched = clock.millis();
            RecoveryReport report;
            try (RocksStateStore store = RocksStateStore.open(partial, genesis.bucketBits())) {
                found.ifPresent(snapshot -> new SnapshotInstaller(
                                snapshot.manifest(),
                                (id, size) -> SnapshotSource.fetched(chunks, id),
                                chunks,
                                store,
                                Runtime.getRuntime().availableProcessors())
                        .install(listener));
                long applied = clock.millis();
                long from = found.map(
                                snapshot -> snapshot.published().getBinding().getReplayFrom())
                        .orElse(0L);
                long startCommit =
                        found.map(snapshot -> snapshot.manifest().commitIndex()).orElse(0L);
                var published = PublishedCommits.read(cluster, startCommit - 1);
                var replay = new LogReplay(cluster, genesis, store, published);
                found.ifPresent(snapshot -> requireHead(replay, snapshot.manifest()));
                replay.run(from, plan.toCommit(), listener);
                report = report(
                        found.orElse(null),
                        from,
                        replay,
                        published,
                        objects(store),
                        fetched - started,
                        applied - fetched,
                        clock.millis() - applied);
                store.sync();
            }
            if (report.consistent()) {
                Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE);
                try (FileChannel parent = FileChannel.open(target.resolveSibling("."), StandardOpenOption.READ)) {
                    parent.force(true);
                }
                delete(chunks);
            }
            return report;
        } catch (IOException e) {
            throw new UncheckedIOException(target.toString(), e);
        }
    }

    /** The state's own chain entry must be the one the manifest repeats. */
    private static void requireHead(LogReplay replay, Manifest manifest) {
        if (replay.head().commitIndex() != manifest.commitIndex()
                || !replay.head().commitHash().equals(manifest.commitHash())) {
            throw new RecoveryException(
                    "the snapshot of checkpoint %d is not used: its state stands at commit %d (%s), its manifest says commit %d (%s)"
                            .formatted(
                                    manifest.checkpointIndex(),
                                    replay.head().commitIndex(),
                                    replay.head().commitHash(),
                                    manifest.commitIndex(),
                                    manifest.commitHash()));
        }
    }

    private static RecoveryReport report(
            SnapshotSource.@org.jspecify.annotations.Nullable Found found,
            long from,
            LogReplay replay,
            PublishedCommits published,
            long objects,
            long fetchMs,
            long applyMs,
            long replayMs) {
        long commit = replay.head().commitIndex();
        var mark = replay.checkpoint();
        var last = published.byIndex().get(commit);
        return new RecoveryReport(
                found == null ? -1 : found.manifest().checkpointIndex(),
                found == null ? null : found.manifest().hash(),
                found == null ? 0 : found.manifest().chunks().size(),
                found == null ? 0 : found.published().getCompressedBytes(),
                found == null ? 0 : found.manifest().size(),
                found == null ? 0 : found.manifest().entries(),
                from,
                replay.vertices(),
                replay.head().transactions(),
                commit,
                replay.head().commitHash(),
                last == null ? null : last.commitHash(),
                objects,
                replay.entries(),
                mark.index(),
                mark.root(),
                replay.compared(),
                replay.checkedCheckpoints(),
                replay.differences(),
                fetchMs,
                applyMs,
                replayMs);
    }

    private static long objects(RocksStateStore store) {
        long[] objects = {0};
        try (var view = store.view()) {
            view.forEachEntry((bucket, key, value) -> {
                if (key[0] == StateKey.OBJECTS) {
                    objects[0]++;
                }
            });
        }
        return objects[0];
    }

    private static void delete(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
