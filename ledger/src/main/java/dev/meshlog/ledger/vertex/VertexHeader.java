package dev.meshlog.ledger.vertex;

import dev.meshlog.ledger.Domain;
import dev.meshlog.ledger.Hash;
import java.nio.ByteBuffer;

/**
 * The signed part of a vertex, integers big-endian:
 *
 * <pre>
 * 0         32      40      48                56               88          120
 * | producer | round | epoch | checkpointIndex | checkpointRoot | bodyHash |
 * </pre>
 *
 * checkpointIndex and checkpointRoot name the newest checkpoint that the producer has executed.
 */
public record VertexHeader(
        Hash producer, long round, long epoch, long checkpointIndex, Hash checkpointRoot, Hash bodyHash) {
    public static final int LENGTH = 120;

    public byte[] encode() {
        ByteBuffer out = ByteBuffer.allocate(LENGTH);
        producer.putInto(out);
        out.putLong(round).putLong(epoch).putLong(checkpointIndex);
        checkpointRoot.putInto(out);
        bodyHash.putInto(out);
        return out.array();
    }

    /** @throws IllegalArgumentException when there are not exactly 120 bytes */
    public static VertexHeader decode(byte[] bytes) {
        if (bytes.length != LENGTH) {
            throw new IllegalArgumentException("a header has 120 bytes, not " + bytes.length);
        }
        ByteBuffer in = ByteBuffer.wrap(bytes);
        return new VertexHeader(Hash.of(in), in.getLong(), in.getLong(), in.getLong(), Hash.of(in), Hash.of(in));
    }

    public Hash vertexId(Hash networkId) {
        return Domain.VERTEX.hash(networkId, encode());
    }
}
