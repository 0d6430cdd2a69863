package dev.meshlog.infra.cli;

import dev.meshlog.infra.node.Directories;
import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.rocksdb.RocksStateStore;
import dev.meshlog.ledger.trust.Trust;
import dev.meshlog.replayer.PublishedCommits;
import dev.meshlog.replayer.RecoveryListener;
import dev.meshlog.replayer.RecoveryReport;
import dev.meshlog.replayer.Replayer;
import dev.meshlog.replayer.StateDirectory;
import dev.meshlog.schemas.Hex;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "dump-state",
        mixinStandardHelpOptions = true,
        description = {
            "Print the committed state at the newest checkpoint, sorted by key, one entry a line.",
            "It is recovered from the newest snapshot and the log, and compared with what the ledger published."
        })
@SuppressWarnings("NullAway.Init") // fields are set by picocli
final class DumpStateCommand implements Callable<Integer> {
    @Mixin
    private CommonOptions options;

    @Mixin
    private GenesisOption genesis;

    @Option(names = "--raw", description = "First '# checkpoint INDEX ROOT', then 'HEXKEY HEXVALUE' in key order.")
    private boolean raw;

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            description = "Print the state that 'meshlog replay --to DIR' or a replica left there, as it is.")
    private @Nullable Path recovered;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Path kept = recovered;
        if (kept != null) {
            GenesisConfig network = genesis.read(options);
            try (RocksStateStore store = StateDirectory.open(kept, network)) {
                print(
                        store,
                        StateDirectory.title(store, network, kept),
                        spec.commandLine().getOut());
            }
            return 0;
        }
        try (var access = ClusterAccess.open(options)) {
            GenesisConfig network = genesis.read(options);
            long commit =
                    PublishedCommits.read(access.cluster(), Long.MAX_VALUE).newestCheckpointCommit();
            Path directory = Files.createTempDirectory("meshlog-dump");
            try {
                Path target = directory.resolve("state");
                RecoveryReport report = new Replayer(access.cluster(), network, Clock.systemUTC())
                        .recover(
                                new Replayer.Plan(target, false, commit, new Trust.OfGenesis()), RecoveryListener.NONE);
                if (!report.consistent()) {
                    var err = spec.commandLine().getErr();
                    err.println("error: the recovered state is not the published one, nothing is printed");
                    report.differences().forEach(err::println);
                    return Meshlog.VERIFICATION_FAILED;
                }
                try (RocksStateStore store = RocksStateStore.open(target, network.bucketBits())) {
                    print(
                            store,
                            "checkpoint " + report.checkpoint() + " " + report.root(),
                            spec.commandLine().getOut());
                }
                return 0;
            } finally {
                Directories.delete(directory);
            }
        }
    }

    private void print(RocksStateStore store, String title, PrintWriter out) {
        if (!options.json) {
            out.println("# " + title);
        }
        store.forEachEntryByKey((bucket, key, value) -> {
            if (options.json) {
                out.println(CommonOptions.toJson(StateText.json(key, value)));
            } else if (raw) {
                out.println(Hex.of(key) + " " + Hex.of(value));
            } else {
                out.println(StateText.line(key, value));
            }
            if (out.checkError()) {
                throw new UncheckedIOException(new IOException("the output was closed"));
            }
        });
        out.flush();
    }
}
