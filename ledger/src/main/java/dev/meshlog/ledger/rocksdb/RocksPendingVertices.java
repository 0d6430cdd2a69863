package dev.meshlog.ledger.rocksdb;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.chain.PendingVertices;
import dev.meshlog.ledger.vertex.Vertex;
import dev.meshlog.schemas.AvroBinary;
import dev.meshlog.schemas.ledger.SignedVertex;
import java.nio.ByteBuffer;
import java.util.TreeMap;

/** Pending vertices in the column family beside the state: those that are not committed yet are among them. */
final class RocksPendingVertices implements PendingVertices {
    private final AvroBinary<SignedVertex> codec = new AvroBinary<>(SignedVertex.getClassSchema());
    private final ColumnFamilies families;
    private final Hash networkId;

    RocksPendingVertices(ColumnFamilies families, Hash networkId) {
        this.families = families;
        this.networkId = networkId;
    }

    @Override
    public void put(long offset, Vertex vertex) {
        families.write(RocksStateStore.VERTICES, RocksStateStore.u64(offset), codec.encode(vertex.record()));
    }

    @Override
    public void remove(long offset) {
        families.write(RocksStateStore.VERTICES, RocksStateStore.u64(offset), null);
    }

    @Override
    public void forEach(Visitor visitor) {
        var all = new TreeMap<Long, byte[]>();
        families.forEach(
                RocksStateStore.VERTICES,
                (key, value) -> all.put(ByteBuffer.wrap(key).getLong(), value));
        families.written(RocksStateStore.VERTICES).forEach((key, value) -> {
            if (value == null) {
                all.remove(key.getLong(0));
            } else {
                all.put(key.getLong(0), value);
            }
        });
        all.forEach((offset, bytes) -> visitor.visit(offset, Vertex.parse(networkId, codec.decode(bytes))));
    }
}
