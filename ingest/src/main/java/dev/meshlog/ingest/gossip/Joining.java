package dev.meshlog.ingest.gossip;

import dev.meshlog.ingest.gossip.quic.Peer;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Validators;
import dev.meshlog.ledger.chain.OpenEpochs;
import java.time.Duration;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a validator waits for before it produces. */
final class Joining {
    private static final Logger LOG = LoggerFactory.getLogger(Joining.class);
    private static final Duration LOOK = Duration.ofMillis(500);

    private final OwnVertices ownVertices;
    private final PeerTable peers;
    private final Spread<Peer> spread;
    private final Intake intake;
    private final boolean isNew;
    private OwnVertices.Answers answers = OwnVertices.Answers.NONE;

    /** @param isNew whether our log began with this process: then peers that are no validators are asked as well */
    Joining(OwnVertices ownVertices, PeerTable peers, Spread<Peer> spread, Intake intake, boolean isNew) {
        this.isNew = isNew;
        this.ownVertices = ownVertices;
        this.peers = peers;
        this.spread = spread;
        this.intake = intake;
    }

    /** @param gap rounds that peers are ahead */
    void await(Supplier<OpenEpochs> validators, LongSupplier gap) throws InterruptedException {
        String told = "";
        String waiting = waitingFor(validators.get(), gap.getAsLong());
        while (!waiting.isEmpty()) {
            if (!waiting.equals(told)) {
                LOG.info("not producing yet: {}", waiting);
                told = waiting;
            }
            Thread.sleep(LOOK.toMillis());
            waiting = waitingFor(validators.get(), gap.getAsLong());
        }
        LOG.info("joined: this validator may produce");
    }

    /** Empty: for nothing any more. */
    private String waitingFor(OpenEpochs open, long gap) throws InterruptedException {
        Validators now = open.ofEpoch(open.last()).orElseThrow();
        answers = ownVertices.look(now, peers, answers);
        if (isNew) {
            answers = ownVertices.lookAtOthers(now, peers, answers);
        }
        long weight = answers.answered().stream()
                .filter(now::contains)
                .mapToLong(now::weight)
                .sum();
        if (!now.isQuorum(weight)) {
            return "waiting for a quorum of validators to say which vertex of ours is the newest";
        }
        if (answers.newest().isPresent()) {
            OwnVertices.Found found = answers.newest().get();
            Hash id = found.vertex().id();
            if (!spread.isLogged(id)) {
                intake.takeOnDemand(found.at(), found.vertex().record(), () -> {});
                return "our own vertex " + id.brief() + " comes back from "
                        + found.at().info().name();
            }
        }
        return gap >= CatchUp.GAP ? "catching up" : "";
    }
}
