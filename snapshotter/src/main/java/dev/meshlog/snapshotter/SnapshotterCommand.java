package dev.meshlog.snapshotter;

import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.ClusterOptions;
import dev.meshlog.schemas.SchemaTopic;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The snapshotter as a process of its own, against a cluster. */
@Command(
        name = "snapshotter",
        mixinStandardHelpOptions = true,
        description = "Run only the snapshotter, against a Kafka cluster, until Ctrl-C.")
@SuppressWarnings("NullAway.Init") // fields are set by picocli
public final class SnapshotterCommand implements Callable<Integer> {
    private static final long STOP_SECONDS = 10;

    @Mixin
    private ClusterOptions kafka;

    @Option(names = "--genesis", paramLabel = "FILE", required = true, description = "Genesis file of the network.")
    private Path genesis;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            defaultValue = ".meshlog-snapshotter",
            description = "Directory of its store (default: ${DEFAULT-VALUE}).")
    private Path data;

    @Option(
            names = "--interval",
            paramLabel = "SECONDS",
            defaultValue = "10",
            description = "Between two snapshots (default: ${DEFAULT-VALUE}).")
    private int intervalSeconds;

    @Option(
            names = "--keep",
            paramLabel = "N",
            defaultValue = "3",
            description = "Snapshots that stay published, at least 3 (default: ${DEFAULT-VALUE}).")
    private int keep;

    @Option(
            names = "--shorten-log",
            description = {
                "Delete verified vertices that no kept snapshot needs.",
                "Nobody can replay from genesis then, nor to a commit before the oldest kept snapshot."
            })
    private boolean shortenLog;

    @Option(
            names = "--keep-log-for",
            paramLabel = "DURATION",
            defaultValue = "P7D",
            description =
                    "What is younger stays with --shorten-log, too; a duration of ISO 8601 (default: ${DEFAULT-VALUE}).")
    private Duration keepLogFor;

    @Spec
    private CommandSpec spec;

    public static void main(String[] args) {
        System.exit(new CommandLine(new SnapshotterCommand()).execute(args));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (keep < 3 || intervalSeconds < 1 || keepLogFor.isNegative()) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(),
                    "--keep must be at least 3, --interval at least 1, and --keep-log-for not negative");
        }
        GenesisConfig network = GenesisConfig.ofJson(Files.readString(genesis));
        Cluster cluster = kafka.open();
        new SchemaTopic(cluster).publish();
        var stop = new CountDownLatch(1);
        var stopped = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            stop.countDown();
            await(stopped);
        }));
        try (var snapshotter = new Snapshotter(
                cluster,
                Snapshotter.Network.of(network),
                new Snapshotter.Settings(
                        data,
                        Duration.ofSeconds(intervalSeconds),
                        keep,
                        shortenLog ? Optional.of(keepLogFor) : Optional.empty()),
                Clock.systemUTC())) {
            snapshotter.start();
            while (!stop.await(1, TimeUnit.SECONDS)) {
                if (snapshotter.failure().isPresent()) {
                    return 1;
                }
            }
        } finally {
            stopped.countDown();
        }
        return 0;
    }

    private static void await(CountDownLatch latch) {
        try {
            var unused = latch.await(STOP_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
