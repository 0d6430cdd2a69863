package dev.meshlog.infra.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.meshlog.infra.UserError;
import dev.meshlog.schemas.Cluster;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options that every command has. */
final class CommonOptions {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Option(
            names = "--data",
            paramLabel = "DIR",
            defaultValue = ".meshlog",
            description = "Data directory (default: ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init") // set by picocli
    Path data;

    @Option(
            names = "--bootstrap-servers",
            paramLabel = "HOST:PORT",
            description = "Use this Kafka cluster instead of the embedded broker.")
    @Nullable String bootstrapServers;

    @Option(
            names = "--kafka-config",
            paramLabel = "FILE",
            description = "Kafka client properties for that cluster (TLS, SASL).")
    @Nullable Path kafkaConfig;

    @Option(names = "--json", description = "Print JSON.")
    boolean json;

    @Option(names = "--verbose", description = "More log lines on standard error.")
    boolean verbose;

    @Option(names = "--debug", description = "Print the stack trace of a failure.")
    boolean debug;

    /** The external cluster, when one was named. */
    Optional<Cluster> externalCluster() {
        if (bootstrapServers == null && kafkaConfig == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(Cluster.of(bootstrapServers, kafkaConfig));
        } catch (UncheckedIOException | IllegalArgumentException e) {
            throw new UserError(
                    String.valueOf(e.getMessage()),
                    "check --kafka-config, and name the cluster with --bootstrap-servers",
                    e);
        }
    }

    static String toJson(Object value) {
        try {
            return JSON.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("not printable as JSON: " + value.getClass(), e);
        }
    }
}
