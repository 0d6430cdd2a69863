package dev.meshlog.ingest.gossip;

import dev.meshlog.ingest.gossip.quic.Peer;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Validators;
import dev.meshlog.ledger.chain.OpenEpochs;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
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
    private final Hash own;
    private final boolean isNew;
    private OwnVertices.Answers answers = OwnVertices.Answers.NONE;

    private @Nullable Rewriting rewriting;

    /** A vertex of ours that is written once more. */
    private record Rewriting(Hash id, CountDownLatch done) {}

    /**
     * Of one validator.
     *
     * @param isNew whether our log may lack what we signed, for it is still being filled by others: then peers that are no validators are asked as well, and
     *     somebody else has to answer
     */
    Joining(Hash own, OwnVertices ownVertices, PeerTable peers, Spread<Peer> spread, Intake intake, boolean isNew) {
        this.own = own;
        this.isNew = isNew;
        this.ownVertices = ownVertices;
        this.peers = peers;
        this.spread = spread;
        this.intake = intake;
    }

    /**
     * Returns the newest round that anybody knows a vertex of ours for; none is to be signed up to it. 0: nobody knows one.
     *
     * @param gap rounds that peers are ahead
     */
    long await(Supplier<OpenEpochs> validators, LongSupplier gap) throws InterruptedException {
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
        long round = answers.newestRound();
        LOG.info("joined: this validator may produce{}", round == 0 ? "" : " behind round " + round);
        return round;
    }

    /** Empty: for nothing any more. */
    private String waitingFor(OpenEpochs open, long gap) throws InterruptedException {
        Validators now = open.ofEpoch(open.last()).orElseThrow();
        answers = ownVertices.look(now, peers, answers);
        if (isNew) {
            answers = ownVertices.lookAtOthers(now, peers, answers);
        }
        if (isNew && !answers.isOfOthers(own)) {
            return "waiting for another node to say which vertex of ours is the newest";
        }
        long weight = answers.answered().stream()
                .filter(now::contains)
                .mapToLong(now::weight)
                .sum();
        if (!now.isQuorum(weight)) {
            return "waiting for a quorum of validators to say which vertex of ours is the newest";
        }
        Optional<OwnVertices.Found> newest = answers.newest();
        if (newest.isPresent() && !spread.isLogged(newest.get().vertex().id())) {
            return takeBack(newest.get(), () -> {});
        }
        if (gap >= CatchUp.GAP) {
            return "catching up";
        }
        return newest.map(this::rewrite).orElse("");
    }

    /**
     * The vertex is in our log, but the ledger may have let go of it when it was far ahead, or have lost what it had verified. Now that the ledger is near, it is
     * written once more, and stands where whoever goes on producing looks.
     */
    private String rewrite(OwnVertices.Found newest) {
        Rewriting now = rewriting;
        if (now == null || !now.id().equals(newest.vertex().id())) {
            now = new Rewriting(newest.vertex().id(), new CountDownLatch(1));
            rewriting = now;
            return takeBack(newest, now.done()::countDown);
        }
        return now.done().getCount() == 0 ? "" : "our own vertex is being written";
    }

    private String takeBack(OwnVertices.Found newest, Runnable done) {
        intake.takeOnDemand(newest.at(), newest.vertex().record(), done);
        return "our own vertex %s comes back from %s"
                .formatted(newest.vertex().id().brief(), newest.at().info().name());
    }
}
