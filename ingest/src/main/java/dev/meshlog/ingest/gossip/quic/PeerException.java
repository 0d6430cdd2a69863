package dev.meshlog.ingest.gossip.quic;

import dev.meshlog.schemas.gossip.RefusalReason;

/** A peer did not accept us, or did not answer a question as it should. */
public final class PeerException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient PeerRefusal refusal;

    PeerException(PeerRefusal refusal) {
        super(refusal.toString());
        this.refusal = refusal;
    }

    public RefusalReason reason() {
        return refusal.reason();
    }

    public PeerRefusal refusal() {
        return refusal;
    }
}
