package dev.meshlog.ingest.gossip;

import dev.meshlog.ingest.gossip.quic.Peer;
import dev.meshlog.ledger.Hash;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Remembers who did wrong. */
final class Consequences implements Intake.Outcome {
    final List<Misdeed> misdeeds = Collections.synchronizedList(new ArrayList<>());
    private final Map<Peer, PeerTally> tallies = new ConcurrentHashMap<>();

    record Misdeed(Peer peer, Misbehaviour what) {}

    @Override
    public PeerTally tally(Peer peer) {
        return tallies.computeIfAbsent(peer, any -> new PeerTally());
    }

    @Override
    public void misbehaved(Peer peer, Misbehaviour what, String detail) {
        misdeeds.add(new Misdeed(peer, what));
    }

    @Override
    public void wanted(Hash id, List<Peer> from) {
        // Nothing is asked for again.
    }
}
