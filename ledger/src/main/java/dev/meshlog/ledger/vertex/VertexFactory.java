package dev.meshlog.ledger.vertex;

import dev.meshlog.ledger.Domain;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.VertexRef;
import dev.meshlog.ledger.crypto.SigningKey;
import java.util.List;

/** Makes and signs the vertices of one producer. That there is only one for a round is the caller's duty. */
public final class VertexFactory {
    private final Hash networkId;
    private final long epochLength;
    private final SigningKey key;

    public VertexFactory(Hash networkId, long epochLength, SigningKey key) {
        this.networkId = networkId;
        this.epochLength = epochLength;
        this.key = key;
    }

    public Hash producer() {
        return key.publicKey();
    }

    /** @param checkpointIndex with {@code checkpointRoot} the newest checkpoint that the producer has executed */
    public Vertex make(
            long round,
            List<VertexRef> parents,
            List<byte[]> transactions,
            long checkpointIndex,
            Hash checkpointRoot,
            long timestampMs) {
        var content = new VertexBytes(List.copyOf(parents), List.copyOf(transactions), timestampMs);
        byte[] body = content.encode();
        var header = new VertexHeader(
                key.publicKey(), round, round / epochLength, checkpointIndex, checkpointRoot, Domain.BODY.hash(body));
        Hash id = header.vertexId(networkId);
        return new Vertex(header, key.sign(id), body, id, content);
    }
}
