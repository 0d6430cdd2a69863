package dev.meshlog.infra.cli;

import dev.meshlog.infra.config.HttpConfig;
import dev.meshlog.infra.node.Directories;
import dev.meshlog.infra.node.ReplicaDoor;
import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.replayer.Difference;
import dev.meshlog.replayer.RecoveryOptions;
import dev.meshlog.replayer.RecoveryProgress;
import dev.meshlog.replayer.RecoveryReport;
import dev.meshlog.replayer.Replayer;
import dev.meshlog.replayer.ReplicaRun;
import dev.meshlog.replayer.TrustOptions;
import dev.meshlog.schemas.Cluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
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

    @Option(
            names = "--http",
            paramLabel = "HOST:PORT",
            description = "With --follow: answer questions from the replica's state here (default: not at all).")
    private @Nullable String http;

    @Mixin
    private ConfigOption config;

    @Mixin
    private RecoveryOptions recovery;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Path kept = target;
        if (recovery.isFollowing() && kept == null) {
            throw new ParameterException(
                    spec.commandLine(), "--follow needs --to DIR, where the replica's state is kept");
        }
        if (http != null && !recovery.isFollowing()) {
            throw new ParameterException(spec.commandLine(), "--http goes with --follow");
        }
        Optional<HttpConfig> door = Optional.ofNullable(http).map(listen -> config.http(options.data, listen));
        var terminal = new Terminal(spec.commandLine().getOut(), options.json);
        if (recovery.trust().isInsecure()) {
            terminal.say(TrustOptions.WARNING);
        }
        try (var access = ClusterAccess.open(options)) {
            GenesisConfig network = genesis.read(options);
            Clock clock = Clock.systemUTC();
            var progress = new RecoveryProgress(new OnTerminal(terminal), clock);
            if (kept == null) {
                Path temporary = Files.createTempDirectory("meshlog-replay");
                try {
                    return recover(access.cluster(), network, temporary.resolve("state"), terminal, progress);
                } finally {
                    Directories.delete(temporary);
                }
            }
            boolean goesOn = recovery.isFollowing() && Files.exists(kept);
            int code = goesOn ? 0 : recover(access.cluster(), network, kept, terminal, progress);
            if (code != 0 || !recovery.isFollowing()) {
                return code;
            }
            List<Difference> differences = ReplicaRun.untilStopped(
                    access.cluster(),
                    network,
                    kept,
                    recovery,
                    clock,
                    progress,
                    reader(door, access, network, terminal));
            differences.forEach(difference -> terminal.say(difference.toString()));
            return differences.isEmpty() ? 0 : Meshlog.VERIFICATION_FAILED;
        }
    }

    private static ReplicaRun.Reader reader(
            Optional<HttpConfig> settings, ClusterAccess access, GenesisConfig network, Terminal terminal) {
        if (settings.isEmpty()) {
            return ReplicaRun.Reader.NONE;
        }
        return replica -> {
            var door = new ReplicaDoor(settings.get(), access.cluster(), network, replica);
            terminal.say("replica at " + door.url() + ", answers once it is live");
            return door;
        };
    }

    private int recover(
            Cluster cluster, GenesisConfig network, Path directory, Terminal terminal, RecoveryProgress progress) {
        Clock clock = Clock.systemUTC();
        RecoveryReport report = new Replayer(cluster, recovery.source(cluster, network, clock), network, clock)
                .recover(recovery.plan(cluster, directory), progress);
        terminal.result("recovery", options.json ? report.fields() : report.figures());
        report.differences().forEach(difference -> terminal.say(difference.toString()));
        terminal.say(report.verdict());
        return report.consistent() ? 0 : Meshlog.VERIFICATION_FAILED;
    }

    private record OnTerminal(Terminal terminal) implements RecoveryProgress.Lines {
        @Override
        public void say(String text) {
            terminal.say(text);
        }

        @Override
        public void progress(double fraction, String text) {
            terminal.progress(fraction, text);
        }
    }
}
