package dev.meshlog.ingest.gossip.quic;

import dev.meshlog.schemas.gossip.RefusalReason;
import dev.meshlog.schemas.gossip.Refused;

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
