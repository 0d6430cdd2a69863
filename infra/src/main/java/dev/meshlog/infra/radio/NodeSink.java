package dev.meshlog.infra.radio;

import dev.meshlog.schemas.meshtastic.NodeInfo;
import org.jspecify.annotations.Nullable;

/** Takes what stands in a file of nodes, record by record. */
public interface NodeSink {
    /**
     * A node that can be used.
     *
     * @param line where it begins, counted from 1
     * @param network null: the file does not say
     */
    void node(long line, @Nullable String network, NodeInfo node);

    /** A record, or a part of one, that can't be used. A node whose key is bad comes nevertheless, without it. */
    void bad(long line, String reason);
}
