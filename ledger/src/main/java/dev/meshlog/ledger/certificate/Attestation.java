package dev.meshlog.ledger.certificate;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.vertex.Vertex;
import dev.meshlog.ledger.vertex.VertexHeader;
import dev.meshlog.schemas.ledger.SignedHeader;

/**
 * A signed header, looked at for the checkpoint that it names. It says that its producer had executed that checkpoint with that root,
 * and nothing about any other one.
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, shared and never changed
public record Attestation(VertexHeader header, byte[] signature) {
    /** Of a vertex whose signature was checked. */
    public static Attestation of(Vertex vertex) {
        return new Attestation(vertex.header(), vertex.signature());
    }

    public static Attestation of(SignedHeader signed) {
        return new Attestation(
                VertexHeader.decode(signed.getHeader().bytes()),
                signed.getSignature().bytes());
    }

    public Hash producer() {
        return header.producer();
    }

    public long epoch() {
        return header.epoch();
    }

    boolean names(long checkpointIndex, Hash root) {
        return header.checkpointIndex() == checkpointIndex
                && header.checkpointRoot().equals(root);
    }
}
