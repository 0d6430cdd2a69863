package dev.meshlog.streams.radio;

import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.radio.KeyFacts;
import dev.meshlog.schemas.radio.NodeObservation;
import java.util.Set;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/** {@link NodeTables} and its stores. */
final class NodeTablesSupplier implements ProcessorSupplier<String, NodeObservation, String, NodeChange> {
    private final RadioSettings settings;
    private final KeyTable keyTable;

    NodeTablesSupplier(RadioSettings settings, KeyTable keyTable) {
        this.settings = settings;
        this.keyTable = keyTable;
    }

    @Override
    public Processor<String, NodeObservation, String, NodeChange> get() {
        return new NodeTables(settings.limits(), keyTable, new DirectMessages(settings.privateKeys()));
    }

    @Override
    public Set<StoreBuilder<?>> stores() {
        return Set.of(
                Stores.windowStoreBuilder(
                        Stores.persistentWindowStore(
                                NodeTables.SEEN, SeenPackets.SAME_PACKET, SeenPackets.SAME_PACKET, false),
                        Serdes.String(),
                        Serdes.ByteArray()),
                Stores.keyValueStoreBuilder(
                                Stores.persistentKeyValueStore(NodeTables.NODES),
                                Topics.NODES.keys(),
                                Topics.NODES.values())
                        .withCachingEnabled(),
                Stores.keyValueStoreBuilder(
                        Stores.persistentKeyValueStore(NodeTables.KEYS),
                        Serdes.String(),
                        RadioTopology.serde(KeyFacts.SCHEMA$)),
                Stores.keyValueStoreBuilder(
                        Stores.persistentKeyValueStore(NodeTables.EDGES), Topics.EDGES.keys(), Topics.EDGES.values()),
                Stores.keyValueStoreBuilder(
                        Stores.persistentKeyValueStore(NodeTables.ADMITTED), Serdes.String(), Serdes.ByteArray()));
    }
}
