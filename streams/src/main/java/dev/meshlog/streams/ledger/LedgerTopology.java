package dev.meshlog.streams.ledger;

import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.Validators;
import dev.meshlog.ledger.crypto.Ed25519;
import dev.meshlog.ledger.vertex.KnownValidators;
import dev.meshlog.ledger.vertex.VertexVerifier;
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

    static final String ENTRIES_STORE = "ledger-entries";
    static final String BUCKETS_STORE = "ledger-buckets";
    static final String VERTICES_STORE = "ledger-vertices";

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
        topology.addProcessor(VERIFY, () -> new VerifyVertices(codec(Topics.VERTICES), this::verifier), "vertices");
        sink(topology, VERIFIED_SINK, Topics.VERIFIED, VERIFY);
        sink(topology, REJECTED_SINK, Topics.LEDGER_REJECTED, VERIFY);

        source(topology, "verified-vertices", Topics.VERIFIED);
        topology.addProcessor(ORDER, new OrderSupplier(), "verified-vertices");
        sink(topology, COMMITS_SINK, Topics.COMMITS, ORDER);
        sink(topology, CHANGES_SINK, Topics.CHANGES, ORDER);
        sink(topology, RESULTS_SINK, Topics.RESULTS, ORDER);
        sink(topology, CERTIFICATES_SINK, Topics.CERTIFICATES, ORDER);
        sink(topology, EVENTS_SINK, Topics.EVENTS, ORDER);
        sink(topology, UNUSABLE_SINK, Topics.LEDGER_REJECTED, ORDER);
        return topology;
    }

    private VertexVerifier verifier() {
        return new VertexVerifier(
                genesis.networkId(),
                genesis.epochLength(),
                KnownValidators.constant(new Validators(genesis.validators())),
                Ed25519.fastest());
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
            return Set.of(store(ENTRIES_STORE), store(BUCKETS_STORE), store(VERTICES_STORE));
        }
    }
}
