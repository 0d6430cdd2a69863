package dev.meshlog.streams.radio;

import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.radio.NodeObservation;
import java.util.Set;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/** {@link NodeTables} and its stores. */
final class NodeTablesSupplier implements ProcessorSupplier<String, NodeObservation, String, NodeChange> {
    private final KeyTable keyTable = new KeyTable(LowEntropyKeys.load());

    @Override
    public Processor<String, NodeObservation, String, NodeChange> get() {
        return new NodeTables(keyTable);
    }

    @Override
    public Set<StoreBuilder<?>> stores() {
        return Set.of(
                Stores.windowStoreBuilder(
                        Stores.persistentWindowStore(
                                NodeTables.SEEN, NodeTables.SAME_PACKET, NodeTables.SAME_PACKET, false),
                        Serdes.String(),
                        Serdes.ByteArray()),
                Stores.keyValueStoreBuilder(
                        Stores.persistentKeyValueStore(NodeTables.NODES), Topics.NODES.keys(), Topics.NODES.values()),
                Stores.keyValueStoreBuilder(
                        Stores.persistentKeyValueStore(NodeTables.KEYS),
                        Topics.PUBKEYS.keys(),
                        Topics.PUBKEYS.values()));
    }
}
