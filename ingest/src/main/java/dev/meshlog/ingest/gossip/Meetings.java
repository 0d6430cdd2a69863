package dev.meshlog.ingest.gossip;

import dev.meshlog.ingest.gossip.quic.Peer;
import dev.meshlog.ingest.gossip.quic.PeerRefusal;
import dev.meshlog.schemas.gossip.PeerStatus;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The connections of now: since when, what went over each, and what the peer last said of itself; also in {@code ledger.peers}. Any thread. */
final class Meetings {
    private final PeerLog log;
    private final PeerTally all;
    private final Clock clock;
    private final Map<Peer, PeerStatus> statuses = new ConcurrentHashMap<>();
    private final Map<Peer, Meeting> meetings = new ConcurrentHashMap<>();

    private record Meeting(Instant since, PeerTally tally) {}

    /** @param all counts what each connection counts */
    Meetings(PeerLog log, PeerTally all, Clock clock) {
        this.log = log;
        this.all = all;
        this.clock = clock;
    }

    void began(Peer peer) {
        var meeting = new Meeting(clock.instant(), new PeerTally(all));
        meetings.put(peer, meeting);
        log.connected(peer.info(), meeting.since(), null, meeting.tally());
    }

    /** @param isLast whether nothing connects us with this peer any more */
    void ended(Peer peer, PeerRefusal why, boolean isLast) {
        if (isLast) {
            log.disconnected(peer.info(), why, tally(peer));
        }
        meetings.remove(peer);
        statuses.remove(peer);
    }

    void said(Peer peer, PeerStatus status) {
        statuses.put(peer, status);
    }

    Optional<PeerStatus> status(Peer peer) {
        return Optional.ofNullable(statuses.get(peer));
    }

    /** Of the peers that said anything. */
    Map<Peer, PeerStatus> statuses() {
        return Map.copyOf(statuses);
    }

    /** What went over the connection; of one that is no more it counts for all alone. */
    PeerTally tally(Peer peer) {
        Meeting meeting = meetings.get(peer);
        return meeting == null ? new PeerTally(all) : meeting.tally();
    }

    void writeDown() {
        meetings.forEach(
                (peer, meeting) -> log.connected(peer.info(), meeting.since(), statuses.get(peer), meeting.tally()));
    }
}
