package dev.meshlog.infra.cli;

import dev.meshlog.infra.node.Directories;
import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.state.Manifest;
import dev.meshlog.replayer.RecoveryListener;
import dev.meshlog.replayer.RecoveryReport;
import dev.meshlog.replayer.Replayer;
import dev.meshlog.replayer.TrustOptions;
import java.io.IOException;
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
        name = "replay",
        mixinStandardHelpOptions = true,
        description =
                "Recover the committed state: newest certified snapshot plus replay of the log; exit code 3 when a root differs.")
@SuppressWarnings("NullAway.Init") // fields are set by picocli
final class ReplayCommand implements Callable<Integer> {
    @Mixin
    private CommonOptions options;

    @Mixin
    private GenesisOption genesis;

    @Option(
            names = "--to",
            paramLabel = "DIR",
            description = "Keep the recovered state here (default: it is only compared).")
    private @Nullable Path target;

    @Option(names = "--from-genesis", description = "Replay everything, without a snapshot.")
    private boolean fromGenesis;

    @Mixin
    private TrustOptions trust;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        try (var access = ClusterAccess.open(options)) {
            GenesisConfig network = genesis.read(options);
            var terminal = new Terminal(spec.commandLine().getOut(), options.json);
            if (trust.isInsecure()) {
                terminal.say(TrustOptions.WARNING);
            }
            Path temporary = Files.createTempDirectory("meshlog-replay");
            try {
                Path directory = target == null ? temporary.resolve("state") : target;
                RecoveryReport report = new Replayer(access.cluster(), network, Clock.systemUTC())
                        .recover(
                                new Replayer.Plan(directory, fromGenesis, Long.MAX_VALUE, trust.trust()),
                                listener(terminal));
                terminal.result("recovery", report.figures());
                report.differences().forEach(terminal::say);
                if (report.consistent() && !report.verified()) {
                    terminal.say("no checkpoint was published yet: there is no state root to compare with");
                    return 0;
                }
                terminal.say(report.verified() ? "state roots are EQUAL" : "state roots DIFFER");
                return report.verified() ? 0 : Meshlog.VERIFICATION_FAILED;
            } finally {
                Directories.delete(temporary);
            }
        }
    }

    private static RecoveryListener listener(Terminal terminal) {
        return new RecoveryListener() {
            private long lastReported;

            @Override
            public void snapshotChosen(Manifest manifest) {
                terminal.say("snapshot of checkpoint %d, %d chunks, %d bytes"
                        .formatted(manifest.checkpointIndex(), manifest.chunks().size(), manifest.size()));
            }

            @Override
            public void noSnapshot() {
                terminal.say("without a snapshot: replaying everything");
            }

            @Override
            public void replayed(long offset, long end, long commitIndex) {
                if (offset - lastReported > 10_000) {
                    lastReported = offset;
                    terminal.say("replayed up to offset %d of %d (%d %%), commit %d"
                            .formatted(offset, end, 100 * offset / Math.max(1, end), commitIndex));
                }
            }
        };
    }
}
