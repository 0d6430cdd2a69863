package dev.meshlog.ingest.gossip;

import dev.meshlog.ingest.gossip.quic.Answer;
import dev.meshlog.ingest.gossip.quic.Peer;
import dev.meshlog.ingest.gossip.quic.PeerException;
import dev.meshlog.ingest.gossip.quic.PeerRefusal;
import dev.meshlog.ingest.gossip.quic.Reply;
import dev.meshlog.ingest.gossip.wire.MessageType;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Validator;
import dev.meshlog.ledger.Validators;
import dev.meshlog.ledger.crypto.SignatureCheck;
import dev.meshlog.ledger.vertex.KnownValidators;
import dev.meshlog.ledger.vertex.VertexHeader;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.LastRecord;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.gossip.NewestVertexQuery;
import dev.meshlog.schemas.gossip.RefusalReason;
import dev.meshlog.schemas.ledger.SignedVertex;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import org.apache.avro.specific.SpecificRecordBase;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets a validator that lost its last vertices find them again with its peers, before it signs others for the same rounds: what a quorum does not
 * know, nobody built on.
 */
final class OwnVertices {
    private static final Logger LOG = LoggerFactory.getLogger(OwnVertices.class);
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Set<MessageType> VERTEX = EnumSet.of(MessageType.VERTEX);

    private final Cluster cluster;
    private final Hash networkId;
    private final SignatureCheck signatures;
    private final Semaphore searching = new Semaphore(1);

    OwnVertices(Cluster cluster, Hash networkId, SignatureCheck signatures) {
        this.cluster = cluster;
        this.networkId = networkId;
        this.signatures = signatures;
    }

    /**
     * The newest verified vertex of a validator, for a peer that asks. A search may read the whole log, so there is one at a time.
     *
     * @param validators those too who leave, and count for some epochs yet
     */
    void answer(NewestVertexQuery question, KnownValidators validators, Answer answer)
            throws PeerException, InterruptedException {
        Hash producer = Hash.of(question.getProducer());
        if (!validators.isKnown(producer)) {
            answer.refuse(new PeerRefusal(RefusalReason.NOT_FOUND, producer.brief() + " is no validator"));
            return;
        }
        if (!searching.tryAcquire()) {
            answer.refuse(new PeerRefusal(RefusalReason.BUSY, "another search is under way"));
            return;
        }
        Optional<SignedVertex> newest;
        try (var last = new LastRecord(cluster.properties(), PATIENCE)) {
            newest = last.of(Topics.VERIFIED, producer.hex(), vertex -> true).map(rec -> rec.value());
        } finally {
            searching.release();
        }
        if (newest.isPresent()) {
            answer.send(newest.get());
        }
    }

    /**
     * What looks at the peers found.
     *
     * @param answered validators, ourselves included
     * @param newest our newest vertex, and who had it
     */
    record Answers(Set<Hash> answered, Optional<Found> newest) {
        static final Answers NONE = new Answers(Set.of(), Optional.empty());
    }

    /** A vertex that we signed. */
    record Found(SignedVertex vertex, Peer at) {}

    /**
     * Asks every connected validator that did not answer yet for our newest vertex.
     *
     * @param before what earlier looks found
     */
    Answers look(Hash own, Validators validators, PeerTable peers, Answers before) throws InterruptedException {
        Set<Hash> answered = new HashSet<>(before.answered());
        Optional<Found> newest = before.newest();
        answered.add(own);
        for (Validator each : validators.members()) {
            Optional<Peer> peer = answered.contains(each.publicKey()) ? Optional.empty() : peers.of(each.publicKey());
            if (peer.isEmpty()) {
                continue;
            }
            try (Reply reply = peer.get().ask(new NewestVertexQuery(own.fixed()), VERTEX)) {
                Optional<SpecificRecordBase> found = reply.next(PATIENCE);
                if (found.isPresent() && found.get() instanceof SignedVertex vertex && isBetter(own, vertex, newest)) {
                    newest = Optional.of(new Found(vertex, peer.get()));
                }
                answered.add(each.publicKey());
            } catch (PeerException e) {
                LOG.debug(
                        "{} does not say which vertex of ours is the newest: {}",
                        each.publicKey().brief(),
                        e.toString());
            }
        }
        return new Answers(answered, newest);
    }

    private boolean isBetter(Hash own, SignedVertex vertex, Optional<Found> than) {
        VertexHeader header = VertexHeader.decode(vertex.getHeader().bytes());
        return header.producer().equals(own)
                && than.map(other -> round(other) < header.round()).orElse(true)
                && signatures.verify(
                        own, header.vertexId(networkId), vertex.getSignature().bytes());
    }

    private static long round(Found found) {
        return VertexHeader.decode(found.vertex().getHeader().bytes()).round();
    }

    Hash id(SignedVertex vertex) {
        return VertexHeader.decode(vertex.getHeader().bytes()).vertexId(networkId);
    }
}
