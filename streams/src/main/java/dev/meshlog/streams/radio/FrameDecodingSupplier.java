package dev.meshlog.streams.radio;

import java.util.Set;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/** {@link FrameDecoding} and its store. */
final class FrameDecodingSupplier implements ProcessorSupplier<String, byte[], String, Decoded> {
    private final ChannelKeys channels;

    FrameDecodingSupplier(ChannelKeys channels) {
        this.channels = channels;
    }

    @Override
    public Processor<String, byte[], String, Decoded> get() {
        return new FrameDecoding(channels);
    }

    @Override
    public Set<StoreBuilder<?>> stores() {
        return Set.of(Stores.keyValueStoreBuilder(
                Stores.persistentKeyValueStore(FrameDecoding.OWN_NODES), Serdes.String(), Serdes.Long()));
    }
}
