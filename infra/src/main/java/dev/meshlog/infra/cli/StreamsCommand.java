package dev.meshlog.infra.cli;

import dev.meshlog.infra.config.HttpConfig;
import dev.meshlog.infra.node.LedgerDoor;
import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.ClusterOptions;
import dev.meshlog.schemas.LogIdentity;
import dev.meshlog.schemas.SchemaTopic;
import dev.meshlog.streams.StreamsApp;
import dev.meshlog.streams.http.RadioRoutes;
import dev.meshlog.streams.ledger.LedgerStreams;
import dev.meshlog.streams.ledger.StateOfLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Properties;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "streams",
        mixinStandardHelpOptions = true,
        description = {
            "Run only the ledger's processing, against a Kafka cluster, until Ctrl-C.",
            "Several instances share the work; with --standby-replicas one keeps a copy of the state and takes over."
        })
@SuppressWarnings("NullAway.Init") // fields are set by picocli
final class StreamsCommand implements Callable<Integer> {
    private static final long STOP_SECONDS = 10;

    @Mixin
    private ClusterOptions kafka;

    @Option(names = "--genesis", paramLabel = "FILE", required = true, description = "Genesis file of the network.")
    private Path genesis;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            defaultValue = ".meshlog-streams",
            description = "Directory of its state, of this instance alone (default: ${DEFAULT-VALUE}).")
    private Path data;

    @Option(
            names = "--instance",
            paramLabel = "NAME",
            defaultValue = LedgerStreams.APPLICATION_ID,
            description =
                    "Names it among the instances; the same after each restart, another for each (default: ${DEFAULT-VALUE}).")
    private String instance;

    @Option(
            names = "--standby-replicas",
            paramLabel = "N",
            defaultValue = "0",
            description =
                    "Copies of the state that other instances keep; the same for all (default: ${DEFAULT-VALUE}).")
    private int standbyReplicas;

    @Option(
            names = "--http",
            paramLabel = "HOST:PORT",
            defaultValue = "127.0.0.1:0",
            description = "Where it answers questions (default: any port of this machine).")
    private String http;

    @Mixin
    private ConfigOption config;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (standbyReplicas < 0) {
            throw new CommandLine.ParameterException(spec.commandLine(), "--standby-replicas must not be negative");
        }
        HttpConfig settings = config.http(data, http);
        GenesisConfig network = GenesisConfig.ofJson(Files.readString(genesis));
        Cluster cluster = kafka.open();
        new SchemaTopic(cluster).publish();
        var stop = new CountDownLatch(1);
        var stopped = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            stop.countDown();
            await(stopped);
        }));
        try (var door = LedgerDoor.open(settings, cluster, network)) {
            new StateOfLog(data, LedgerStreams.APPLICATION_ID).belongTo(LogIdentity.of(cluster));
            Properties properties = LedgerStreams.properties(cluster, data, instance, door.applicationServer());
            LedgerStreams.keepStandbys(properties, standbyReplicas);
            try (var streams = new StreamsApp("ledger", LedgerStreams.topology(network), properties)) {
                streams.start();
                door.follow(streams.streams());
                door.follow(new RadioRoutes(cluster, Clock.systemUTC()));
                spec.commandLine().getOut().println("instance " + instance + " answers at " + door.applicationServer());
                spec.commandLine().getOut().flush();
                while (!stop.await(1, TimeUnit.SECONDS)) {
                    if (streams.failure().isPresent()) {
                        spec.commandLine()
                                .getErr()
                                .println("error: " + streams.failure().get().getMessage());
                        return Meshlog.FAILED;
                    }
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
