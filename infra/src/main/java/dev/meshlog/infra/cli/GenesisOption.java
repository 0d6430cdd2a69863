package dev.meshlog.infra.cli;

import dev.meshlog.infra.node.LedgerIdentity;
import dev.meshlog.ledger.GenesisConfig;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which network a command works for. */
final class GenesisOption {
    @Option(
            names = "--genesis",
            paramLabel = "FILE",
            description = "Genesis file (default: genesis.json of the data directory).")
    private @Nullable Path genesis;

    GenesisConfig read(CommonOptions options) {
        return LedgerIdentity.readGenesis(genesis == null ? options.data.resolve("genesis.json") : genesis);
    }
}
