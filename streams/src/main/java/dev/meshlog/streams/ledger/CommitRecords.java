package dev.meshlog.streams.ledger;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.VertexRef;
import dev.meshlog.ledger.certificate.Divergence;
import dev.meshlog.ledger.chain.ChainHead;
import dev.meshlog.ledger.chain.CheckpointMark;
import dev.meshlog.ledger.chain.CommitOutput;
import dev.meshlog.ledger.chain.DagEvent;
import dev.meshlog.schemas.ledger.Checkpoint;
import dev.meshlog.schemas.ledger.CommitChanges;
import dev.meshlog.schemas.ledger.CommitEnd;
import dev.meshlog.schemas.ledger.CommitRecord;
import dev.meshlog.schemas.ledger.EntryChange;
import dev.meshlog.schemas.ledger.LedgerEvent;
import dev.meshlog.schemas.ledger.LedgerEventKind;
import dev.meshlog.schemas.ledger.LogPosition;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The records that a commit becomes. */
public final class CommitRecords {
    /** A part of the changes is closed when it holds this much. */
    private static final int PART_BYTES = 1 << 20;

    private CommitRecords() {}

    public static CommitRecord commit(CommitOutput commit) {
        return CommitRecord.newBuilder()
                .setIndex(commit.index())
                .setCommitHash(commit.commitHash().fixed())
                .setPreviousHash(commit.previousHash().fixed())
                .setLeader(commit.leader().id().fixed())
                .setLeaderRound(commit.leader().round())
                .setLeaderProducer(commit.leader().producer().fixed())
                .setEpoch(commit.epoch())
                .setVertices(commit.vertexIds().stream().map(Hash::fixed).toList())
                .setTransactions(commit.results().size())
                .setFailedTransactions(commit.failedTransactions())
                .setCheckpoint(checkpoint(commit))
                .setPosition(position(commit))
                .build();
    }

    /** Of the commit that an installed state stands at. Its vertices are in other logs. */
    static CommitRecord installed(ChainHead head, CheckpointMark checkpoint, LogPosition position) {
        return CommitRecord.newBuilder()
                .setIndex(head.commitIndex())
                .setCommitHash(head.commitHash().fixed())
                .setPreviousHash(Hash.ZERO.fixed())
                .setLeader(Hash.ZERO.fixed())
                .setLeaderRound(head.leaderRound())
                .setLeaderProducer(Hash.ZERO.fixed())
                .setEpoch(head.epoch())
                .setVertices(List.of())
                .setTransactions(0)
                .setFailedTransactions(0)
                .setCheckpoint(checkpoint(checkpoint))
                .setPosition(position)
                .setInstalled(true)
                .build();
    }

    /** At least one; the last one carries the commit's end. */
    static List<CommitChanges> changes(CommitOutput commit) {
        var parts = new ArrayList<CommitChanges>();
        var entries = new ArrayList<EntryChange>();
        int bytes = 0;
        for (Map.Entry<byte[], byte @Nullable []> change : commit.changes().entrySet()) {
            byte[] value = change.getValue();
            int size = change.getKey().length + (value == null ? 0 : value.length);
            if (!entries.isEmpty() && bytes + size > PART_BYTES) {
                parts.add(new CommitChanges(commit.index(), parts.size(), List.copyOf(entries), null));
                entries.clear();
                bytes = 0;
            }
            entries.add(
                    new EntryChange(ByteBuffer.wrap(change.getKey()), value == null ? null : ByteBuffer.wrap(value)));
            bytes += size;
        }
        var end = new CommitEnd(
                commit.commitHash().fixed(), commit.leader().round(), checkpoint(commit), position(commit));
        parts.add(new CommitChanges(commit.index(), parts.size(), List.copyOf(entries), end));
        return parts;
    }

    static LedgerEvent event(DagEvent event) {
        return LedgerEvent.newBuilder()
                .setKind(
                        switch (event.kind()) {
                            case EQUIVOCATION -> LedgerEventKind.EQUIVOCATION;
                            case ORPHAN -> LedgerEventKind.ORPHAN;
                            case REFUSED -> LedgerEventKind.REFUSED;
                            case EVICTED -> LedgerEventKind.EVICTED;
                        })
                .setProducer(event.vertex().producer().fixed())
                .setRound(event.vertex().round())
                .setDetail(event.detail())
                .setVertices(event.evidence())
                .build();
    }

    /** The evidence is in the certificate's headers. */
    static LedgerEvent divergence(Divergence found, VertexRef completing) {
        return LedgerEvent.newBuilder()
                .setKind(LedgerEventKind.DIVERGENCE)
                .setProducer(completing.producer().fixed())
                .setRound(completing.round())
                .setDetail(found.sentence())
                .setVertices(found.certificate().record().getHeaders())
                .build();
    }

    private static @Nullable Checkpoint checkpoint(CommitOutput commit) {
        return commit.checkpoint().map(CommitRecords::checkpoint).orElse(null);
    }

    private static Checkpoint checkpoint(CheckpointMark mark) {
        return new Checkpoint(mark.index(), mark.root().fixed(), mark.entries());
    }

    private static LogPosition position(CommitOutput commit) {
        return new LogPosition(commit.nextOffset(), commit.replayFrom());
    }
}
