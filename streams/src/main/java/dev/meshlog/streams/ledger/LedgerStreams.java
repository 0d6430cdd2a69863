package dev.meshlog.streams.ledger;

import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.streams.StreamsSettings;
import java.nio.file.Path;
import java.util.Properties;
import org.apache.kafka.streams.Topology;

/** The Kafka Streams application that verifies, orders and executes. */
public final class LedgerStreams {
    public static final String APPLICATION_ID = "meshlog-ledger";

    private LedgerStreams() {}

    public static Topology topology(GenesisConfig genesis) {
        return new LedgerTopology(genesis).get();
    }

    public static Properties properties(Cluster cluster, Path stateDirectory) {
        return StreamsSettings.exactlyOnce(cluster.properties(), APPLICATION_ID, stateDirectory, APPLICATION_ID);
    }
}
