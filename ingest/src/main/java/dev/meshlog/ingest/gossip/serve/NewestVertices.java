package dev.meshlog.ingest.gossip.serve;

import dev.meshlog.ingest.gossip.quic.Answer;
import dev.meshlog.ingest.gossip.quic.PeerException;
import dev.meshlog.ingest.gossip.quic.PeerInfo;
import dev.meshlog.ingest.gossip.quic.PeerRefusal;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.vertex.KnownValidators;
import dev.meshlog.schemas.gossip.NewestVertexQuery;
import dev.meshlog.schemas.gossip.RefusalReason;
import dev.meshlog.schemas.ledger.SignedVertex;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells a validator which of its vertices is the newest one in our log: that of the highest round. The last one in the log may be an older one that was fetched
 * late, and whoever is told of that one signs the next round once more.
 *
 * <p>No round is too old to be told of. A bound by our own rounds would rest on how far behind the asker is, which we don't know, and would save nothing: one
 * look into the index finds the vertex among any number, or that there is none. "None" counts as an answer, so it is only said once the index has all that the
 * log holds.
 *
 * <p>Any thread.
 */
public final class NewestVertices {
    private static final Logger LOG = LoggerFactory.getLogger(NewestVertices.class);

    /** An index that keeps up is about half a second behind its log, and whoever is refused asks again. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final VertexIndex index;
    private final Set<Hash> waiting = ConcurrentHashMap.newKeySet();

    public NewestVertices(VertexIndex index) {
        this.index = index;
    }

    /**
     * The validator's newest vertex, or nothing if it has none. Only the validator itself may ask, one question at a time, for the answer may have to wait.
     *
     * @param from who asks
     * @param validators those too who leave, and count for some epochs yet
     * @throws PeerException when the peer does not take the answer
     */
    public void answer(NewestVertexQuery question, PeerInfo from, KnownValidators validators, Answer answer)
            throws PeerException, InterruptedException {
        Hash producer = Hash.of(question.getProducer());
        if (!validators.isKnown(producer) || !Objects.equals(from.publicKey(), producer)) {
            refuse(answer, RefusalReason.NOT_FOUND, "a validator may ask for its own newest vertex, and nobody else");
            return;
        }
        if (!waiting.add(producer)) {
            refuse(answer, RefusalReason.BUSY, "the question before is not answered yet");
            return;
        }
        Optional<SignedVertex> newest;
        try {
            if (!index.awaitAll(PATIENCE)) {
                refuse(answer, RefusalReason.NOT_READY, "this node does not know all of its log yet");
                return;
            }
            newest = index.newestOf(producer);
        } catch (KafkaException | DamagedIndexException e) {
            LOG.warn("{} is not told its newest vertex: {}", producer.brief(), e.toString());
            refuse(answer, RefusalReason.NOT_READY, "this node's log can't be read now");
            return;
        } finally {
            waiting.remove(producer);
        }
        if (newest.isPresent()) {
            answer.send(newest.get());
        }
    }

    private static void refuse(Answer answer, RefusalReason reason, String detail) {
        answer.refuse(new PeerRefusal(reason, detail));
    }
}
