package dev.meshlog.streams.ledger;

import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.schemas.AvroSerde;
import dev.meshlog.schemas.SingleObject;
import dev.meshlog.schemas.Topic;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.ledger.SignedVertex;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;
import org.jspecify.annotations.Nullable;

/**
 * {@code ledger.vertices → verify → ledger.vertices.verified → order and execute → commits, changes, results, certificates, events}.
 *
 * <p>Verifying is stateless and runs on every partition of {@code ledger.vertices}; the verified log has one partition, so that one task orders
 * and executes. Nothing here depends on the order of arrival: ordering and execution are functions of the set of vertices.
 */
public final class LedgerTopology implements Supplier<Topology> {
    static final String VERIFIED_SINK = "verified";
    static final String REJECTED_SINK = "rejected";
    static final String COMMITS_SINK = "commits";
    static final String CHANGES_SINK = "changes";
    static final String RESULTS_SINK = "results";
    static final String CERTIFICATES_SINK = "certificates";
    static final String EVENTS_SINK = "events";
    static final String UNUSABLE_SINK = "unusable";

    static final String VALIDATORS_SINK = "validator-table";
    static final String MISSING_SINK = "missing";

    static final String VALIDATORS_STORE = "ledger-validators";
    static final String ENTRIES_STORE = "ledger-entries";
    static final String BUCKETS_STORE = "ledger-buckets";
    static final String VERTICES_STORE = "ledger-vertices";
    static final String OWNERS_STORE = "ledger-owners";
    static final String RESULTS_STORE = "ledger-results";
    static final String INSTALLATION_STORE = "ledger-installation";

    private static final String VERIFY = "verify";
    private static final String ORDER = "order-and-execute";

    private final GenesisConfig genesis;

    public LedgerTopology(GenesisConfig genesis) {
        this.genesis = genesis;
    }

    @Override
    public Topology get() {
        var topology = new Topology();
        source(topology, "vertices", Topics.VERTICES);
        topology.addProcessor(VERIFY, () -> new VerifyVertices(genesis, codec(Topics.VERTICES)), "vertices");
        sink(topology, VERIFIED_SINK, Topics.VERIFIED, VERIFY);
        sink(topology, REJECTED_SINK, Topics.LEDGER_REJECTED, VERIFY);

        source(topology, "verified-vertices", Topics.VERIFIED);
        topology.addProcessor(ORDER, new OrderSupplier(), "verified-vertices");
        sink(topology, COMMITS_SINK, Topics.COMMITS, ORDER);
        sink(topology, CHANGES_SINK, Topics.CHANGES, ORDER);
        sink(topology, RESULTS_SINK, Topics.RESULTS, ORDER);
        sink(topology, CERTIFICATES_SINK, Topics.CERTIFICATES, ORDER);
        sink(topology, EVENTS_SINK, Topics.EVENTS, ORDER);
        sink(topology, VALIDATORS_SINK, Topics.VALIDATORS, ORDER);
        sink(topology, MISSING_SINK, Topics.MISSING, ORDER);
        sink(topology, UNUSABLE_SINK, Topics.LEDGER_REJECTED, ORDER);
        // Last: tasks are numbered by their place, and their directories named after the numbers.
        validators(topology);
        return topology;
    }

    /** On every instance: verifying goes on wherever a partition of vertices is. */
    private static void validators(Topology topology) {
        topology.addGlobalStore(
                Stores.keyValueStoreBuilder(
                                Stores.inMemoryKeyValueStore(VALIDATORS_STORE), Serdes.String(), Serdes.ByteArray())
                        .withLoggingDisabled(),
                "validators",
                new StringDeserializer(),
                new ByteArrayDeserializer(),
                Topics.VALIDATORS.name(),
                "keep-validators",
                () -> new KeepNewest(VALIDATORS_STORE));
    }

    private static void source(Topology topology, String name, Topic<String, ?> topic) {
        topology.addSource(name, new StringDeserializer(), new ByteArrayDeserializer(), topic.name());
    }

    private static void sink(Topology topology, String name, Topic<String, ?> topic, String parent) {
        topology.addSink(
                name, topic.name(), new StringSerializer(), topic.values().serializer(), parent);
    }

    private static SingleObject<SignedVertex> codec(Topic<String, SignedVertex> topic) {
        return ((AvroSerde<SignedVertex>) topic.values()).codec();
    }

    private static StoreBuilder<KeyValueStore<Bytes, byte[]>> store(String name) {
        return Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore(name), Serdes.Bytes(), Serdes.ByteArray())
                .withCachingEnabled();
    }

    private final class OrderSupplier
            implements ProcessorSupplier<
                    @Nullable String, byte[], String, org.apache.avro.specific.SpecificRecordBase> {
        @Override
        public Processor<@Nullable String, byte[], String, org.apache.avro.specific.SpecificRecordBase> get() {
            return new OrderAndExecute(genesis, codec(Topics.VERIFIED));
        }

        @Override
        public Set<StoreBuilder<?>> stores() {
            return Set.of(
                    store(ENTRIES_STORE),
                    store(BUCKETS_STORE),
                    store(VERTICES_STORE),
                    store(OWNERS_STORE),
                    store(RESULTS_STORE),
                    store(INSTALLATION_STORE));
        }
    }
}
