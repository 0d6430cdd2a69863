package dev.meshlog.ingest.keysync;

import dev.meshlog.ingest.MeshTables;
import dev.meshlog.schemas.NodeNumber;
import dev.meshlog.schemas.meshtastic.MeshPacket;
import dev.meshlog.schemas.radio.KeyPush;
import dev.meshlog.schemas.radio.KeyPushCause;
import dev.meshlog.schemas.radio.KeyPushKind;
import java.util.Optional;

/** A direct message that came encrypted out of the radio: it has no key of the sender, another one, or the sender has an old one of the radio. */
final class UnreadMessage {
    private final Session session;
    private final Parts parts;
    private final long sender;
    private final int id;

    UnreadMessage(Session session, Parts parts, MeshPacket packet) {
        this.session = session;
        this.parts = parts;
        this.sender = NodeNumber.of(packet.getFrom());
        this.id = packet.getId();
    }

    void answer(long now) {
        Optional<Contact> known = session.stock().contact(sender);
        if (known.isEmpty()) {
            withoutKey(now);
        } else if (session.stock().differs(known.get())) {
            // Told already. The message waits for the operator like the key.
            refuse("the radio has another key of it", now);
        } else if (session.stock().radio().isProtected(sender)
                && !session.stock().isMissing(known.get())) {
            askForNodeInfo("the radio has its key: it may have an old one of the radio's", now);
        } else {
            // It has lost what only this key opens.
            session.stock().learn(sender, radio -> radio.lost(sender));
            Optional<Push> push = session.giving().demand(known.get(), KeyPushCause.MESSAGE_IN, null, now);
            push.ifPresent(each -> each.unread.add(id));
        }
    }

    private void withoutKey(long now) {
        if (parts.tables().entry(sender).map(MeshTables.Entry::key).isPresent()) {
            refuse(session.stock().refusal(sender), now);
        } else {
            askForNodeInfo("no key of it is known", now);
        }
    }

    private void refuse(String why, long now) {
        if (parts.limits().mayRecord(sender, now)) {
            parts.outside().write(about(KeyPushKind.REFUSED).setDetail(why));
        }
    }

    private void askForNodeInfo(String why, long now) {
        if (parts.limits().mayAsk(sender, now)
                && parts.outside()
                        .write(about(KeyPushKind.RETRY_REQUESTED).setDetail("asked for its NODEINFO: " + why))) {
            var unused = session.outbox()
                    .relay(
                            Messages.nodeInfoRequest(
                                    sender,
                                    session.outbox().nextId(),
                                    session.stock().ownUser()),
                            () -> {},
                            true,
                            now);
        }
    }

    private KeyPush.Builder about(KeyPushKind kind) {
        return Records.of(kind, KeyPushCause.MESSAGE_IN).setNode(sender).setPacketId(Integer.toUnsignedLong(id));
    }

    /** The radio has the key now. */
    static void requestRetry(Session session, Parts parts, Contact sender, int message, long now) {
        if (parts.limits().mayRequestRetry(sender.node(), message, now)
                && parts.outside()
                        .write(Records.about(sender, KeyPushKind.RETRY_REQUESTED, KeyPushCause.MESSAGE_IN)
                                .setPacketId(Integer.toUnsignedLong(message))
                                .setDetail("told that its message could not be read"))) {
            var unused = session.outbox()
                    .relay(
                            Messages.retryRequest(
                                    sender.node(), session.outbox().nextId(), message),
                            () -> {},
                            true,
                            now);
        }
    }
}
