package dev.meshlog.infra.cli;

import dev.meshlog.infra.UserError;
import dev.meshlog.infra.broker.DataDirectory;
import dev.meshlog.infra.broker.EmbeddedBroker;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.SchemaTopic;
import dev.meshlog.schemas.Topic;
import dev.meshlog.schemas.Topics;
import dev.meshlog.streams.query.RadioTables;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;

/**
 * The cluster that a command looks into: the named one, the one of the Meshlog that runs in the data directory, or else the embedded broker of that
 * directory, started for the command and stopped again.
 */
final class ClusterAccess implements AutoCloseable {
    private static final int WAIT_SECONDS = 15;

    private final Cluster cluster;
    private final @Nullable EmbeddedBroker broker;
    private final @Nullable DataDirectory directory;

    private ClusterAccess(Cluster cluster, @Nullable EmbeddedBroker broker, @Nullable DataDirectory directory) {
        this.cluster = cluster;
        this.broker = broker;
        this.directory = directory;
    }

    /** @throws UserError also when the cluster does not have the topics of the catalogue */
    static ClusterAccess open(CommonOptions options) {
        ClusterAccess access = openEmpty(options);
        try {
            access.requireTopics();
            return access;
        } catch (RuntimeException e) {
            access.close();
            throw e;
        }
    }

    /** The radio tables as they are now. */
    static RadioTables readRadioTables(CommonOptions options) {
        try (ClusterAccess access = open(options)) {
            return RadioTables.read(access.cluster());
        }
    }

    /** The topics may be missing. */
    static ClusterAccess openEmpty(CommonOptions options) {
        Logging.toConsole(options.verbose, options.json);
        ClusterAccess access = connect(options);
        Topics.WRITERS.lookUpWith(new SchemaTopic(access.cluster)::find);
        return access;
    }

    private static ClusterAccess connect(CommonOptions options) {
        Optional<Cluster> external = options.externalCluster();
        if (external.isPresent()) {
            awaitReachable(external.get());
            return new ClusterAccess(external.get(), null, null);
        }
        Optional<String> running = DataDirectory.runningEndpoint(options.data);
        if (running.isPresent()) {
            Cluster cluster = Cluster.at(running.get());
            awaitReachable(cluster);
            return new ClusterAccess(cluster, null, null);
        }
        DataDirectory directory = DataDirectory.open(options.data);
        try {
            if (!Files.exists(directory.resolve("broker"))) {
                throw new UserError(
                        "there are no broker's data in " + directory.root(),
                        "that Meshlog used another cluster: name it with --bootstrap-servers or --kafka-config");
            }
            EmbeddedBroker broker = EmbeddedBroker.start(directory.resolve("broker"), directory.clusterId(), 0);
            return new ClusterAccess(Cluster.at(broker.bootstrapServers()), broker, directory);
        } catch (RuntimeException e) {
            directory.close();
            throw e;
        }
    }

    Cluster cluster() {
        return cluster;
    }

    /** Whether its broker was started for the command: nothing of Meshlog is at work on it then. */
    boolean isAlone() {
        return broker != null;
    }

    /**
     * Returns once the cluster answers.
     *
     * @throws UserError when it does not within 15 s
     */
    static void awaitReachable(Cluster cluster) {
        Admin admin = cluster.admin();
        try {
            admin.describeCluster().nodes().get(WAIT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            String why = e instanceof ExecutionException && e.getCause() != null
                    ? String.valueOf(e.getCause().getMessage())
                    : "no answer within " + WAIT_SECONDS + " s";
            throw new UserError(
                    "no Kafka broker answers at " + cluster.bootstrapServers() + ": " + why,
                    "check the address, the network and the client properties (--kafka-config)",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while connecting", e);
        } finally {
            // Not the usual close: it would wait for the answer that does not come.
            admin.close(Duration.ZERO);
        }
    }

    private void requireTopics() {
        try (Admin admin = cluster.admin()) {
            Set<String> existing = admin.listTopics().names().get();
            Optional<String> missing = Topics.all().stream()
                    .map(Topic::name)
                    .filter(name -> !existing.contains(name))
                    .findFirst();
            if (missing.isPresent()) {
                throw new UserError(
                        "the cluster at %s has no topic %s".formatted(cluster.bootstrapServers(), missing.get()),
                        "'meshlog up' makes the topics, and so does 'meshlog topics apply'");
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("listing the topics: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while listing the topics", e);
        }
    }

    @Override
    public void close() {
        if (broker != null) {
            broker.close();
        }
        if (directory != null) {
            directory.close();
        }
    }
}
