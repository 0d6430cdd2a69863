package dev.meshlog.infra.cli;

import dev.meshlog.infra.UserError;
import dev.meshlog.infra.broker.DataDirectory;
import dev.meshlog.infra.broker.EmbeddedBroker;
import dev.meshlog.infra.config.MeshlogConfig;
import java.nio.file.Files;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "broker",
        mixinStandardHelpOptions = true,
        description = {
            "Run the embedded broker of the data directory alone, until Ctrl-C.",
            "For Kafka's tools, while nothing of Meshlog works on its topics: a reset needs that."
        })
@SuppressWarnings("NullAway.Init") // fields are set by picocli
final class BrokerCommand implements Callable<Integer> {
    @Mixin
    private CommonOptions options;

    @Option(
            names = "--port",
            defaultValue = "" + MeshlogConfig.Broker.DEFAULT_PORT,
            description = "Port on 127.0.0.1; 0: any free one (default: ${DEFAULT-VALUE}).")
    private int port;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        if (port < 0 || port > 65_535) {
            throw new ParameterException(spec.commandLine(), "--port must be 0 to 65535");
        }
        if (options.externalCluster().isPresent()) {
            throw new ParameterException(spec.commandLine(), "a cluster that is named runs already");
        }
        Logging.toConsole(options.verbose, options.json);
        try (StopSignal stop = StopSignal.install();
                DataDirectory directory = DataDirectory.open(options.data)) {
            if (!Files.exists(directory.resolve("broker"))) {
                throw new UserError(
                        "there are no broker's data in " + directory.root(), "'meshlog up' makes them, on first use");
            }
            try (EmbeddedBroker broker =
                    EmbeddedBroker.start(directory.resolve("broker"), directory.clusterId(), port)) {
                directory.publishEndpoint(broker.bootstrapServers());
                new Terminal(spec.commandLine().getOut(), options.json).say("Kafka at " + broker.bootstrapServers());
                stop.requested().await();
            }
        }
        return 0;
    }
}
