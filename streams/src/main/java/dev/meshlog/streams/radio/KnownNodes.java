package dev.meshlog.streams.radio;

import dev.meshlog.schemas.radio.RadioNode;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * The store of nodes, with some of them decoded in memory: whoever was heard now is soon heard again. Made anew whenever the store is opened, so that
 * nothing stays of a transaction that was lost.
 */
final class KnownNodes {
    private static final int DECODED = 256;

    private final KeyValueStore<String, RadioNode> store;
    private final Map<String, RadioNode> decoded = new LinkedHashMap<>(DECODED, 0.75f, true);

    KnownNodes(KeyValueStore<String, RadioNode> store) {
        this.store = store;
    }

    @Nullable RadioNode node(String key) {
        RadioNode node = decoded.get(key);
        return node == null ? store.get(key) : node;
    }

    void put(String key, RadioNode node) {
        store.put(key, node);
        decoded.put(key, node);
        if (decoded.size() > DECODED) {
            decoded.remove(decoded.keySet().iterator().next());
        }
    }
}
