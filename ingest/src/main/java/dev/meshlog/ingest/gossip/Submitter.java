package dev.meshlog.ingest.gossip;

import dev.meshlog.ingest.gossip.quic.Peer;
import dev.meshlog.ingest.gossip.quic.PeerException;
import dev.meshlog.ingest.gossip.quic.PeerInfo;
import dev.meshlog.ingest.gossip.quic.Reply;
import dev.meshlog.ingest.gossip.wire.MessageType;
import dev.meshlog.ledger.Validator;
import dev.meshlog.ledger.Validators;
import dev.meshlog.ledger.vertex.Transaction;
import dev.meshlog.schemas.gossip.Submission;
import dev.meshlog.schemas.gossip.Submitted;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import org.apache.avro.specific.SpecificRecordBase;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gives transactions to validators, who put them into vertices: what a node that produces none has in its own log gets nowhere. One thread. */
final class Submitter {
    private static final Logger LOG = LoggerFactory.getLogger(Submitter.class);
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Set<MessageType> SUBMITTED = EnumSet.of(MessageType.SUBMITTED);

    private final PeerTable peers;
    private final Intake.Outcome outcome;
    private final Precedence precedence;
    private int turn;

    Submitter(PeerTable peers, Intake.Outcome outcome, LongSupplier nanoTime) {
        this.precedence = new Precedence(anybody -> true, nanoTime);
        this.peers = peers;
        this.outcome = outcome;
    }

    /**
     * Asks one connected validator after the other until one has the transaction in its log; each time another one comes first, and who just gave no answer last.
     *
     * @return who has it; empty: nobody took it
     */
    Optional<PeerInfo> submit(Transaction transaction, Validators validators) throws InterruptedException {
        List<Peer> able = validators.members().stream()
                .map(Validator::publicKey)
                .flatMap(key -> peers.of(key).stream())
                .toList();
        Precedence.Ranked ranked = precedence.of(able);
        turn++;
        for (int place = 0; place < ranked.size(); place++) {
            Peer peer = ranked.at(place, turn);
            if (isTaken(peer, transaction)) {
                return Optional.of(peer.info());
            }
        }
        return Optional.empty();
    }

    private boolean isTaken(Peer peer, Transaction transaction) throws InterruptedException {
        try (Reply reply = peer.ask(new Submission(ByteBuffer.wrap(transaction.bytes())), SUBMITTED)) {
            Optional<SpecificRecordBase> answer = reply.next(PATIENCE);
            if (answer.isPresent()
                    && ((Submitted) answer.get())
                            .getTxId()
                            .equals(transaction.id().fixed())) {
                precedence.answered(peer);
                return true;
            }
            precedence.failed(peer);
            outcome.misbehaved(
                    peer, Misbehaviour.WRONG_ANSWER, "transaction " + transaction.id() + " was to be taken or refused");
        } catch (PeerException e) {
            LOG.info(
                    "{} does not take transaction {}: {}",
                    peer.info().name(),
                    transaction.id().brief(),
                    e.refusal());
            Fetcher.blame(outcome, peer, e);
            precedence.failed(peer, e);
        }
        return false;
    }
}
