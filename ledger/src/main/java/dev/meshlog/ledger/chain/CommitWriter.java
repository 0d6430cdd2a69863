package dev.meshlog.ledger.chain;

import dev.meshlog.ledger.ChangeSet;
import dev.meshlog.ledger.Domain;
import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.RootedTable;
import dev.meshlog.ledger.StateKey;
import dev.meshlog.ledger.Validators;
import dev.meshlog.ledger.VertexRef;
import dev.meshlog.ledger.crypto.SignatureCheck;
import dev.meshlog.ledger.dag.Dag;
import dev.meshlog.ledger.execution.CommitContext;
import dev.meshlog.ledger.execution.Executor;
import dev.meshlog.ledger.execution.Pod;
import dev.meshlog.ledger.execution.TxResult;
import dev.meshlog.ledger.vertex.Vertex;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Executes commits and writes all that they change, the chain entry included, into the state. */
final class CommitWriter {
    private final GenesisConfig genesis;
    private final RootedTable state;
    private final Epochs epochs;
    private final Executor executor;
    private ChainHead head;
    private CheckpointMark checkpoint;

    CommitWriter(
            GenesisConfig genesis,
            RootedTable state,
            Epochs epochs,
            ChainHead head,
            SignatureCheck signatures,
            List<Pod> pods) {
        this.genesis = genesis;
        this.state = state;
        this.epochs = epochs;
        this.head = head;
        this.executor = new Executor(head.networkId(), genesis.maxTxValidity(), signatures, pods);
        this.checkpoint = isCheckpoint(head.commitIndex()) ? mark(head.commitIndex()) : head.earlierCheckpoint();
    }

    /** A commit but for its offsets. */
    record Written(
            ChainHead head,
            Hash previousHash,
            List<TxResult> results,
            NavigableMap<byte[], byte @Nullable []> changes,
            Optional<CheckpointMark> checkpoint) {}

    ChainHead head() {
        return head;
    }

    CheckpointMark checkpoint() {
        return checkpoint;
    }

    Written write(VertexRef leader, List<Vertex> vertices) {
        var changes = new ChangeSet(state);
        long index = head.commitIndex() + 1;
        long epoch = epochs.epoch(leader.round());
        long floor = Math.max(head.gcFloor(), Dag.floorAfter(leader.round(), genesis.gcDepth()));
        var context = new CommitContext(
                changes,
                leader.round(),
                epochs.history().ofEpoch(epoch + 2),
                changed -> history(epoch, floor, changed).fitsAnEntry());
        List<TxResult> results = executor.execute(vertices, context);

        ReplayWindow.remember(changes, index, leader.round(), context.executed());
        long oldest =
                ReplayWindow.forget(changes, head.oldestWindowCommit(), index, leader.round(), genesis.maxTxValidity());
        List<VertexRef> refs = vertices.stream().map(Vertex::ref).toList();
        CommittedVertices.update(changes, refs, head.gcFloor(), floor);
        ValidatorHistory history = history(epoch, floor, context.validators());
        if (history != epochs.history()) {
            changes.put(StateKey.validators(), history.encode());
            epochs.replace(history);
        }

        Hash previous = head.commitHash();
        long failed = results.stream().filter(result -> !result.isOk()).count();
        head = new ChainHead(
                head.networkId(),
                index,
                commitHash(previous, index, leader.id(), refs),
                leader.round(),
                epoch,
                floor,
                oldest,
                checkpoint,
                head.vertices() + vertices.size(),
                head.transactions() + results.size(),
                head.failedTransactions() + failed);
        changes.put(StateKey.chain(), head.encode());
        NavigableMap<byte[], byte @Nullable []> net = changes.flush();
        if (!isCheckpoint(index)) {
            return new Written(head, previous, results, net, Optional.empty());
        }
        checkpoint = mark(index);
        return new Written(head, previous, results, net, Optional.of(checkpoint));
    }

    static Hash commitHash(Hash previous, long index, Hash leader, List<VertexRef> vertices) {
        ByteBuffer named = ByteBuffer.allocate(Long.BYTES + Hash.LENGTH * (1 + vertices.size()));
        named.putLong(index);
        leader.putInto(named);
        vertices.forEach(vertex -> vertex.id().putInto(named));
        return Domain.COMMIT.hash(previous, named.array());
    }

    private ValidatorHistory history(long epoch, long floor, Validators ofEpochAfterNext) {
        return epochs.history().with(epoch + 2, ofEpochAfterNext).from(epochs.epoch(floor));
    }

    private boolean isCheckpoint(long commitIndex) {
        return commitIndex % genesis.checkpointInterval() == 0;
    }

    private CheckpointMark mark(long commitIndex) {
        long index = commitIndex / genesis.checkpointInterval();
        return new CheckpointMark(index, state.root(index), state.entries());
    }
}
