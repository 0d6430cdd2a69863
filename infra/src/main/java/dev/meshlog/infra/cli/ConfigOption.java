package dev.meshlog.infra.cli;

import dev.meshlog.infra.UserError;
import dev.meshlog.infra.config.HttpConfig;
import dev.meshlog.infra.config.MeshlogConfig;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where a command that runs a part of Meshlog alone finds what {@code meshlog.yaml} says of it. */
final class ConfigOption {
    @Option(
            names = "--config",
            paramLabel = "FILE",
            description =
                    "Configuration whose http section says who may ask (default: meshlog.yaml here, else in the data directory).")
    private @Nullable Path file;

    /**
     * The token, the key and the name that {@code up} would have, at an address that was named.
     *
     * @throws UserError when the configuration or one of the files that it names can't be used, or the address is open to others without them
     */
    HttpConfig http(Path data, String listen) {
        HttpConfig config;
        try {
            config = MeshlogConfig.find(file, data).http().at(listen);
        } catch (IllegalArgumentException e) {
            throw new UserError("--http " + listen + ": " + e.getMessage(), "name an address and a port", e);
        }
        // What is wrong with the files is to be known before the work begins.
        config.settings();
        return config;
    }
}
