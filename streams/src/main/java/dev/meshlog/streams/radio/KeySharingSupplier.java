package dev.meshlog.streams.radio;

import dev.meshlog.schemas.radio.KeyHolders;
import dev.meshlog.schemas.radio.KeyHolding;
import java.util.Set;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/** {@link KeySharing} and its store. */
final class KeySharingSupplier implements ProcessorSupplier<String, KeyHolding, String, KeySharing.Note> {
    @Override
    public Processor<String, KeyHolding, String, KeySharing.Note> get() {
        return new KeySharing();
    }

    @Override
    public Set<StoreBuilder<?>> stores() {
        return Set.of(Stores.keyValueStoreBuilder(
                Stores.persistentKeyValueStore(KeySharing.HOLDERS),
                Serdes.String(),
                RadioTopology.<KeyHolders>serde(KeyHolders.SCHEMA$)));
    }
}
