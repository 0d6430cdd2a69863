package dev.meshlog.ingest.gossip;

import dev.meshlog.ingest.gossip.quic.PeerInfo;
import dev.meshlog.ledger.vertex.KnownValidators;

/** What a peer is to the network, as we see it. */
enum PeerKind {
    /** Of an epoch whose vertices can be accepted. */
    VALIDATOR,
    /** With a key that is no validator's: one that registers, or left. */
    CANDIDATE,
    LISTENER;

    static PeerKind of(PeerInfo peer, KnownValidators validators) {
        if (peer.listener() || peer.publicKey() == null) {
            return LISTENER;
        }
        return validators.isKnown(peer.publicKey()) ? VALIDATOR : CANDIDATE;
    }
}
