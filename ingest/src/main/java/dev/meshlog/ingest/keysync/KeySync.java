package dev.meshlog.ingest.keysync;

import dev.meshlog.ingest.MeshTables;
import dev.meshlog.schemas.meshtastic.FromRadio;
import dev.meshlog.schemas.meshtastic.MeshPacket;
import dev.meshlog.schemas.radio.KeyPush;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Sees to it that a radio holds the keys that it should, without a thread and without a clock: whatever happens is a call with a time in nanoseconds that
 * never goes back, whatever it does goes through {@link Outside}. Not for several threads.
 */
final class KeySync {
    private final Parts parts;
    private @Nullable Session session;

    KeySync(KeySyncSettings settings, MeshTables tables, Outside outside, Totals totals, RandomGenerator random) {
        this.parts = new Parts(
                settings,
                tables,
                outside,
                totals,
                random,
                new UnreadMessages(),
                new Differences(outside),
                new Requests(outside));
        note();
    }

    void began(long now) {
        ended(now);
        session = new Session(parts);
        note();
    }

    void received(FromRadio message, long now) {
        Session current = session;
        if (current == null) {
            return;
        }
        current.received(message, now);
        if (message.getConfigCompleteId() == Messages.NODES_ONLY) {
            current.listed(now);
            step(now);
        } else if (message.getConfigCompleteId() == Messages.CONFIG_ONLY) {
            current.listCut(now);
            step(now);
        }
    }

    void complete(long ownNode, long now) {
        if (session != null) {
            session.complete(ownNode, now);
            step(now);
        }
    }

    void ended(long now) {
        Session last = session;
        session = null;
        if (last != null) {
            last.end(now);
            parts.requests().sessionEnded();
            note();
        }
    }

    void tick(long now) {
        if (session != null) {
            session.tick(now);
            step(now);
        }
    }

    /** The tables say something else of the node than before. */
    void changed(long node, long now) {
        if (session != null) {
            session.changed(node, now);
            step(now);
        }
    }

    void asked(KeyPush request, long now) {
        parts.requests().asked(request);
        step(now);
    }

    /** @return false when too many packets wait, or there is no session */
    boolean relay(MeshPacket packet, Runnable handedOver, long now) {
        Session current = session;
        if (current == null || !current.relay(packet, handedOver, now)) {
            return false;
        }
        step(now);
        return true;
    }

    private void step(long now) {
        Session current = session;
        if (current != null) {
            parts.requests().tick(current, now);
            current.outbox().pump(now);
            note();
        }
    }

    private void note() {
        Session current = session;
        Totals totals = parts.totals();
        totals.wanted.set(current == null ? 0 : current.stock().difference().expected());
        totals.known.set(current == null ? 0 : current.stock().radio().keys());
        Outside outside = parts.outside();
        outside.note("keys", state(current));
        outside.note("keysWanted", Long.toString(totals.wanted.get()));
        outside.note("keysKnown", Long.toString(totals.known.get()));
        outside.note("keysPushed", Long.toString(totals.pushed.get()));
        outside.note("keysAcknowledged", Long.toString(totals.acknowledged.get()));
        outside.note("keysFailed", Long.toString(totals.failed.get()));
    }

    private static String state(@Nullable Session current) {
        if (current == null || !current.isWorking()) {
            return current != null && current.lacksNodes() ? "list incomplete" : "pending";
        }
        return current.stock().difference().isNone() ? "in step" : "behind";
    }
}
