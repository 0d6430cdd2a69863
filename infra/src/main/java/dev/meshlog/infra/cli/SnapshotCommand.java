package dev.meshlog.infra.cli;

import dev.meshlog.infra.UserError;
import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.Hash;
import dev.meshlog.schemas.LogIdentity;
import dev.meshlog.schemas.SnapshotLease;
import dev.meshlog.snapshotter.ChunkFolder;
import dev.meshlog.snapshotter.SnapshotFile;
import dev.meshlog.snapshotter.SnapshotImport;
import dev.meshlog.snapshotter.SnapshotReader;
import dev.meshlog.snapshotter.SnapshotRequests;
import dev.meshlog.snapshotter.SnapshotTable;
import dev.meshlog.snapshotter.SnapshotTrust;
import dev.meshlog.snapshotter.StoredSnapshot;
import dev.meshlog.snapshotter.UnusableSnapshotException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "snapshot",
        mixinStandardHelpOptions = true,
        description = "Snapshots of the committed state.",
        synopsisSubcommandLabel = "COMMAND")
@SuppressWarnings("NullAway.Init") // fields are set by picocli
final class SnapshotCommand {
    private static final Duration LOOK_AGAIN = Duration.ofMillis(500);

    @Spec
    private CommandSpec spec;

    @Command(name = "list", mixinStandardHelpOptions = true, description = "All snapshots, oldest checkpoint first.")
    int list(@Mixin CommonOptions options, @Mixin GenesisOption genesis) {
        try (var access = ClusterAccess.open(options)) {
            GenesisConfig network = genesis.read(options);
            var facts = new SnapshotFacts(access.cluster());
            List<Map<String, Object>> rows = new ArrayList<>();
            for (StoredSnapshot snapshot : snapshots(access, network)) {
                rows.add(facts.of(snapshot));
            }
            var out = spec.commandLine().getOut();
            if (options.json) {
                out.println(CommonOptions.toJson(rows));
            } else {
                SnapshotFacts.table(rows, out);
            }
            out.flush();
            return 0;
        }
    }

    @Command(name = "show", mixinStandardHelpOptions = true, description = "All that is known of one snapshot.")
    int show(
            @Mixin CommonOptions options,
            @Mixin GenesisOption genesis,
            @Parameters(paramLabel = "HASH|CHECKPOINT|newest", defaultValue = "newest") String which) {
        try (var access = ClusterAccess.open(options)) {
            StoredSnapshot snapshot = find(snapshots(access, genesis.read(options)), which);
            print(options, "snapshot", new SnapshotFacts(access.cluster()).of(snapshot));
            return 0;
        }
    }

    @Command(
            name = "verify",
            mixinStandardHelpOptions = true,
            description =
                    "Fetch every chunk and hold it against the state root, and the certificate against the genesis; exit code 3 when something is wrong.")
    int verify(
            @Mixin CommonOptions options,
            @Mixin GenesisOption genesis,
            @Parameters(paramLabel = "HASH|CHECKPOINT|newest", defaultValue = "newest") String which)
            throws IOException {
        try (var access = ClusterAccess.open(options)) {
            GenesisConfig network = genesis.read(options);
            StoredSnapshot snapshot = find(snapshots(access, network), which);
            try (ChunkFolder chunks = folder(snapshot)) {
                fetchVerified(access, network, snapshot, chunks);
                terminal(options)
                        .say("snapshot %s of checkpoint %d is whole, its root %s is certified"
                                .formatted(
                                        snapshot.hash(),
                                        snapshot.manifest().checkpointIndex(),
                                        snapshot.manifest().stateRoot()));
                return 0;
            } catch (UnusableSnapshotException e) {
                return refused("snapshot " + snapshot.hash() + " must not be used: " + e.getMessage());
            }
        }
    }

    @Command(
            name = "now",
            mixinStandardHelpOptions = true,
            description = "Have a snapshot made at the next certified checkpoint, and wait until it is there.")
    int now(
            @Mixin CommonOptions options,
            @Mixin GenesisOption genesis,
            @Option(
                            names = "--wait",
                            paramLabel = "SECONDS",
                            defaultValue = "300",
                            description = "At most so long (default: ${DEFAULT-VALUE}).")
                    int seconds)
            throws InterruptedException {
        try (var access = ClusterAccess.open(options);
                var table = new SnapshotTable(
                        access.cluster(), genesis.read(options).networkId())) {
            table.refresh();
            Set<Hash> before =
                    table.snapshots().stream().map(StoredSnapshot::hash).collect(Collectors.toSet());
            SnapshotRequests.ask(access.cluster(), "snapshot-now/" + UUID.randomUUID(), Clock.systemUTC());
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
            while (System.nanoTime() < deadline) {
                table.refresh();
                for (StoredSnapshot snapshot : table.snapshots()) {
                    if (!before.contains(snapshot.hash())) {
                        print(options, "snapshot", new SnapshotFacts(access.cluster()).of(snapshot));
                        return 0;
                    }
                }
                TimeUnit.MILLISECONDS.sleep(LOOK_AGAIN.toMillis());
            }
            throw new UserError(
                    "no snapshot was published within " + seconds + " s",
                    "see whether the snapshotter runs and whether 'meshlog ledger status' shows new checkpoints");
        }
    }

    @Command(
            name = "export",
            mixinStandardHelpOptions = true,
            description = "Write one verified snapshot into a file, for another cluster or for keeping.")
    int export(
            @Mixin CommonOptions options,
            @Mixin GenesisOption genesis,
            @Parameters(index = "0", paramLabel = "FILE") Path file,
            @Parameters(index = "1", paramLabel = "HASH|CHECKPOINT|newest", defaultValue = "newest") String which)
            throws IOException {
        try (var access = ClusterAccess.open(options)) {
            GenesisConfig network = genesis.read(options);
            StoredSnapshot snapshot = find(snapshots(access, network), which);
            try (ChunkFolder chunks = folder(snapshot)) {
                fetchVerified(access, network, snapshot, chunks);
                SnapshotFile.write(file, snapshot, chunks, progress(options, snapshot, "written"));
            } catch (UnusableSnapshotException e) {
                return refused("nothing is written, snapshot " + snapshot.hash() + ": " + e.getMessage());
            }
            terminal(options)
                    .say("checkpoint %d is in %s, %d bytes"
                            .formatted(snapshot.manifest().checkpointIndex(), file, Files.size(file)));
            return 0;
        }
    }

    @Command(
            name = "import",
            mixinStandardHelpOptions = true,
            description =
                    "Verify the snapshot in a file and publish it in the cluster; exit code 3 when something is wrong with it.")
    int importFile(
            @Mixin CommonOptions options, @Mixin GenesisOption genesis, @Parameters(paramLabel = "FILE") Path file)
            throws IOException {
        try (var access = ClusterAccess.open(options)) {
            GenesisConfig network = genesis.read(options);
            var made = new ArrayList<ChunkFolder>();
            try {
                SnapshotFile.Opened opened = SnapshotFile.read(file, network.networkId(), snapshot -> {
                    made.add(folder(snapshot));
                    return made.get(0);
                });
                StoredSnapshot snapshot = opened.snapshot();
                SnapshotReader.read(snapshot, opened.chunks(), SnapshotTrust.ofGenesis(network), chunk -> {});
                SnapshotImport.publish(
                        access.cluster(),
                        snapshot,
                        opened.chunks(),
                        Clock.systemUTC(),
                        progress(options, snapshot, "published"));
                terminal(options)
                        .say(
                                "snapshot %s of checkpoint %d is published%s"
                                        .formatted(
                                                snapshot.hash(),
                                                snapshot.manifest().checkpointIndex(),
                                                snapshot.isOf(LogIdentity.of(access.cluster()))
                                                        ? ""
                                                        : "; its offsets mean another log, so nothing is replayed after it here"));
                return 0;
            } catch (UnusableSnapshotException e) {
                return refused("nothing is published: " + e.getMessage());
            } finally {
                made.forEach(ChunkFolder::close);
            }
        }
    }

    /** While the chunks are fetched, the snapshotter keeps them. */
    private static void fetchVerified(
            ClusterAccess access, GenesisConfig network, StoredSnapshot snapshot, ChunkFolder chunks)
            throws UnusableSnapshotException {
        SnapshotLease lease = SnapshotLease.take(
                access.cluster(),
                "snapshot-command/" + UUID.randomUUID(),
                snapshot.hash().fixed(),
                Clock.systemUTC());
        try {
            chunks.fetch(access.cluster(), fetched -> {});
        } finally {
            lease.close();
        }
        SnapshotReader.read(snapshot, chunks, SnapshotTrust.ofGenesis(network), chunk -> {});
    }

    private static List<StoredSnapshot> snapshots(ClusterAccess access, GenesisConfig network) {
        try (var table = new SnapshotTable(access.cluster(), network.networkId())) {
            table.refresh();
            return table.snapshots();
        }
    }

    private static StoredSnapshot find(List<StoredSnapshot> snapshots, String which) {
        return snapshots.stream()
                .filter(each -> which.equals("newest")
                        || (which.length() >= 8 && each.hash().hex().startsWith(which))
                        || Long.toString(each.manifest().checkpointIndex()).equals(which))
                .reduce((older, newer) -> newer)
                .orElseThrow(
                        () -> new UserError(
                                "there is no snapshot '" + which + "' among " + snapshots.size(),
                                "'meshlog snapshot list' shows them; name one by its checkpoint, by at least 8 digits of its hash, or as 'newest'"));
    }

    private static ChunkFolder folder(StoredSnapshot snapshot) {
        try {
            return new ChunkFolder(Files.createTempDirectory("meshlog-snapshot"), snapshot);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException("a directory for temporary files", e);
        }
    }

    private java.util.function.IntConsumer progress(CommonOptions options, StoredSnapshot snapshot, String what) {
        int all = snapshot.chunkSizes().size();
        Terminal terminal = terminal(options);
        return done -> {
            if (done % 100 == 0 || done == all) {
                terminal.say("%d of %d chunks %s (%d %%)".formatted(done, all, what, 100 * done / all));
            }
        };
    }

    private Terminal terminal(CommonOptions options) {
        return new Terminal(spec.commandLine().getOut(), options.json);
    }

    private void print(CommonOptions options, String name, Map<String, Object> facts) {
        if (options.json) {
            spec.commandLine().getOut().println(CommonOptions.toJson(new LinkedHashMap<>(facts)));
            spec.commandLine().getOut().flush();
        } else {
            terminal(options).result(name, facts);
        }
    }

    private int refused(String why) {
        spec.commandLine().getErr().println("error: " + why);
        spec.commandLine().getErr().flush();
        return Meshlog.VERIFICATION_FAILED;
    }
}
