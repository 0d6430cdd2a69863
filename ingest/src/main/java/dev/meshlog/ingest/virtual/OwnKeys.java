package dev.meshlog.ingest.virtual;

import com.google.protobuf.ByteString;
import dev.meshlog.ingest.MeshTables;
import dev.meshlog.schemas.NodeNumber;
import dev.meshlog.schemas.meshtastic.NodeInfo;
import java.util.HashMap;
import java.util.Map;

/**
 * The keys of our own radios, as the tables have them. All entries are read once; after that each one as it changes, for there may be many. One
 * thread.
 */
final class OwnKeys {
    private final MeshTables tables;
    private final Map<Long, ByteString> keys = new HashMap<>();
    private boolean isRead;

    OwnKeys(MeshTables tables) {
        this.tables = tables;
    }

    /** The tables say something else of the node than before. */
    void changed(int node) {
        if (isRead) {
            keys.remove(NodeNumber.of(node));
            tables.entry(NodeNumber.of(node)).ifPresent(this::review);
        }
    }

    private void review(MeshTables.Entry entry) {
        if (entry.facts() != null && entry.facts().getOwn() && entry.key() != null) {
            keys.put(entry.node(), ByteString.copyFrom(entry.key().getKey().bytes()));
        }
    }

    /** Whether the key is one of ours, and another node's than this one. */
    boolean isAnothers(ByteString key, int node, DeviceImage device) {
        if (!isRead) {
            tables.entries().forEach(this::review);
            isRead = true;
        }
        if (key.isEmpty() || node == device.node() || key.equals(keys.get(NodeNumber.of(node)))) {
            return false;
        }
        NodeInfo own = device.nodes().get(device.node());
        return keys.containsValue(key)
                || (own != null && key.equals(own.getUser().getPublicKey()));
    }
}
