package dev.meshlog.streams.ledger;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.chain.PendingVertices;
import dev.meshlog.ledger.vertex.Vertex;
import dev.meshlog.schemas.AvroBinary;
import dev.meshlog.schemas.ledger.SignedVertex;
import java.nio.ByteBuffer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;

/** Pending vertices in a store of a Streams task, under their offset (u64, big-endian, so that the store's order is theirs). */
final class StreamsPendingVertices implements PendingVertices {
    private static final AvroBinary<SignedVertex> CODEC = new AvroBinary<>(SignedVertex.getClassSchema());

    private final KeyValueStore<Bytes, byte[]> store;
    private final Hash networkId;

    StreamsPendingVertices(KeyValueStore<Bytes, byte[]> store, Hash networkId) {
        this.store = store;
        this.networkId = networkId;
    }

    @Override
    public void put(long offset, Vertex vertex) {
        store.put(key(offset), CODEC.encode(vertex.record()));
    }

    @Override
    public void remove(long offset) {
        store.delete(key(offset));
    }

    @Override
    public void forEach(Visitor visitor) {
        try (var all = store.all()) {
            while (all.hasNext()) {
                var next = all.next();
                visitor.visit(
                        ByteBuffer.wrap(next.key.get()).getLong(), Vertex.parse(networkId, CODEC.decode(next.value)));
            }
        }
    }

    private static Bytes key(long offset) {
        return Bytes.wrap(ByteBuffer.allocate(8).putLong(offset).array());
    }
}
