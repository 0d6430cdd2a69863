package dev.meshlog.streams.ledger;

import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.chain.GenesisState;
import dev.meshlog.ledger.chain.OpenEpochs;
import dev.meshlog.ledger.query.LedgerView;
import dev.meshlog.ledger.state.MemoryStateStore;
import dev.meshlog.ledger.state.State;
import dev.meshlog.ledger.vertex.Vertex;
import dev.meshlog.schemas.Buffers;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.Hex;
import dev.meshlog.schemas.Topic;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.ledger.CommitChanges;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/** The ledger's topology without a cluster. */
final class LedgerDriver implements AutoCloseable {
    private final TopologyTestDriver driver;
    private final TestInputTopic<String, byte @Nullable []> vertices;
    private final TestInputTopic<String, byte @Nullable []> verified;

    LedgerDriver(GenesisConfig genesis, Path directory) {
        driver = new TopologyTestDriver(
                LedgerStreams.topology(genesis), LedgerStreams.properties(Cluster.at("localhost:1"), directory));
        vertices = driver.createInputTopic(Topics.VERTICES.name(), new StringSerializer(), new ByteArraySerializer());
        verified = driver.createInputTopic(Topics.VERIFIED.name(), new StringSerializer(), new ByteArraySerializer());
    }

    void pipe(Vertex vertex) {
        pipe(vertex.producer().hex(), Vertices.bytes(vertex));
    }

    void pipe(List<Vertex> all) {
        all.forEach(this::pipe);
    }

    void pipe(String key, byte @Nullable [] value) {
        vertices.pipeInput(key, value);
    }

    void pipeVerified(String key, byte @Nullable [] value) {
        verified.pipeInput(key, value);
    }

    void pipeValidators(OpenEpochs open) {
        driver.createInputTopic(
                        Topics.VALIDATORS.name(),
                        new StringSerializer(),
                        Topics.VALIDATORS.values().serializer())
                .pipeInput(Topics.VALIDATORS_KEY, open.toRecord());
    }

    void letTimePass(Duration time) {
        driver.advanceWallClockTime(time);
    }

    /** What was written since the last call. */
    <V> List<KeyValue<String, V>> read(Topic<String, V> topic) {
        return driver.createOutputTopic(
                        topic.name(),
                        topic.keys().deserializer(),
                        topic.values().deserializer())
                .readKeyValuesToList();
    }

    <V> List<V> values(Topic<String, V> topic) {
        return read(topic).stream().map(rec -> rec.value).toList();
    }

    /** Entries of the state by key, both in hex. */
    Map<String, String> entries() {
        KeyValueStore<Bytes, byte[]> store = driver.getKeyValueStore(LedgerTopology.ENTRIES_STORE);
        Map<String, String> entries = new TreeMap<>();
        try (var all = store.all()) {
            all.forEachRemaining(entry -> entries.put(Hex.of(entry.key.get()), Hex.of(entry.value)));
        }
        return entries;
    }

    /** What queries see. */
    LedgerView view() {
        return new LedgerView(
                new StoreEntries(driver.getKeyValueStore(LedgerTopology.ENTRIES_STORE)),
                new StoreEntries(driver.getKeyValueStore(LedgerTopology.OWNERS_STORE)),
                new StoreEntries(driver.getKeyValueStore(LedgerTopology.RESULTS_STORE)));
    }

    @Override
    public void close() {
        driver.close();
    }

    /** The genesis state, and what the changes make of it. */
    static final class Fold {
        final MemoryStateStore store = new MemoryStateStore();
        final State state;
        private final int bucketBits;

        Fold(GenesisConfig genesis) {
            bucketBits = genesis.bucketBits();
            state = new State(store, bucketBits);
            GenesisState.entries(genesis).forEach(state::put);
        }

        void apply(CommitChanges changes) {
            changes.getEntries().forEach(change -> {
                byte[] key = Buffers.array(change.getKey());
                if (change.getValue() == null) {
                    state.delete(key);
                } else {
                    state.put(key, Buffers.array(change.getValue()));
                }
            });
        }

        Map<String, String> entries() {
            Map<String, String> entries = new TreeMap<>();
            store.forEach(bucketBits, (bucket, key, value) -> entries.put(Hex.of(key), Hex.of(value)));
            return entries;
        }
    }
}
