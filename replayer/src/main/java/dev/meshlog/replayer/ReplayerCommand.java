package dev.meshlog.replayer;

import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.SchemaTopic;
import dev.meshlog.schemas.Topics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
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

    @Option(
            names = "--bootstrap-servers",
            paramLabel = "HOST:PORT",
            required = true,
            description = "The Kafka cluster.")
    private String bootstrapServers;

    @Option(names = "--kafka-config", paramLabel = "FILE", description = "Kafka client properties (TLS, SASL).")
    private @Nullable Path kafkaConfig;

    @Option(names = "--genesis", paramLabel = "FILE", required = true, description = "Genesis file of the network.")
    private Path genesis;

    @Option(
            names = "--to",
            paramLabel = "DIR",
            required = true,
            description = "The recovered state goes here; it must not exist.")
    private Path target;

    @Option(names = "--from-genesis", description = "Replay everything, without a snapshot.")
    private boolean fromGenesis;

    @Mixin
    private TrustOptions trust;

    @Spec
    private CommandSpec spec;

    public static void main(String[] args) {
        System.exit(new CommandLine(new ReplayerCommand()).execute(args));
    }

    @Override
    public Integer call() throws IOException {
        GenesisConfig network = GenesisConfig.ofJson(Files.readString(genesis));
        Cluster cluster = Cluster.of(bootstrapServers, kafkaConfig);
        Topics.WRITERS.lookUpWith(new SchemaTopic(cluster)::find);
        if (trust.isInsecure()) {
            spec.commandLine().getErr().println(TrustOptions.WARNING);
        }
        RecoveryReport report = new Replayer(cluster, network, Clock.systemUTC())
                .recover(new Replayer.Plan(target, fromGenesis, Long.MAX_VALUE, trust.trust()), RecoveryListener.NONE);
        var out = spec.commandLine().getOut();
        report.figures().forEach((name, value) -> out.printf("%-22s %s%n", name, value));
        report.differences().forEach(out::println);
        if (report.verified()) {
            out.println("state roots are EQUAL");
        } else {
            out.println(
                    report.consistent()
                            ? "no checkpoint was published yet: there is no state root to compare with"
                            : "state roots DIFFER");
        }
        out.flush();
        return report.consistent() ? 0 : VERIFICATION_FAILED;
    }
}
