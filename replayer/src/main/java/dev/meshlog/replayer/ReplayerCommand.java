package dev.meshlog.replayer;

import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.ClusterOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The replayer as a process of its own, against a cluster. */
@Command(
        name = "replayer",
        mixinStandardHelpOptions = true,
        description =
                "Recover the committed state from a Kafka cluster into a directory; exit code 3 when a root differs.")
@SuppressWarnings("NullAway.Init") // fields are set by picocli
public final class ReplayerCommand implements Callable<Integer> {
    private static final int VERIFICATION_FAILED = 3;

    @Mixin
    private ClusterOptions kafka;

    @Option(names = "--genesis", paramLabel = "FILE", required = true, description = "Genesis file of the network.")
    private Path genesis;

    @Option(
            names = "--to",
            paramLabel = "DIR",
            required = true,
            description = "The recovered state goes here; it must not exist, but with --follow.")
    private Path target;

    @Mixin
    private RecoveryOptions recovery;

    @Spec
    private CommandSpec spec;

    public static void main(String[] args) {
        System.exit(new CommandLine(new ReplayerCommand())
                .setExecutionExceptionHandler(ReplayerCommand::explain)
                .execute(args));
    }

    private static int explain(Exception failure, CommandLine commandLine, CommandLine.ParseResult parsed) {
        commandLine.getErr().println("error: " + (failure.getMessage() == null ? failure : failure.getMessage()));
        return 1;
    }

    @Override
    public Integer call() throws IOException {
        GenesisConfig network = GenesisConfig.ofJson(Files.readString(genesis));
        Cluster cluster = kafka.open();
        Clock clock = Clock.systemUTC();
        PrintWriter out = spec.commandLine().getOut();
        var progress = new RecoveryProgress(new Printed(out, clock), clock);
        if (recovery.trust().isInsecure()) {
            spec.commandLine().getErr().println(TrustOptions.WARNING);
        }
        if (!recovery.isFollowing() || !Files.exists(target)) {
            RecoveryReport report = new Replayer(cluster, recovery.source(cluster, network, clock), network, clock)
                    .recover(recovery.plan(cluster, target), progress);
            report.figures().forEach((name, value) -> out.printf("%-22s %s%n", name, value));
            report.differences().forEach(out::println);
            out.println(report.verdict());
            out.flush();
            if (!report.consistent()) {
                return VERIFICATION_FAILED;
            }
        }
        if (recovery.isFollowing()) {
            List<Difference> differences = ReplicaRun.untilStopped(
                    cluster, network, target, recovery, clock, progress, ReplicaRun.Reader.NONE);
            differences.forEach(out::println);
            out.flush();
            return differences.isEmpty() ? 0 : VERIFICATION_FAILED;
        }
        return 0;
    }

    /** Lines, those that only say how far it is at most every few seconds. */
    private static final class Printed implements RecoveryProgress.Lines {
        private static final long BETWEEN_MS = 5_000;

        private final PrintWriter out;
        private final Clock clock;
        private long saidMs;

        Printed(PrintWriter out, Clock clock) {
            this.out = out;
            this.clock = clock;
        }

        @Override
        public void say(String text) {
            out.println(text);
            out.flush();
        }

        @Override
        public void progress(double fraction, String text) {
            if (clock.millis() - saidMs >= BETWEEN_MS) {
                saidMs = clock.millis();
                say(text);
            }
        }
    }
}
