package dev.meshlog.infra.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.meshlog.infra.UserError;
import dev.meshlog.schemas.Cluster;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.apache.kafka.clients.CommonClientConfigs;
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
        var properties = new HashMap<String, String>();
        if (kafkaConfig != null) {
            properties.putAll(load(kafkaConfig));
        }
        if (bootstrapServers != null) {
            properties.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        }
        if (properties.isEmpty()) {
            return Optional.empty();
        }
        if (!properties.containsKey(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG)) {
            throw new UserError(
                    kafkaConfig + " does not say bootstrap.servers", "add it there, or give --bootstrap-servers");
        }
        return Optional.of(new Cluster(properties));
    }

    static String toJson(Object value) {
        try {
            return JSON.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("not printable as JSON: " + value.getClass(), e);
        }
    }

    private static Map<String, String> load(Path file) {
        var properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        } catch (IOException e) {
            throw new UserError("can't read the Kafka client properties in " + file + ": " + e, "check the path", e);
        }
        var map = new HashMap<String, String>();
        properties.stringPropertyNames().forEach(name -> map.put(name, properties.getProperty(name)));
        return map;
    }
}
