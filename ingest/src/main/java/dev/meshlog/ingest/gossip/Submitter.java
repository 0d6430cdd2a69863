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
    private int turn;

    Submitter(PeerTable peers, Intake.Outcome outcome) {
        this.peers = peers;
        this.outcome = outcome;
    }

    /**
     * Asks one connected validator after the other until one has the transaction in its log; each time another one comes first.
     *
     * @return who has it; empty: nobody took it
     */
    Optional<PeerInfo> submit(Transaction transaction, Validators validators) throws InterruptedException {
        List<Peer> able = validators.members().stream()
                .map(Validator::publicKey)
                .flatMap(key -> peers.of(key).stream())
                .toList();
        for (int tried = 0; tried < able.size(); tried++) {
            Peer peer = able.get(Math.floorMod(turn++, able.size()));
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
                return true;
            }
            outcome.misbehaved(
                    peer, Misbehaviour.WRONG_ANSWER, "transaction " + transaction.id() + " was to be taken or refused");
        } catch (PeerException e) {
            LOG.info(
                    "{} does not take transaction {}: {}",
                    peer.info().name(),
                    transaction.id().brief(),
                    e.refusal());
            Fetcher.blame(outcome, peer, e);
        }
        return false;
    }
}
