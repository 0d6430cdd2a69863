package dev.meshlog.ingest.gossip;

import dev.meshlog.ingest.gossip.quic.Peer;
import dev.meshlog.ingest.gossip.quic.PeerException;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.vertex.VertexHeader;
import dev.meshlog.schemas.gossip.PeerStatus;
import dev.meshlog.schemas.gossip.VerticesByRound;
import dev.meshlog.schemas.ledger.SignedVertex;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes gaps. A deep one by asking for whole rounds, page after page, each from another peer, and no faster than the ledger decides: it refuses what lies far
 * above what it has. One thread.
 */
final class CatchUp {
    private static final Logger LOG = LoggerFactory.getLogger(CatchUp.class);

    /** Rounds behind the newest peer from which on ids alone would take too long. */
    static final long GAP = 40;

    static final long PAGE = 50;

    /** How far ahead of the newest decided round pages are asked for. */
    static final long AHEAD = 250;

    /** Asked for again below the newest decided round: what the log may lack there. */
    private static final long OVERLAP = 5;

    private static final int IN_INTAKE = 64;

    /** Vertices of one answer: those of a page of 200 validators, each with four forks a round. */
    static final int PAGE_VERTICES = 50_000;

    private final Intake intake;
    private final Intake.Outcome outcome;
    private final LongSupplier decidedRound;
    private final LongSupplier newestRound;
    private final Precedence precedence;
    private final LongSupplier nanoTime;
    private long next;
    private long stalledAt;
    private int looksStalled;
    private int turn;

    /** In a row, by peers that have a place all the same. */
    private int refusals;

    private boolean isBehind;
    private boolean isStalled;
    private long newestSeen;
    private int looksStill;
    private volatile @Nullable Begin begin;
    private volatile boolean isWaiting;

    /** The round that was asked for at least; 0: none. */
    private long goal;

    /** Whether up to the goal also what is in the log is taken. */
    private boolean isAgain;

    private record Begin(long round, boolean again) {}

    /** Looks without a new round after which a peer is asked for what nobody names as a parent, and a push may have lost. */
    private static final int STILL_LOOKS = 4;

    /** Looks without a newly decided round after which all is asked for again. */
    private static final int STALLED_LOOKS = 20;

    /**
     * @param decidedRound of the newest commit's leader; 0 before the first
     * @param newestRound of any vertex in our log
     */
    CatchUp(
            Intake intake,
            Intake.Outcome outcome,
            LongSupplier decidedRound,
            LongSupplier newestRound,
            Predicate<Hash> isValidator,
            LongSupplier nanoTime) {
        this.newestRound = newestRound;
        this.precedence = new Precedence(isValidator, nanoTime);
        this.nanoTime = nanoTime;
        this.intake = intake;
        this.outcome = outcome;
        this.decidedRound = decidedRound;
    }

    /**
     * From the next look on all rounds from this one on are asked for, whether the gap is deep or not.
     *
     * @param again also vertices that are in the log: the ledger may have let go of them
     */
    void beginAt(long round, boolean again) {
        begin = new Begin(round, again);
        isWaiting = false;
    }

    /** Asks for nothing until {@link #beginAt}: there is no state yet to go on from. */
    void waitForBegin() {
        isWaiting = true;
    }

    /** One look, and as many pages as may be asked for by now. To be called about every half second. */
    void step(Map<Peer, PeerStatus> statuses) throws InterruptedException {
        if (isWaiting) {
            return;
        }
        long decided = decidedRound.getAsLong();
        long newest = statuses.values().stream()
                .mapToLong(PeerStatus::getLeaderRound)
                .max()
                .orElse(0);
        Begin wanted = begin;
        if (wanted != null && newest > 0) {
            begin = null;
            isBehind = true;
            isAgain = wanted.again();
            next = Math.max(1, wanted.round());
            looksStalled = 0;
            goal = newest;
            LOG.info("asking for rounds {} to {}", next, newest);
        }
        if (newest - decided < GAP && (goal == 0 || next > goal)) {
            if (isBehind) {
                LOG.info("caught up: round {} is decided, peers are at {}", decided, newest);
            }
            isBehind = false;
            isStalled = false;
            goal = 0;
            askForTips(statuses, decided);
            return;
        }
        if (!isBehind) {
            isBehind = true;
            next = Math.max(1, decided - OVERLAP);
            looksStalled = 0;
            LOG.info("{} rounds behind: round {} is decided here, {} at a peer", newest - decided, decided, newest);
        }
        noticeStall(decided, statuses);
        while (isBehind && next <= Math.min(newest, decided + AHEAD)) {
            Optional<Peer> peer = choose(statuses);
            if (peer.isEmpty() || !page(peer.get(), Math.min(next + PAGE - 1, newest))) {
                return;
            }
            decided = decidedRound.getAsLong();
        }
    }

    /**
     * The newest vertices of others are nobody's parents yet: when the push of one is lost, for we were away or too slow, nothing here misses it, and everybody
     * may wait for everybody.
     */
    private void askForTips(Map<Peer, PeerStatus> statuses, long decided) throws InterruptedException {
        long seen = newestRound.getAsLong();
        looksStill = seen > newestSeen ? 0 : looksStill + 1;
        newestSeen = seen;
        if (looksStill >= STILL_LOOKS) {
            looksStill = 0;
            next = Math.max(1, decided - OVERLAP);
            Optional<Peer> peer = choose(statuses);
            if (peer.isPresent()) {
                boolean unused = page(peer.get(), next + PAGE - 1);
            }
        }
    }

    private void noticeStall(long decided, Map<Peer, PeerStatus> statuses) {
        looksStalled = decided > stalledAt ? 0 : looksStalled + 1;
        stalledAt = Math.max(decided, stalledAt);
        if (looksStalled >= STALLED_LOOKS) {
            long oldest = statuses.values().stream()
                    .mapToLong(PeerStatus::getOldestRound)
                    .filter(round -> round < Long.MAX_VALUE) // it does not know its log yet
                    .min()
                    .orElse(0);
            if (oldest > decided + 1) {
                LOG.error(
                        "round {} is decided here, and of later rounds peers have only those from {} on: this node can't catch up with the log that it has. Keep its keys directory, move the rest of its data directory away and start it again: it joins by a snapshot then",
                        decided,
                        oldest);
            } else {
                LOG.warn("nothing is decided behind round {}: asking for the rounds from there again", decided);
            }
            looksStalled = 0;
            isStalled = true;
            goal = 0;
            next = Math.max(1, decided - OVERLAP);
        } else if (looksStalled == 0) {
            isStalled = false;
        }
    }

    private Optional<Peer> choose(Map<Peer, PeerStatus> statuses) {
        List<Peer> able = statuses.entrySet().stream()
                .filter(each -> each.getValue().getNewestRound() >= next
                        && each.getValue().getOldestRound() <= next)
                .map(Map.Entry::getKey)
                .toList();
        return able.isEmpty() ? Optional.empty() : Optional.of(at(precedence.of(able)));
    }

    /** Who refuses keeps its place, so after refusals others have theirs. */
    private Peer at(Precedence.Ranked ranked) {
        return ranked.at(Math.floorMod(refusals, ranked.size()), turn);
    }

    /** False: that did not work, another look will try elsewhere, from the last round on that came. */
    private boolean page(Peer peer, long last) throws InterruptedException {
        long first = next;
        var room = new Semaphore(IN_INTAKE);
        try (VertexReply reply = VertexReply.ask(peer, new VerticesByRound(first, last), nanoTime)) {
            Optional<SignedVertex> vertex = reply.next();
            if (vertex.isEmpty()) {
                // It says of itself that it has these rounds.
                precedence.failed(peer);
                return false;
            }
            for (int taken = 0; vertex.isPresent(); taken++) {
                long round =
                        VertexHeader.decode(vertex.get().getHeader().bytes()).round();
                if (round < next || round > last || taken >= PAGE_VERTICES) {
                    String what = "round %d as vertex %d where rounds %d to %d were asked for";
                    outcome.misbehaved(peer, Misbehaviour.WRONG_ANSWER, what.formatted(round, taken + 1, first, last));
                    precedence.failed(peer);
                    next = first;
                    return false;
                }
                next = round;
                room.acquire();
                take(peer, vertex.get(), room);
                vertex = reply.next();
            }
        } catch (PeerException e) {
            Fetcher.blame(outcome, peer, e);
            precedence.failed(peer, e);
            if (!precedence.isResting(peer)) {
                refusals++;
            }
            return false;
        }
        next++;
        turn++;
        refusals = 0;
        precedence.answered(peer);
        return true;
    }

    private void take(Peer peer, SignedVertex vertex, Semaphore room) {
        if (isStalled || (isAgain && next <= goal)) {
            intake.takeOnDemand(peer, vertex, room::release);
        } else {
            intake.take(peer, vertex, room::release);
        }
    }
}
