package dev.meshlog.infra.bench;

import dev.meshlog.infra.broker.EmbeddedBroker;
import dev.meshlog.infra.topics.TopicProvisioning;
import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.rocksdb.RocksStateStore;
import dev.meshlog.ledger.trust.Trust;
import dev.meshlog.ledger.vertex.Vertex;
import dev.meshlog.replayer.RecoveryListener;
import dev.meshlog.replayer.RecoveryReport;
import dev.meshlog.replayer.Replayer;
import dev.meshlog.schemas.Cluster;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.Uuid;

/**
 * What a ledger of four validators leaves in a broker: its verified log, its commits, one snapshot with a certificate, and vertices behind it. The
 * broker is in this process, its directory goes with it.
 */
final class LedgerHistory implements AutoCloseable {
    static final int VALIDATORS = 4;
    static final int TRANSACTIONS = 100;

    private final Path directory;
    private final Clock clock;
    private final BenchNetwork network = new BenchNetwork(VALIDATORS);
    private final EmbeddedBroker broker;
    private final Cluster cluster;
    private final List<Vertex> behindTheSnapshot = new ArrayList<>();
    private long transactionsBehindTheSnapshot;
    private int directories;

    /**
     * How much there is.
     *
     * @param transactions each writes one object; the first ones create them
     * @param tail how many of them come after the snapshot
     */
    record Load(int objects, long transactions, long tail) {}

    private LedgerHistory(Path directory, Clock clock) {
        this.clock = clock;
        this.directory = directory;
        this.broker = EmbeddedBroker.start(
                directory.resolve("broker"), Uuid.randomUuid().toString(), 0);
        this.cluster = Cluster.at(broker.bootstrapServers());
    }

    static LedgerHistory create(Load load, Clock clock, Consumer<String> progress) throws Exception {
        var history = new LedgerHistory(Files.createTempDirectory("meshlog-bench"), clock);
        try (Admin admin = history.cluster.admin()) {
            new TopicProvisioning(admin).apply();
            history.write(load, progress);
            return history;
        } catch (Exception e) {
            history.close();
            throw e;
        }
    }

    private void write(Load load, Consumer<String> progress) throws Exception {
        try (var store = RocksStateStore.open(
                        directory.resolve("state"), network.genesis().bucketBits());
                var producer = cluster.producer()) {
            var writer = new HistoryWriter(network, store, cluster, producer, load, clock, progress);
            writer.write(load.transactions() - load.tail(), vertex -> {});
            writer.publishSnapshot();
            writer.write(load.transactions(), behindTheSnapshot::add);
            transactionsBehindTheSnapshot = writer.executedBehindTheSnapshot();
        }
    }

    Cluster cluster() {
        return cluster;
    }

    GenesisConfig genesis() {
        return network.genesis();
    }

    /** How many a recovery from the snapshot executes. */
    long transactionsBehindTheSnapshot() {
        return transactionsBehindTheSnapshot;
    }

    /** In the order of the log. */
    List<Vertex> behindTheSnapshot() {
        return behindTheSnapshot;
    }

    /** A directory that does not exist yet. */
    Path newDirectory() {
        directories++;
        return directory.resolve("new-" + directories);
    }

    /** Recovers into a new directory, which goes; the state was compared with what the ledger published. */
    RecoveryReport recover(boolean fromGenesis, boolean verifySignatures, RecoveryListener listener) {
        Path target = newDirectory();
        var plan = new Replayer.Plan(
                target,
                fromGenesis,
                Long.MAX_VALUE,
                new Trust.OfGenesis(),
                verifySignatures,
                false,
                Runtime.getRuntime().availableProcessors());
        RecoveryReport report = new Replayer(cluster, genesis(), clock).recover(plan, listener);
        if (!report.verified() || (report.snapshot() == null) != fromGenesis) {
            throw new IllegalStateException(report.verdict());
        }
        SnapshotFixture.delete(target);
        return report;
    }

    @Override
    public void close() {
        broker.close();
        SnapshotFixture.delete(directory);
    }
}
