package dev.meshlog.schemas;

import java.util.List;
import java.util.Map;
import org.apache.kafka.common.serialization.Serde;

/**
 * One topic of the catalogue.
 *
 * @param name as the tools see it, without a prefix
 * @param keyText what stands in the key
 * @param valueText what stands in the value
 * @param configs topic configuration that {@code topics apply} sets and {@code topics diff} compares
 * @param writers the parts that write
 * @param readers the parts that read
 */
public record Topic<K, V>(
        String name,
        String keyText,
        String valueText,
        Serde<K> keys,
        Serde<V> values,
        int partitions,
        Map<String, String> configs,
        List<String> writers,
        List<String> readers) {
    public Topic {
        configs = Map.copyOf(configs);
        writers = List.copyOf(writers);
        readers = List.copyOf(readers);
    }
}
