package dev.meshlog.infra.bench;

import dev.meshlog.ingest.MeshTables;
import dev.meshlog.ingest.simulation.SimulatedTables;
import dev.meshlog.schemas.radio.KeyState;
import java.nio.ByteBuffer;

/** So many nodes with a key each, and nothing that changes. */
final class BenchTables {
    private BenchTables() {}

    static MeshTables of(int keys) {
        var tables = new SimulatedTables();
        for (long node = 1; node <= keys; node++) {
            tables.set(new MeshTables.Entry(
                    node,
                    null,
                    SimulatedTables.key("bench", node, KeyState.PINNED, key(node))
                            .build()));
        }
        return tables;
    }

    static byte[] key(long node) {
        return ByteBuffer.allocate(32).putLong(24, node).put(0, (byte) 1).array();
    }
}
