package dev.meshlog.infra.cli;

import dev.meshlog.infra.client.KafkaLedger;
import dev.meshlog.infra.client.LedgerAccess;
import dev.meshlog.infra.node.LedgerIdentity;
import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.crypto.SigningKey;
import dev.meshlog.schemas.Cluster;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Who sends a transaction, to whom, and whether the command waits for what becomes of it. */
@SuppressWarnings("NullAway.Init") // fields are set by picocli
final class TxOptions {
    @Mixin
    private CommonOptions options;

    @Mixin
    private HttpOptions http;

    @Mixin
    private GenesisOption genesis;

    @Option(
            names = "--key",
            paramLabel = "FILE",
            required = true,
            description = "The sender's private key; 'meshlog tx keygen FILE' makes one.")
    private Path key;

    @Option(names = "--no-wait", description = "End when the transaction is accepted.")
    boolean noWait;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            defaultValue = "60",
            description = "Wait so long for the result (default: ${DEFAULT-VALUE}).")
    private int timeoutSeconds;

    CommonOptions common() {
        return options;
    }

    SigningKey key() {
        return LedgerIdentity.readKey(key);
    }

    GenesisConfig network() {
        return genesis.read(options);
    }

    Duration timeout() {
        return Duration.ofSeconds(Math.max(1, timeoutSeconds));
    }

    /** HTTP, unless a Kafka cluster is named and no URL. */
    LedgerAccess open() {
        Logging.toConsole(options.verbose, options.json);
        Optional<Cluster> cluster = options.externalCluster();
        if (http.url == null && cluster.isPresent()) {
            ClusterAccess.awaitReachable(cluster.get());
            return new KafkaLedger(cluster.get());
        }
        return http.open(options);
    }
}
