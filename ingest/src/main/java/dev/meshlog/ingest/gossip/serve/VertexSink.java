package dev.meshlog.ingest.gossip.serve;

import dev.meshlog.ingest.gossip.quic.PeerException;
import dev.meshlog.schemas.ledger.SignedVertex;

/** Takes vertices one by one. */
@FunctionalInterface
public interface VertexSink {
    void take(SignedVertex vertex) throws PeerException, InterruptedException;
}
