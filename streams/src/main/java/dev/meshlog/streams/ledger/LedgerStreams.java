package dev.meshlog.streams.ledger;

import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.query.LedgerView;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.streams.StreamsSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StoreQueryParameters;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.state.QueryableStoreTypes;

/** The Kafka Streams application that verifies, orders and executes. */
public final class LedgerStreams {
    public static final String APPLICATION_ID = "meshlog-ledger";

    static final Duration TAKE_OVER = Duration.ofSeconds(10);

    private LedgerStreams() {}

    public static Topology topology(GenesisConfig genesis) {
        return new LedgerTopology(genesis).get();
    }

    public static Properties properties(Cluster cluster, Path stateDirectory) {
        return StreamsSettings.exactlyOnce(cluster.properties(), APPLICATION_ID, stateDirectory, APPLICATION_ID);
    }

    /**
     * Has the other instances keep copies of the state, and take over when one is silent for {@link #TAKE_OVER} instead of Kafka's 45 s.
     *
     * @param standbys copies beside the one that is worked on; 0: none
     */
    public static void keepStandbys(Properties properties, int standbys) {
        if (standbys > 0) {
            properties.put(StreamsConfig.NUM_STANDBY_REPLICAS_CONFIG, standbys);
            properties.put(StreamsConfig.mainConsumerPrefix(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG), (int)
                    TAKE_OVER.toMillis());
        }
    }

    /**
     * For an instance that answers questions.
     *
     * @param instance names it among those of the cluster, and must be the same after a restart
     * @param applicationServer host:port under which the other instances ask it
     */
    public static Properties properties(
            Cluster cluster, Path stateDirectory, String instance, String applicationServer) {
        Properties p = StreamsSettings.exactlyOnce(cluster.properties(), APPLICATION_ID, stateDirectory, instance);
        p.put(StreamsConfig.APPLICATION_SERVER_CONFIG, applicationServer);
        return p;
    }

    /**
     * The state of the ledger's task as it is assigned now; two reads may see two commits.
     *
     * @throws org.apache.kafka.streams.errors.InvalidStateStoreException while the task is not here or not restored; so may every read of the view
     */
    public static LedgerView view(KafkaStreams streams) {
        return new LedgerView(
                store(streams, LedgerTopology.ENTRIES_STORE),
                store(streams, LedgerTopology.OWNERS_STORE),
                store(streams, LedgerTopology.RESULTS_STORE));
    }

    /** The store whose place is the ledger's: all stores belong to one task. */
    public static String place() {
        return LedgerTopology.ENTRIES_STORE;
    }

    private static StoreEntries store(KafkaStreams streams, String name) {
        return new StoreEntries(
                streams.store(StoreQueryParameters.fromNameAndType(name, QueryableStoreTypes.keyValueStore())));
    }
}
