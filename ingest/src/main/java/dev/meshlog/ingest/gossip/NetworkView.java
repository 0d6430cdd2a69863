package dev.meshlog.ingest.gossip;

import dev.meshlog.ingest.gossip.quic.Peer;
import dev.meshlog.ledger.Validators;
import dev.meshlog.ledger.chain.OpenEpochs;
import dev.meshlog.schemas.gossip.PeerStatus;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** How far this node is, by its log, and how far the network, by what connected peers say. Any thread. */
final class NetworkView {
    private final OwnLog ownLog;
    private final Meetings meetings;

    NetworkView(OwnLog ownLog, Meetings meetings) {
        this.ownLog = ownLog;
        this.meetings = meetings;
    }

    /** What peers say, cut down to what can be believed. */
    Map<Peer, PeerStatus> credible() {
        OpenEpochs open = ownLog.validators();
        return Credible.of(meetings.statuses(), open.ofEpoch(open.last()).orElseThrow());
    }

    /** Empty while no peer has said anything. */
    Optional<Gossip.Standing> standing() {
        List<PeerStatus> known = List.copyOf(credible().values());
        return known.isEmpty()
                ? Optional.empty()
                : Optional.of(new Gossip.Standing(
                        known.stream()
                                .mapToLong(PeerStatus::getLeaderRound)
                                .max()
                                .orElse(0),
                        known.stream()
                                .mapToLong(PeerStatus::getOldestRound)
                                .min()
                                .orElse(Long.MAX_VALUE),
                        known.stream().anyMatch(status -> status.getSnapshot() != null)));
    }

    /** Rounds that the furthest peer has decided, and we have not; negative when we are ahead. */
    long gap() {
        return standing().map(Gossip.Standing::leaderRound).orElse(0L)
                - ownLog.progress().leaderRound();
    }

    /** Whether some peer said how far it is, and none is much further than we are. */
    boolean isCaughtUp() {
        return hasPeers() && gap() < CatchUp.GAP;
    }

    /** Whether any peer said how far it is. */
    boolean hasPeers() {
        return !meetings.statuses().isEmpty();
    }

    /** The newest commit of any peer, as it says; 0 while none says anything. */
    long furthestCommit() {
        return meetings.statuses().values().stream()
                .mapToLong(PeerStatus::getCommitIndex)
                .max()
                .orElse(0);
    }

    /** Of the newest committed epoch. */
    Validators currentValidators() {
        OpenEpochs open = ownLog.validators();
        long epoch = Math.min(Math.max(ownLog.progress().epoch(), open.first()), open.last());
        return open.ofEpoch(epoch).orElseThrow();
    }
}
