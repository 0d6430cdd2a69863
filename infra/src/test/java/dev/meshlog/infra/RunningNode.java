package dev.meshlog.infra;

import dev.meshlog.infra.broker.DataDirectory;
import dev.meshlog.infra.broker.EmbeddedBroker;
import dev.meshlog.infra.config.HttpConfig;
import dev.meshlog.infra.config.MeshlogConfig;
import dev.meshlog.infra.node.LocalNode;
import dev.meshlog.ingest.gossip.Gossip;
import dev.meshlog.ledger.Hash;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.Topic;
import dev.meshlog.schemas.TopicReader;
import dev.meshlog.schemas.Topics;
import java.nio.file.Path;
import java.time.Clock;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** A node of a ledger's network on a broker of its own. */
final class RunningNode implements AutoCloseable {
    private final DataDirectory directory;
    private final EmbeddedBroker broker;
    private final Cluster cluster;
    private final LocalNode node;

    private RunningNode(DataDirectory directory, EmbeddedBroker broker, Cluster cluster, LocalNode node) {
        this.directory = directory;
        this.broker = broker;
        this.cluster = cluster;
        this.node = node;
    }

    /** Goes on with the data of an earlier one in the same directory. */
    static RunningNode start(Path data, MeshlogConfig.Ledger ledger) throws Exception {
        DataDirectory directory = DataDirectory.open(data);
        EmbeddedBroker broker = EmbeddedBroker.start(data.resolve("broker"), directory.clusterId(), 0);
        var cluster = Cluster.at(broker.bootstrapServers());
        var config = new MeshlogConfig(
                null,
                null,
                null,
                ledger,
                new MeshlogConfig.Snapshots(5, null, null, null),
                new HttpConfig("127.0.0.1:0", null, null, null, null));
        var node = new LocalNode(cluster, config, data, Clock.systemUTC());
        var running = new RunningNode(directory, broker, cluster, node);
        try {
            var unused = node.prepareLedger();
            node.start();
            return running;
        } catch (RuntimeException e) {
            running.close();
            throw e;
        }
    }

    LocalNode node() {
        return node;
    }

    Cluster cluster() {
        return cluster;
    }

    Gossip.Progress progress() {
        return node.gossip().orElseThrow().gossip().progress();
    }

    <V> void readAll(Topic<String, V> topic, Consumer<ConsumerRecord<String, V>> each) {
        TopicReader.readAll(cluster, topic, each);
    }

    /** Hashes by index, as its own log has them. */
    NavigableMap<Long, Hash> commits() {
        NavigableMap<Long, Hash> commits = new TreeMap<>();
        readAll(
                Topics.COMMITS,
                rec -> commits.put(rec.value().getIndex(), Hash.of(rec.value().getCommitHash())));
        return commits;
    }

    @Override
    public void close() {
        node.close();
        broker.close();
        directory.close();
    }
}
