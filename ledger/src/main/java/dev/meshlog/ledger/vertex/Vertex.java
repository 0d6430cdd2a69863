package dev.meshlog.ledger.vertex;

import dev.meshlog.ledger.Domain;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.VertexRef;
import dev.meshlog.ledger.crypto.Ed25519;
import dev.meshlog.schemas.Bytes120;
import dev.meshlog.schemas.Bytes64;
import dev.meshlog.schemas.MalformedRecordException;
import dev.meshlog.schemas.ledger.SignedHeader;
import dev.meshlog.schemas.ledger.SignedVertex;
import java.nio.ByteBuffer;
import java.util.List;

/** A vertex as it was received: its bytes are kept, never encoded again. Byte arrays are shared, not copied: never change them. */
public final class Vertex implements DagVertex {
    private final VertexHeader header;
    private final byte[] signature;
    private final byte[] body;
    private final VertexRef ref;
    private final VertexBytes content;

    Vertex(VertexHeader header, byte[] signature, byte[] body, Hash id, VertexBytes content) {
        this.header = header;
        this.signature = signature;
        this.body = body;
        this.ref = new VertexRef(header.round(), header.producer(), id);
        this.content = content;
    }

    /**
     * Of bytes that were verified before, such as those of the verified log: format and body hash are checked, the signature and the rules
     * are not.
     *
     * @throws MalformedRecordException when the bytes are not a vertex
     */
    public static Vertex parse(Hash networkId, SignedVertex record) {
        VertexHeader header = VertexHeader.decode(record.getHeader().bytes());
        byte[] body = bytes(record.getBody());
        if (header.round() < 1) {
            throw new MalformedRecordException("round " + Long.toUnsignedString(header.round()));
        }
        if (!Domain.BODY.hash(body).equals(header.bodyHash())) {
            throw new MalformedRecordException("the body's hash is not the header's");
        }
        return new Vertex(
                header, record.getSignature().bytes(), body, header.vertexId(networkId), VertexBytes.decode(body));
    }

    static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }

    public VertexHeader header() {
        return header;
    }

    public Hash id() {
        return ref.id();
    }

    public Hash producer() {
        return header.producer();
    }

    public long round() {
        return header.round();
    }

    public long epoch() {
        return header.epoch();
    }

    @Override
    public VertexRef ref() {
        return ref;
    }

    @Override
    public List<VertexRef> parents() {
        return content.parents();
    }

    /** Each the Avro binary of a SignedTransaction. */
    public List<byte[]> transactions() {
        return content.transactions();
    }

    /** The producer's clock; informative only. */
    public long timestampMs() {
        return content.timestampMs();
    }

    public byte[] signature() {
        return signature;
    }

    public byte[] body() {
        return body;
    }

    @Override
    public int size() {
        return VertexHeader.LENGTH + Ed25519.SIGNATURE_LENGTH + body.length;
    }

    public SignedVertex record() {
        return new SignedVertex(new Bytes120(header.encode()), new Bytes64(signature), ByteBuffer.wrap(body));
    }

    /** What shows an equivocation to a third party, and what a certificate is made of. */
    @Override
    public SignedHeader signedHeader() {
        return new SignedHeader(new Bytes120(header.encode()), new Bytes64(signature));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Vertex that && ref.equals(that.ref);
    }

    @Override
    public int hashCode() {
        return ref.hashCode();
    }

    @Override
    public String toString() {
        return ref.toString();
    }
}
