package dev.meshlog.ingest.gossip;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Where a node among its peers stands, for its metrics. Any thread. */
final class NodeFigures implements GossipMetrics.Source {
    private final PeerTable peers;
    private final OwnLog ownLog;
    private final NetworkView network;
    private volatile @Nullable JoinWatch joining;

    NodeFigures(PeerTable peers, OwnLog ownLog, NetworkView network) {
        this.peers = peers;
        this.ownLog = ownLog;
        this.network = network;
    }

    /** Who knows how far this node is with joining; without it, it has nothing to join. */
    void watch(JoinWatch watched) {
        joining = watched;
    }

    /** Whether what the network has is still on its way into our log. */
    boolean isJoining() {
        JoinWatch watched = joining;
        return watched != null && watched.phase() != JoinPhase.LIVE;
    }

    @Override
    public long peers(PeerKind kind) {
        return peers.connected().stream()
                .filter(peer -> PeerKind.of(peer.info(), ownLog) == kind)
                .count();
    }

    @Override
    public JoinPhase phase() {
        JoinWatch watched = joining;
        JoinPhase told = watched == null ? JoinPhase.LIVE : watched.phase();
        if (told != JoinPhase.LIVE || network.isCaughtUp()) {
            return told;
        }
        return network.hasPeers() ? JoinPhase.REPLAYING : JoinPhase.CONNECTING;
    }

    @Override
    public Duration took(JoinPhase phase) {
        JoinWatch watched = joining;
        return watched == null ? Duration.ZERO : watched.took(phase);
    }

    @Override
    public long joinBytes() {
        JoinWatch watched = joining;
        return watched == null ? 0 : watched.bytes();
    }

    @Override
    public long allJoinBytes() {
        JoinWatch watched = joining;
        return watched == null ? 0 : watched.allBytes();
    }

    @Override
    public Gossip.Progress progress() {
        return ownLog.progress();
    }

    @Override
    public long furthestCommit() {
        return network.furthestCommit();
    }

    @Override
    public long gap() {
        return network.gap();
    }
}
