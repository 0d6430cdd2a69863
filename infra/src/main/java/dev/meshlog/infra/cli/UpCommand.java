package dev.meshlog.infra.cli;

import dev.meshlog.infra.UserError;
import dev.meshlog.infra.broker.DataDirectory;
import dev.meshlog.infra.broker.EmbeddedBroker;
import dev.meshlog.infra.config.HttpConfig;
import dev.meshlog.infra.config.MeshlogConfig;
import dev.meshlog.infra.node.Demo;
import dev.meshlog.infra.node.Departure;
import dev.meshlog.infra.node.JoinProgress;
import dev.meshlog.infra.node.LocalNode;
import dev.meshlog.infra.node.MeshView;
import dev.meshlog.infra.node.Recording;
import dev.meshlog.ingest.gossip.JoinPhase;
import dev.meshlog.schemas.Cluster;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "up",
        mixinStandardHelpOptions = true,
        description = "Run everything in one process, until Ctrl-C or, with --demo, to the end of the demo.")
@SuppressWarnings("NullAway.Init") // fields are set by picocli
final class UpCommand implements Callable<Integer> {
    @Mixin
    private CommonOptions options;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "Configuration (default: meshlog.yaml here, else in the data directory).")
    private @Nullable Path configFile;

    @Option(names = "--port", description = "Port of the embedded broker on 127.0.0.1; 0: any free one.")
    private @Nullable Integer port;

    @Option(
            names = "--demo",
            description = "Play a recorded mesh, order transactions, take snapshots, then recover and compare.")
    private boolean demo;

    @Option(
            names = "--frames",
            paramLabel = "FILE",
            description = "Demo: play this recording of a radio's stream instead.")
    private @Nullable Path frames;

    @Option(
            names = "--mqtt",
            paramLabel = "FILE",
            description = "Demo: play this recording of MQTT envelopes (JSON lines) instead.")
    private @Nullable Path mqtt;

    @Option(
            names = "--expected",
            paramLabel = "FILE",
            description = "Demo: what the tables must hold in the end (JSON).")
    private @Nullable Path expected;

    @Option(
            names = "--play",
            paramLabel = "FILE",
            description =
                    "Play a recording (.frames or .mqtt.jsonl) as if it were received now. Without --config nothing else is done, no ledger for one.")
    private @Nullable Path play;

    @Mixin
    private JoinOptions join;

    @Option(
            names = "--virtual-node",
            paramLabel = "HOST:PORT",
            description = "Show the recording that is played to clients that connect here as to a radio.")
    private @Nullable String virtualNode;

    @Option(
            names = "--until-eof",
            description = "Stop at the end of standard input, too: for a program that starts this one and may die.")
    private boolean untilEof;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        if (!demo && (frames != null || mqtt != null || expected != null)) {
            throw new ParameterException(spec.commandLine(), "--frames, --mqtt and --expected go with --demo");
        }
        if (demo && configFile != null) {
            throw new ParameterException(spec.commandLine(), "--config does not go with --demo, which has its own");
        }
        if (demo && play != null) {
            throw new ParameterException(spec.commandLine(), "--play does not go with --demo, which has its own");
        }
        if (demo && join.isGiven()) {
            throw new ParameterException(spec.commandLine(), "--demo is a network of its own");
        }
        if (virtualNode != null && play == null) {
            throw new ParameterException(
                    spec.commandLine(), "--virtual-node goes with --play; for radios there is radio.virtualNodes");
        }
        if (port != null && (port < 0 || port > 65_535)) {
            throw new ParameterException(spec.commandLine(), "--port must be 0 to 65535");
        }
        Logging.toConsole(options.verbose, options.json);
        try (StopSignal stop = StopSignal.install();
                DataDirectory directory = DataDirectory.open(options.data)) {
            if (untilEof) {
                stop.stopAtEndOf(System.in);
            }
            createLogs(directory);
            List<Recording> recordings = demo ? Recording.forDemo(directory.root(), frames, mqtt) : List.of();
            MeshlogConfig config =
                    demo ? Demo.configuration(directory.root(), recordings) : join.applyTo(configuration(directory));
            Optional<Path> tables =
                    demo ? Demo.expectedTables(directory.root(), expected, frames, mqtt) : Optional.empty();
            var terminal = new Terminal(spec.commandLine().getOut(), options.json);
            Optional<Cluster> external = options.externalCluster().or(() -> cluster(config));
            if (external.isPresent()) {
                ClusterAccess.awaitReachable(external.get());
                directory.publishEndpoint(external.get().bootstrapServers());
                return run(external.get(), config, directory, recordings, tables, terminal, stop);
            }
            int brokerPort = port == null ? config.broker().port() : port;
            terminal.say("starting the embedded broker in " + directory.resolve("broker"));
            try (EmbeddedBroker broker =
                    EmbeddedBroker.start(directory.resolve("broker"), directory.clusterId(), brokerPort)) {
                directory.publishEndpoint(broker.bootstrapServers());
                return run(
                        Cluster.at(broker.bootstrapServers()), config, directory, recordings, tables, terminal, stop);
            }
        }
    }

    private int run(
            Cluster cluster,
            MeshlogConfig config,
            DataDirectory directory,
            List<Recording> recordings,
            Optional<Path> tables,
            Terminal terminal,
            StopSignal stop)
            throws InterruptedException {
        terminal.say("Kafka at " + cluster.bootstrapServers());
        var node = new LocalNode(cluster, config, directory.root(), Clock.systemUTC());
        try (var view = new MeshView(cluster)) {
            if (config.ledger().enabled()) {
                var identity = node.prepareLedger();
                directory.bindNetwork(identity.genesis().networkId().hex());
                if (join.registersAgain()) {
                    new Departure(directory.root(), identity.key().publicKey()).forget();
                }
                terminal.say("ledger network %s, %s"
                        .formatted(
                                identity.genesis().networkId().brief(),
                                identity.signingKey()
                                        .map(key ->
                                                "validator " + key.publicKey().brief())
                                        .orElse("listener")));
            }
            try {
                node.start();
                view.start();
                node.virtualNodes().forEach(terminal::say);
                node.gossip().ifPresent(gossip -> terminal.say("peers reach this node at " + gossip.address()));
                node.http().ifPresent(url -> {
                    directory.publishHttp(url);
                    boolean elsewhere = config.http().fallsBack() && !url.endsWith(":" + HttpConfig.DEFAULT_PORT);
                    terminal.say((config.ledger().enabled() ? "ledger at " : "questions about the radios at ")
                            + url
                            + (elsewhere ? ", since port " + HttpConfig.DEFAULT_PORT + " is taken" : ""));
                });
                terminal.say(node.joining().isEmpty() ? "all parts work" : "joining the network");
                if (demo) {
                    return new Demo(cluster, node, view, directory.root(), terminal, stop.requested())
                            .run(recordings, tables);
                }
                return untilStopped(node, view, terminal, stop.requested());
            } finally {
                node.close();
            }
        }
    }

    private static int untilStopped(LocalNode node, MeshView view, Terminal terminal, CountDownLatch stop)
            throws InterruptedException {
        String waiting = "";
        while (!stop.await(2, TimeUnit.SECONDS)) {
            Optional<JoinProgress> joining = node.joining().filter(join -> join.phase() != JoinPhase.LIVE);
            if (joining.isPresent()) {
                terminal.progress(
                        joining.get().fraction(), "joining: " + joining.get().line());
            } else {
                String before = waiting;
                waiting = node.waitingToCount();
                if (!waiting.equals(before)) {
                    terminal.say(waiting.isEmpty() ? "this validator counts" : "no validator yet: " + waiting);
                }
                terminal.status(view.summary());
            }
            Optional<String> failure = node.failure();
            if (failure.isPresent()) {
                throw new UserError(
                        "a part stopped: " + failure.get(), "the log file tells more; what was stored is kept");
            }
        }
        terminal.say("stopping");
        return 0;
    }

    private MeshlogConfig configuration(DataDirectory directory) {
        if (play == null) {
            return MeshlogConfig.find(configFile, directory.root());
        }
        try {
            return Recording.playing(directory.root(), play, virtualNode, configFile);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }

    private static Optional<Cluster> cluster(MeshlogConfig config) {
        return Optional.ofNullable(config.kafka()).flatMap(kafka -> {
            var named = new CommonOptions();
            named.bootstrapServers = kafka.bootstrapServers();
            named.kafkaConfig = kafka.configFile() == null ? null : Path.of(kafka.configFile());
            return named.externalCluster();
        });
    }

    private void createLogs(DataDirectory directory) {
        Path logs = directory.resolve("logs");
        try {
            Files.createDirectories(logs);
        } catch (IOException e) {
            throw new UncheckedIOException(logs.toString(), e);
        }
        Logging.toFile(logs, options.json);
    }
}
