package dev.meshlog.ledger.chain;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.VertexRef;
import dev.meshlog.ledger.execution.TxResult;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One commit.
 *
 * @param vertices in order, the leader last
 * @param changes sorted by key; null for an entry that goes; only what differs from the state before
 * @param nextOffset behind the vertex that caused the commit
 * @param replayFrom lowest offset of any vertex above the GC floor and not committed, suspended ones included; nextOffset when there is none
 */
public record CommitOutput(
        long index,
        Hash commitHash,
        Hash previousHash,
        VertexRef leader,
        long epoch,
        List<VertexRef> vertices,
        List<TxResult> results,
        NavigableMap<byte[], byte @Nullable []> changes,
        Optional<CheckpointMark> checkpoint,
        long nextOffset,
        long replayFrom) {
    public CommitOutput {
        vertices = List.copyOf(vertices);
        results = List.copyOf(results);
    }

    public List<Hash> vertexIds() {
        return vertices.stream().map(VertexRef::id).toList();
    }

    public int failedTransactions() {
        return (int) results.stream().filter(result -> !result.isOk()).count();
    }
}
