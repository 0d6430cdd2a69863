package dev.meshlog.ingest.gossip;

import dev.meshlog.ingest.gossip.quic.Peer;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Validators;
import dev.meshlog.schemas.gossip.PeerStatus;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How far peers are, cut down to what can be believed. A round that validators of more than a third of the weight say they have decided is decided: one of
 * them is honest. Otherwise a single liar could keep a validator from producing, which waits until it has caught up.
 */
final class Credible {
    private Credible() {}

    /**
     * The same peers, none of which is further than can be believed. While too few validators are connected, the furthest of them is; without any, the
     * furthest peer.
     */
    static Map<Peer, PeerStatus> of(Map<Peer, PeerStatus> statuses, Validators validators) {
        long furthest = furthest(statuses, validators);
        Map<Peer, PeerStatus> credible = new HashMap<>(statuses);
        credible.replaceAll((peer, status) -> status.getLeaderRound() <= furthest ? status : cutDown(status, furthest));
        return credible;
    }

    private static PeerStatus cutDown(PeerStatus status, long leaderRound) {
        return new PeerStatus(
                status.getCommitIndex(),
                status.getCommitHash(),
                leaderRound,
                status.getNewestRound(),
                status.getOldestRound(),
                status.getSnapshot(),
                status.getSoftware());
    }

    private static long furthest(Map<Peer, PeerStatus> statuses, Validators validators) {
        List<Map.Entry<Peer, PeerStatus>> ofValidators = statuses.entrySet().stream()
                .filter(each -> weight(each.getKey(), validators) > 0)
                .sorted(Comparator.comparingLong((Map.Entry<Peer, PeerStatus> each) ->
                                each.getValue().getLeaderRound())
                        .reversed())
                .toList();
        long weight = 0;
        for (Map.Entry<Peer, PeerStatus> each : ofValidators) {
            weight += weight(each.getKey(), validators);
            if (validators.isValidityThreshold(weight)) {
                return each.getValue().getLeaderRound();
            }
        }
        return (ofValidators.isEmpty() ? List.copyOf(statuses.entrySet()) : ofValidators)
                .stream()
                        .mapToLong(each -> each.getValue().getLeaderRound())
                        .max()
                        .orElse(0);
    }

    private static long weight(Peer peer, Validators validators) {
        Hash key = peer.info().publicKey();
        return key == null ? 0 : validators.weight(key);
    }
}
