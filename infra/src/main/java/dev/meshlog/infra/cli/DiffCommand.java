package dev.meshlog.infra.cli;

import dev.meshlog.infra.node.Directories;
import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.rocksdb.RocksStateStore;
import dev.meshlog.ledger.state.EntryDifference;
import dev.meshlog.ledger.trust.Trust;
import dev.meshlog.replayer.RecoveryListener;
import dev.meshlog.replayer.RecoveryReport;
import dev.meshlog.replayer.Replayer;
import dev.meshlog.replayer.StateDiff;
import dev.meshlog.replayer.StateDirectory;
import dev.meshlog.replayer.TopicSnapshots;
import dev.meshlog.schemas.Cluster;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "diff",
        mixinStandardHelpOptions = true,
        description = {
            "Print what differs between two states: the buckets, then the entries; exit code 3 when anything does.",
            "A state is DIR (a recovered one), commit:N (recovered for this), or snapshot:N or snapshot:HASH (a published one, by"
                    + " its checkpoint or the beginning of its hash)."
        })
@SuppressWarnings("NullAway.Init") // fields are set by picocli
final class DiffCommand implements Callable<Integer> {
    private static final String COMMIT = "commit:";
    private static final String SNAPSHOT = "snapshot:";

    @Mixin
    private CommonOptions options;

    @Mixin
    private GenesisOption genesis;

    @Parameters(index = "0", paramLabel = "A", description = "The first state.")
    private String before;

    @Parameters(index = "1", paramLabel = "B", description = "The second state.")
    private String after;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        if (before.startsWith(SNAPSHOT) != after.startsWith(SNAPSHOT)) {
            throw new ParameterException(
                    spec.commandLine(), "a snapshot is compared with a snapshot: its commit is commit:N");
        }
        GenesisConfig network = genesis.read(options);
        var printed = new Printed(spec.commandLine().getOut(), options.json);
        Path temporary = Files.createTempDirectory("meshlog-diff");
        try {
            if (before.startsWith(SNAPSHOT)) {
                snapshots(network, temporary, printed);
            } else {
                states(network, temporary, printed);
            }
        } finally {
            Directories.delete(temporary);
        }
        return printed.end() ? 0 : Meshlog.VERIFICATION_FAILED;
    }

    private void snapshots(GenesisConfig network, Path temporary, Printed printed) {
        try (var access = ClusterAccess.open(options)) {
            var source = new TopicSnapshots(access.cluster(), Clock.systemUTC());
            StateDiff.ofSnapshots(
                    source,
                    StateDiff.named(source, network, before.substring(SNAPSHOT.length())),
                    StateDiff.named(source, network, after.substring(SNAPSHOT.length())),
                    temporary,
                    Runtime.getRuntime().availableProcessors(),
                    printed);
        }
    }

    private void states(GenesisConfig network, Path temporary, Printed printed) {
        Path left = Path.of(before);
        Path right = Path.of(after);
        if (before.startsWith(COMMIT) || after.startsWith(COMMIT)) {
            try (var access = ClusterAccess.open(options)) {
                left = directory(before, network, access.cluster(), temporary.resolve("before"));
                right = directory(after, network, access.cluster(), temporary.resolve("after"));
            }
        }
        if (left.toAbsolutePath().normalize().equals(right.toAbsolutePath().normalize())) {
            throw new ParameterException(spec.commandLine(), left + " is named twice");
        }
        try (RocksStateStore one = StateDirectory.open(left, network);
                RocksStateStore other = StateDirectory.open(right, network)) {
            StateDiff.ofStores(one, other, network, printed);
        }
    }

    private Path directory(String state, GenesisConfig network, Cluster cluster, Path temporary) {
        if (!state.startsWith(COMMIT)) {
            return Path.of(state);
        }
        RecoveryReport report = new Replayer(cluster, network, Clock.systemUTC())
                .recover(
                        new Replayer.Plan(temporary, false, commit(state), new Trust.OfGenesis()),
                        RecoveryListener.NONE);
        if (!report.consistent()) {
            throw new IllegalStateException(state + " is not what was published: " + report.differences());
        }
        return temporary;
    }

    private long commit(String state) {
        try {
            return Long.parseUnsignedLong(state.substring(COMMIT.length()));
        } catch (NumberFormatException e) {
            throw new ParameterException(spec.commandLine(), "'" + state + "' names no commit", e);
        }
    }

    /** One line a difference. */
    private static final class Printed implements StateDiff.Visitor {
        private final PrintWriter out;
        private final boolean json;
        private int buckets;
        private long entries;

        Printed(PrintWriter out, boolean json) {
            this.out = out;
            this.json = json;
        }

        @Override
        public void buckets(IntStream differing) {
            int[] all = differing.toArray();
            buckets = all.length;
            if (json) {
                out.println(CommonOptions.toJson(Map.of("buckets", all)));
            } else if (buckets > 0) {
                out.println("buckets "
                        + IntStream.of(all).mapToObj(Integer::toString).toList());
            }
        }

        @Override
        public void entry(EntryDifference difference) {
            entries++;
            if (json) {
                var fields = new LinkedHashMap<String, Object>();
                fields.put("bucket", difference.bucket());
                put(fields, "before", difference.key(), difference.before());
                put(fields, "after", difference.key(), difference.after());
                out.println(CommonOptions.toJson(fields));
            } else {
                out.println(StateText.difference(difference));
            }
        }

        private static void put(Map<String, Object> fields, String name, byte[] key, byte @Nullable [] value) {
            if (value != null) {
                fields.put(name, StateText.json(key, value));
            }
        }

        /** @return whether nothing differs */
        boolean end() {
            if (json) {
                out.println(CommonOptions.toJson(Map.of("equal", buckets == 0, "entries", entries)));
            } else {
                out.println(buckets == 0 ? "the states are EQUAL" : entries + " entries DIFFER");
            }
            out.flush();
            return buckets == 0;
        }
    }
}
