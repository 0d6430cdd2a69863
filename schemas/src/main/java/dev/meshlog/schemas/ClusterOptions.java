package dev.meshlog.schemas;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which cluster a command that runs a part of Meshlog alone works for. */
public final class ClusterOptions {
    @Option(
            names = "--bootstrap-servers",
            paramLabel = "HOST:PORT",
            required = true,
            description = "The Kafka cluster.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private String bootstrapServers;

    @Option(names = "--kafka-config", paramLabel = "FILE", description = "Kafka client properties (TLS, SASL).")
    private @Nullable Path kafkaConfig;

    /**
     * The cluster, with the schemas of its records.
     *
     * @throws java.io.UncheckedIOException when the file can't be read
     */
    public Cluster open() {
        Cluster cluster = Cluster.of(bootstrapServers, kafkaConfig);
        Topics.WRITERS.lookUpWith(new SchemaTopic(cluster)::find);
        return cluster;
    }
}
