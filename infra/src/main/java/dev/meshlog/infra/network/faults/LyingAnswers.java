package dev.meshlog.infra.network.faults;

import dev.meshlog.ingest.gossip.quic.Answer;
import dev.meshlog.ingest.gossip.quic.Peer;
import dev.meshlog.ingest.gossip.quic.PeerException;
import dev.meshlog.ingest.gossip.quic.PeerRefusal;
import dev.meshlog.ingest.gossip.quic.Reply;
import dev.meshlog.ingest.gossip.wire.MessageType;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.vertex.Vertex;
import dev.meshlog.schemas.Buffers;
import dev.meshlog.schemas.gossip.ChunkQuery;
import dev.meshlog.schemas.gossip.RefusalReason;
import dev.meshlog.schemas.gossip.SnapshotQuery;
import dev.meshlog.schemas.gossip.VerticesById;
import dev.meshlog.schemas.ledger.SignedVertex;
import dev.meshlog.schemas.ledger.SnapshotChunk;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.apache.avro.specific.SpecificRecordBase;

/**
 * Answers of a liar: its own vertices, as far as it does not hide them; snapshots of others, which it fetches only when somebody asks it for them, so that they
 * are true and certified, with chunks that are not. Any thread.
 */
final class LyingAnswers {
    /** Longer than anybody waits for an answer. */
    private static final Duration STALL = Duration.ofSeconds(60);

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int KEPT = 5_000;

    private final Predicate<Lie> tells;
    private final Supplier<Optional<Peer>> somebodyHonest;
    private final LieTally tally;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Map<Hash, SignedVertex> own = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Hash, SignedVertex> eldest) {
            return size() > KEPT;
        }
    };

    /** @param tells whether it lies like that at the moment */
    LyingAnswers(Predicate<Lie> tells, Supplier<Optional<Peer>> somebodyHonest, LieTally tally) {
        this.tells = tells;
        this.somebodyHonest = somebodyHonest;
        this.tally = tally;
    }

    synchronized void keep(Vertex made) {
        own.put(made.id(), made.record());
    }

    void answer(SpecificRecordBase question, Answer answer) throws PeerException, InterruptedException {
        if (question instanceof SnapshotQuery) {
            forward(question, MessageType.SNAPSHOT, answer);
        } else if (question instanceof ChunkQuery) {
            forward(question, MessageType.CHUNK, answer);
        } else if (tells.test(Lie.STALLS)) {
            tally.count(Lie.STALLS);
            boolean unused = closed.await(STALL.toMillis(), TimeUnit.MILLISECONDS);
        } else if (question instanceof VerticesById byId) {
            for (var id : byId.getIds()) {
                Optional<SignedVertex> vertex = find(Hash.of(id));
                if (vertex.isPresent()) {
                    answer.send(vertex.get());
                }
            }
        } else {
            answer.refuse(new PeerRefusal(RefusalReason.BUSY, "not now"));
        }
    }

    private synchronized Optional<SignedVertex> find(Hash id) {
        return Optional.ofNullable(own.get(id));
    }

    private void forward(SpecificRecordBase question, MessageType expected, Answer answer)
            throws PeerException, InterruptedException {
        Optional<Peer> source = somebodyHonest.get();
        if (source.isEmpty()) {
            answer.refuse(new PeerRefusal(RefusalReason.NOT_READY, "not now"));
            return;
        }
        try (Reply reply = source.get().ask(question, EnumSet.of(expected))) {
            Optional<SpecificRecordBase> next = reply.next(PATIENCE);
            while (next.isPresent()) {
                answer.send(next.get() instanceof SnapshotChunk chunk ? damaged(chunk) : next.get());
                next = reply.next(PATIENCE);
            }
        }
    }

    private SnapshotChunk damaged(SnapshotChunk chunk) {
        if (!tells.test(Lie.BAD_CHUNKS)) {
            return chunk;
        }
        tally.count(Lie.BAD_CHUNKS);
        byte[] bytes = Buffers.array(chunk.getZstd()).clone();
        bytes[bytes.length / 2] ^= 1;
        return new SnapshotChunk(chunk.getId(), chunk.getSize(), ByteBuffer.wrap(bytes));
    }

    void close() {
        closed.countDown();
    }
}
