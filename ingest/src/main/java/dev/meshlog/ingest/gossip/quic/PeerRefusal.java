package dev.meshlog.ingest.gossip.quic;

import dev.meshlog.schemas.gossip.RefusalReason;
import dev.meshlog.schemas.gossip.Refused;
import io.netty.handler.codec.DecoderException;

/**
 * Why a peer or a question is turned away, or why a connection ended.
 *
 * @param detail for people, at most {@value #MAX_DETAIL} characters
 */
public record PeerRefusal(RefusalReason reason, String detail) {
    private static final int MAX_DETAIL = 200;

    public PeerRefusal {
        if (detail.length() > MAX_DETAIL) {
            detail = detail.substring(0, MAX_DETAIL);
        }
    }

    /** What comes out of a pipeline: only what can't be decoded is the peer's fault. It may reset a stream because we did not read. */
    static PeerRefusal of(Throwable cause) {
        return cause instanceof DecoderException
                ? new PeerRefusal(RefusalReason.MALFORMED, String.valueOf(cause.getMessage()))
                : new PeerRefusal(RefusalReason.CLOSING, "broken off: " + cause.getMessage());
    }

    static PeerRefusal of(Refused record) {
        return new PeerRefusal(record.getReason(), record.getDetail());
    }

    /** What {@link #toString()} of the other side wrote; anything else is a reason that we don't know. */
    static PeerRefusal parse(String text) {
        int colon = text.indexOf(": ");
        for (RefusalReason each : RefusalReason.values()) {
            if (colon > 0 && each.name().equals(text.substring(0, colon))) {
                return new PeerRefusal(each, "the peer says: " + text.substring(colon + 2));
            }
        }
        return new PeerRefusal(RefusalReason.UNKNOWN, "the peer says: " + text);
    }

    Refused record() {
        return new Refused(reason, detail);
    }

    @Override
    public String toString() {
        return reason + ": " + detail;
    }
}
