package dev.meshlog.ingest.gossip;

import dev.meshlog.ingest.gossip.quic.Peer;
import dev.meshlog.ingest.gossip.quic.PeerException;
import dev.meshlog.ingest.gossip.quic.Reply;
import dev.meshlog.ingest.gossip.wire.MessageType;
import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Validator;
import dev.meshlog.ledger.Validators;
import dev.meshlog.ledger.crypto.SignatureCheck;
import dev.meshlog.ledger.vertex.KnownValidators;
import dev.meshlog.ledger.vertex.Verdict;
import dev.meshlog.ledger.vertex.Vertex;
import dev.meshlog.ledger.vertex.VertexVerifier;
import dev.meshlog.schemas.gossip.NewestVertexQuery;
import dev.meshlog.schemas.ledger.SignedVertex;
import java.time.Duration;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecordBase;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets a validator that lost its last vertices find them again with its peers, before it signs others for the same rounds: what none of a quorum
 * knows is in no commit. One thread.
 */
final class OwnVertices {
    private static final Logger LOG = LoggerFactory.getLogger(OwnVertices.class);
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** A vertex has 512 KiB at most. */
    private static final Duration ALTOGETHER = Duration.ofSeconds(30);

    private static final Set<MessageType> VERTEX = EnumSet.of(MessageType.VERTEX);

    private final Hash own;
    private final VertexVerifier verifier;
    private final Intake.Outcome outcome;

    OwnVertices(Hash own, GenesisConfig genesis, SignatureCheck signatures, Intake.Outcome outcome) {
        this.own = own;
        this.verifier = new VertexVerifier(genesis.networkId(), genesis.epochLength(), new OnlyOne(own), signatures);
        this.outcome = outcome;
    }

    /**
     * What looks at the peers found.
     *
     * @param answered validators, ourselves included
     * @param others peers that are no validators, and answered
     * @param newest our newest vertex, and who had it
     */
    record Answers(Set<Hash> answered, Set<Peer> others, Optional<Found> newest) {
        static final Answers NONE = new Answers(Set.of(), Set.of(), Optional.empty());

        /** Whether anybody else said something that counts: that it knows no vertex of ours does so from a validator alone. */
        boolean isOfOthers(Hash own) {
            return newest.isPresent() || answered.stream().anyMatch(key -> !key.equals(own));
        }

        /** The round of our newest vertex; 0 when nobody has one. */
        long newestRound() {
            return newest.map(found -> found.vertex().round()).orElse(0L);
        }
    }

    /** A vertex that we signed. */
    record Found(Vertex vertex, Peer at) {}

    /**
     * Asks every connected validator that did not answer yet for our newest vertex. Whoever answers with anything else than a whole vertex of ours did wrong, and
     * did not answer: our header with another body would be kept as the newest one, and never get into the log.
     *
     * @param before what earlier looks found
     */
    Answers look(Validators validators, PeerTable peers, Answers before) throws InterruptedException {
        Set<Hash> answered = new HashSet<>(before.answered());
        Optional<Found> newest = before.newest();
        answered.add(own);
        for (Validator each : validators.members()) {
            Optional<Peer> peer = answered.contains(each.publicKey()) ? Optional.empty() : peers.of(each.publicKey());
            if (peer.isEmpty()) {
                continue;
            }
            Answer answer = ask(peer.get());
            if (answer.isOne()) {
                answered.add(each.publicKey());
            }
            newest = newer(newest, answer.vertex());
        }
        return new Answers(answered, before.others(), newest);
    }

    /**
     * Asks every other connected peer that did not answer yet. A validator whose weight is a quorum needs nobody's word; but when its log is gone, whoever heard
     * it knows more than it does.
     */
    Answers lookAtOthers(Validators validators, PeerTable peers, Answers before) throws InterruptedException {
        Set<Peer> others = new HashSet<>(before.others());
        Optional<Found> newest = before.newest();
        for (Peer peer : peers.connected()) {
            Hash key = peer.info().publicKey();
            boolean isValidator = key != null && validators.contains(key);
            if (isValidator || others.contains(peer)) {
                continue;
            }
            Answer answer = ask(peer);
            if (answer.isOne()) {
                others.add(peer);
            }
            newest = newer(newest, answer.vertex());
        }
        return new Answers(before.answered(), others, newest);
    }

    /** Whether it was an answer at all, and the vertex if there is one. */
    private record Answer(boolean isOne, Optional<Found> vertex) {
        static final Answer NONE = new Answer(false, Optional.empty());
    }

    private Answer ask(Peer peer) throws InterruptedException {
        try (Reply reply = peer.ask(new NewestVertexQuery(own.fixed()), VERTEX)) {
            Optional<SpecificRecordBase> found = reply.next(PATIENCE, ALTOGETHER);
            if (found.isEmpty()) {
                return new Answer(true, Optional.empty());
            }
            return verified(peer, (SignedVertex) found.get())
                    .map(vertex -> new Answer(true, Optional.of(new Found(vertex, peer))))
                    .orElse(Answer.NONE);
        } catch (PeerException e) {
            LOG.debug(
                    "{} does not say which vertex of ours is the newest: {}",
                    peer.info().name(),
                    e.toString());
            return Answer.NONE;
        }
    }

    private Optional<Vertex> verified(Peer from, SignedVertex record) {
        Verdict verdict = verifier.verify(record);
        if (verdict instanceof Verdict.Invalid invalid) {
            outcome.misbehaved(
                    from,
                    Misbehaviour.WRONG_ANSWER,
                    "no vertex of ours: %s (%s)".formatted(invalid.reason(), invalid.detail()));
        }
        return verdict.vertex();
    }

    private static Optional<Found> newer(Optional<Found> known, Optional<Found> found) {
        return Stream.of(known, found)
                .flatMap(Optional::stream)
                .max(Comparator.comparingLong(each -> each.vertex().round()));
    }

    /** Whose vertices count, in any epoch: our ledger may be too far behind to know the validators of theirs. */
    private record OnlyOne(Hash key) implements KnownValidators {
        @Override
        public Optional<Validators> ofEpoch(long epoch) {
            return Optional.empty();
        }

        @Override
        public boolean isKnown(Hash publicKey) {
            return publicKey.equals(key);
        }
    }
}
