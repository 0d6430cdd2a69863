package dev.meshlog.ingest.gossip.serve;

import dev.meshlog.ingest.gossip.quic.Answer;
import dev.meshlog.ingest.gossip.quic.PeerException;
import dev.meshlog.ingest.gossip.quic.PeerRefusal;
import dev.meshlog.ledger.Hash;
import dev.meshlog.schemas.Buffers;
import dev.meshlog.schemas.MalformedRecordException;
import dev.meshlog.schemas.gossip.ChunkQuery;
import dev.meshlog.schemas.gossip.PeerStatus;
import dev.meshlog.schemas.gossip.RefusalReason;
import dev.meshlog.schemas.gossip.SnapshotQuery;
import dev.meshlog.schemas.gossip.StatusQuery;
import dev.meshlog.schemas.gossip.Submission;
import dev.meshlog.schemas.gossip.Submitted;
import dev.meshlog.schemas.gossip.VerticesById;
import dev.meshlog.schemas.gossip.VerticesByRound;
import dev.meshlog.schemas.ledger.PublishedSnapshot;
import dev.meshlog.schemas.ledger.SnapshotChunk;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers the questions of peers.
 *
 * <ul>
 *   <li>Vertices by id, at most {@value #IDS}: those that are there, in the order of the log.
 *   <li>Vertices by round, at most {@value #ROUNDS} rounds: in ascending order, whole rounds, as many as go into 32 MiB and at least one. Whoever asks goes
 *       on behind the last round that came. Nothing: none of the rounds has a vertex here.
 *   <li>Snapshots: the certified ones, newest first, which may be none. A chunk. How far this node is.
 *   <li>A transaction: its id, once the cluster has it.
 * </ul>
 *
 * Anything else is refused: {@code MALFORMED} what nobody could answer, {@code OUT_OF_RANGE} what asks for too much or for what is gone, {@code NOT_READY} when
 * this node can't say yet.
 *
 * <p>Any thread; it may wait for the cluster and for the peer.
 */
public final class Answers {
    static final int IDS = 500;
    static final int ROUNDS = 200;
    private static final long BYTES = 32 << 20;
    private static final Logger LOG = LoggerFactory.getLogger(Answers.class);

    private final VertexIndex vertices;
    private final SnapshotShelf snapshots;
    private final Submissions submissions;
    private final Supplier<PeerStatus> status;

    public Answers(
            VertexIndex vertices, SnapshotShelf snapshots, Submissions submissions, Supplier<PeerStatus> status) {
        this.vertices = vertices;
        this.snapshots = snapshots;
        this.submissions = submissions;
        this.status = status;
    }

    /** @throws PeerException when the peer does not take the answer */
    public void answer(SpecificRecordBase question, Answer answer) throws PeerException, InterruptedException {
        try {
            if (question instanceof VerticesById byId) {
                answer(byId, answer);
            } else if (question instanceof VerticesByRound byRound) {
                answer(byRound, answer);
            } else if (question instanceof SnapshotQuery query) {
                answer(query, answer);
            } else if (question instanceof ChunkQuery query) {
                answer(query, answer);
            } else if (question instanceof StatusQuery) {
                answer.send(status.get());
            } else if (question instanceof Submission submission) {
                answer(submission, answer);
            } else {
                refuse(answer, RefusalReason.MALFORMED, question.getSchema().getName() + " is no question");
            }
        } catch (KafkaException | DamagedIndexException e) {
            LOG.warn("a {} is not answered: {}", question.getSchema().getName(), e.toString());
            refuse(answer, RefusalReason.NOT_READY, "this node's cluster does not answer");
        }
    }

    private void answer(VerticesById question, Answer answer) throws PeerException, InterruptedException {
        int count = question.getIds().size();
        if (count > IDS) {
            refuse(answer, RefusalReason.OUT_OF_RANGE, count + " ids, at most " + IDS + " are answered");
        } else if (isReady(answer)) {
            vertices.byIds(question.getIds().stream().map(Hash::of).toList(), answer::send);
        }
    }

    private void answer(VerticesByRound question, Answer answer) throws PeerException, InterruptedException {
        long first = question.getFirst();
        long last = question.getLast();
        if (first < 1 || last < first) {
            refuse(answer, RefusalReason.MALFORMED, "rounds " + first + " to " + last);
        } else if (last - first >= ROUNDS) {
            refuse(
                    answer,
                    RefusalReason.OUT_OF_RANGE,
                    (last - first + 1) + " rounds, at most " + ROUNDS + " are answered");
        } else if (isReady(answer)) {
            if (first < vertices.oldestRound() || !vertices.byRounds(first, last, BYTES, answer::send)) {
                refuse(answer, RefusalReason.OUT_OF_RANGE, "the oldest round here is " + vertices.oldestRound());
            }
        }
    }

    private boolean isReady(Answer answer) {
        boolean isReady = vertices.isReady();
        if (!isReady) {
            refuse(answer, RefusalReason.NOT_READY, "this node does not know its log yet");
        }
        return isReady;
    }

    private void answer(SnapshotQuery question, Answer answer) throws PeerException, InterruptedException {
        if (question.getAtMost() < 1) {
            refuse(answer, RefusalReason.MALFORMED, "at most " + question.getAtMost() + " snapshots");
            return;
        }
        for (PublishedSnapshot each : snapshots.newest(question.getAtMost())) {
            answer.send(each);
        }
    }

    private void answer(ChunkQuery question, Answer answer) throws PeerException, InterruptedException {
        Hash id = Hash.of(question.getId());
        Optional<SnapshotChunk> chunk = snapshots.chunk(id);
        if (chunk.isPresent()) {
            answer.send(chunk.get());
        } else {
            refuse(answer, RefusalReason.NOT_FOUND, "chunk " + id + " is not here");
        }
    }

    private void answer(Submission question, Answer answer) throws PeerException, InterruptedException {
        try {
            Hash id = submissions.take(Buffers.array(question.getTransaction()));
            answer.send(new Submitted(id.fixed()));
        } catch (MalformedRecordException e) {
            refuse(answer, RefusalReason.MALFORMED, String.valueOf(e.getMessage()));
        }
    }

    private static void refuse(Answer answer, RefusalReason reason, String detail) {
        answer.refuse(new PeerRefusal(reason, detail));
    }
}
