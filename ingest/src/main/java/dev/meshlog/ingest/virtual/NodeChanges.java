package dev.meshlog.ingest.virtual;

import com.google.protobuf.ByteString;
import dev.meshlog.schemas.meshtastic.NodeInfo;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Nodes of the tables whose names or key are new to the clients that already have their config. Positions and signals come to them as packets;
 * names and keys may come from another link, or from the operator. One thread.
 */
final class NodeChanges {
    /** A table that fills shall not flood the clients. */
    private static final int AT_ONCE = 64;

    private final Set<Integer> changed = new LinkedHashSet<>();
    private final Map<Integer, Integer> told = new HashMap<>();

    void add(int node) {
        changed.add(node);
    }

    void forget() {
        told.clear();
    }

    /** What there is to tell now. */
    List<ByteString> take(NodeList nodes) {
        var messages = new ArrayList<ByteString>();
        for (Integer number : changed.stream().limit(AT_ONCE).toList()) {
            changed.remove(number);
            nodes.of(number)
                    .filter(this::isNews)
                    .map(ConfigAnswer::message)
                    .ifPresent(message -> messages.add(message.toByteString()));
        }
        return messages;
    }

    private boolean isNews(NodeInfo node) {
        Integer version = node.getUser().hashCode();
        return !Objects.equals(told.put(node.getNum(), version), version);
    }
}
