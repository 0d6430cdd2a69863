package dev.meshlog.ingest.gossip.quic;

import dev.meshlog.schemas.gossip.RefusalReason;

/** A peer did not accept us, or did not answer a question as it should. */
public final class PeerException extends Exception {
    private static final long serialVersionUID = 1L;

    private final RefusalReason reason;

    PeerException(PeerRefusal refusal) {
        super(refusal.toString());
        this.reason = refusal.reason();
    }

    public RefusalReason reason() {
        return reason;
    }
}
