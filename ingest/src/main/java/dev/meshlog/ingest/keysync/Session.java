package dev.meshlog.ingest.keysync;

import com.google.protobuf.ByteString;
import dev.meshlog.schemas.NodeNumber;
import dev.meshlog.schemas.meshtastic.AdminMessage;
import dev.meshlog.schemas.meshtastic.FromRadio;
import dev.meshlog.schemas.meshtastic.MeshPacket;
import dev.meshlog.schemas.radio.KeyPushCause;
import dev.meshlog.schemas.radio.KeyPushKind;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * One session with one radio, of which nothing outlives it.
 *
 * <pre>
 *   listening --list complete--> pending --tables read--> working
 * </pre>
 */
final class Session implements Outbox.Session {
    private static final long SAFETY_NET = Duration.ofMinutes(5).toNanos();
    private static final int MOST_UNREAD = 16;

    private final Parts parts;
    private final Stock stock;
    private final Outbox outbox;
    private final Listings listings;
    private final Giving giving;
    private final ClientChanges clientChanges = new ClientChanges();
    /** Whoever the radio has not listed, it does not have. */
    private boolean complete;

    private boolean working;
    private long nextCheck;
    /** Only the radio knows what it has now: a contact was new to it when it had no room, or a client's change was not answered. */
    private boolean listOwed;

    private long nextListing;
    private final Deque<MeshPacket> unread = new ArrayDeque<>();

    Session(Parts parts) {
        this.parts = parts;
        this.stock = new Stock(parts);
        this.outbox = new Outbox(stock::own, parts.outside(), parts.totals(), parts.random(), this);
        this.listings = new Listings(parts.outside(), stock, outbox);
        this.giving = new Giving(parts, stock, outbox);
    }

    boolean isWorking() {
        return working;
    }

    /** The radio has listed fewer nodes than it has, again and again; later it is asked once more. */
    boolean lacksNodes() {
        return !complete && !stock.isListing();
    }

    Outbox outbox() {
        return outbox;
    }

    Stock stock() {
        return stock;
    }

    Giving giving() {
        return giving;
    }

    void received(FromRadio message, long now) {
        switch (message.getPayloadVariantCase()) {
            case MY_INFO -> {
                stock.belongsTo(NodeNumber.of(message.getMyInfo().getMyNodeNum()));
                listings.began(message.getMyInfo().getNodedbCount());
            }
            case NODE_INFO -> {
                listings.listed(NodeNumber.of(message.getNodeInfo().getNum()));
                stock.listed(message.getNodeInfo());
            }
            case QUEUE_STATUS -> outbox.taken(message.getQueueStatus().getMeshPacketId());
            case PACKET -> packet(message.getPacket(), now);
            default -> {
                // Says nothing of keys.
            }
        }
        outbox.pump(now);
    }

    private void packet(MeshPacket packet, long now) {
        long from = NodeNumber.of(packet.getFrom());
        if (from == stock.own()) {
            if (Messages.isAnswer(packet)) {
                int id = packet.getDecoded().getRequestId();
                int error = Messages.error(packet.getDecoded());
                outbox.answered(id, error, now);
                clientChanges.answered(id, error).ifPresent(this::changedByClient);
            }
            return;
        }
        if (!NodeNumber.isNode(from)) {
            return;
        }
        outbox.heard(now);
        stock.heard(from);
        ByteString introduced = Messages.introducedKey(packet);
        if (!introduced.isEmpty()) {
            stock.learn(from, radio -> radio.introduced(from, introduced));
        } else if (packet.getPkiEncrypted() && !packet.getPublicKey().isEmpty()) {
            stock.learn(from, radio -> radio.used(from, packet.getPublicKey()));
        } else if (packet.hasEncrypted()
                && packet.getChannel() == 0
                && NodeNumber.of(packet.getTo()) == stock.own()
                && unread.size() < MOST_UNREAD) {
            unread.add(packet);
            answerUnread(now);
        }
    }

    /**
     * Takes a packet of a client.
     *
     * @return false when too many wait
     */
    boolean relay(MeshPacket packet, Runnable handedOver, long now) {
        boolean taken = outbox.relay(packet, handedOver, false, now);
        if (taken) {
            clientChanges.sent(packet, stock.own(), now);
        }
        return taken;
    }

    private void changedByClient(AdminMessage change) {
        long node = ClientChanges.node(change);
        if (change.hasAddContact()) {
            noticeEviction(node);
        }
        stock.learn(node, radio -> ClientChanges.apply(change, radio));
        if (change.hasNodedbReset()) {
            var unused = stock.readTables();
        }
    }

    /** Before the radio is known to have the node. */
    private void noticeEviction(long node) {
        RadioKeys known = stock.radio();
        listOwed |= !known.isListed(node) && known.size() >= parts.settings().room(known.listedNodes());
    }

    void complete(long ownNode, long now) {
        stock.belongsTo(ownNode);
        listed(now);
        tick(now);
    }

    /** @return false when nothing can be sent */
    boolean askForList(long now) {
        return listings.ask(complete, now);
    }

    /** The radio says that its list is at its end. */
    void listed(long now) {
        if (stock.isListing()) {
            told(listings.ended(now), now);
        }
    }

    /** The radio has told its config in between. */
    void listCut(long now) {
        if (stock.isListing()) {
            told(listings.cut(now), now);
        }
    }

    private void told(Listings.End end, long now) {
        switch (end) {
            case COMPLETE -> {
                complete = true;
                boolean read = working && stock.readTables();
                parts.requests().listed(this, now);
                if (read) {
                    giving.allMissing(KeyPushCause.SAFETY_NET, now);
                }
            }
            case AGAIN -> {
                // It tells all of them once more.
            }
            case GIVEN_UP -> unlisted("the radio did not tell all of its nodes", now);
        }
    }

    private void unlisted(String why, long now) {
        nextListing = now + SAFETY_NET;
        parts.outside().debug(why);
        parts.requests().unlisted(why);
    }

    void tick(long now) {
        if (complete && !working && parts.tables().isReady() && stock.readTables()) {
            working = true;
            nextCheck = now + SAFETY_NET;
            giving.allMissing(KeyPushCause.MISSING, now);
        }
        if (working && now >= nextCheck) {
            nextCheck = now + SAFETY_NET;
            check(now);
        }
        askWhatIsLeft(now);
        answerUnread(now);
        outbox.pump(now);
    }

    /** Asks at the end of a round, since each contact of it may have cost another one; and when the radio has not told all so far. */
    private void askWhatIsLeft(long now) {
        if (listings.isOverdue(now)) {
            unlisted("the radio did not tell its nodes within a minute", now);
        }
        listOwed |= clientChanges.isAnyUnanswered(now);
        if ((listOwed || !complete)
                && now >= nextListing
                && !stock.isListing()
                && outbox.pushes().isEmpty()
                && askForList(now)) {
            listOwed = false;
            nextListing = now + SAFETY_NET;
        }
    }

    /** Costs the radio nothing, and us one comparison, as long as all is well. */
    private void check(long now) {
        giving.forgive();
        if (stock.difference().isNone()) {
            parts.outside().debug("the radio holds the " + stock.difference().expected() + " keys that it should");
            return;
        }
        if (stock.readTables()) {
            giving.allMissing(KeyPushCause.SAFETY_NET, now);
        }
        parts.outside().debug("the radio lacks keys: " + outbox.pushes().size() + " of them are under way");
    }

    /** The tables say something else of the node than before. */
    void changed(long node, long now) {
        if (working) {
            giving.changed(node, now);
        }
    }

    private void answerUnread(long now) {
        while (working && !unread.isEmpty()) {
            MeshPacket packet = unread.remove();
            if (parts.settings().policy() != KeyPolicy.OFF) {
                new UnreadMessage(this, parts, packet).answer(now);
            }
        }
    }

    /** Nobody knows what became of what is not acknowledged. */
    void end(long now) {
        for (Push push : outbox.close(now)) {
            parts.outside()
                    .write(Records.about(push.contact, KeyPushKind.CANCELLED, push.cause)
                            .setAttempt(push.attempt)
                            .setRequest(push.request)
                            .setDetail("the session ended"));
        }
    }

    @Override
    public Optional<Contact> current(Push push) {
        return stock.contact(push.contact.node()).filter(stock::isMissing);
    }

    @Override
    public Optional<Push> before(MeshPacket packet, long now) {
        long to = NodeNumber.of(packet.getTo());
        if (!working || parts.settings().policy() == KeyPolicy.OFF || !Messages.isDirect(packet)) {
            return Optional.empty();
        }
        return stock.contact(to)
                .filter(contact -> stock.isMissing(contact) && !giving.isGivenUp(to))
                .flatMap(contact -> giving.demand(contact, KeyPushCause.MESSAGE_OUT, null, now));
    }

    @Override
    public void ended(Push push, boolean acknowledged, long now) {
        long node = push.contact.node();
        if (acknowledged) {
            noticeEviction(node);
            stock.learn(node, radio -> radio.given(push.contact.message()));
            for (int message : push.unread) {
                UnreadMessage.requestRetry(this, parts, push.contact, message, now);
            }
            // The table may say something else by now.
            giving.ifMissing(node, push.cause, now);
        } else if (push.failure != null) {
            giving.gaveUp(node);
        } else if (!isHeld(push)) {
            parts.outside()
                    .write(Records.about(push.contact, KeyPushKind.REFUSED, push.cause)
                            .setAttempt(push.attempt)
                            .setRequest(push.request)
                            .setDetail(refusal(node)));
        }
        parts.requests().ended(push, acknowledged, isHeld(push));
    }

    /** Whether the radio has the key that the table says by now. */
    private boolean isHeld(Push push) {
        long node = push.contact.node();
        return stock.contact(node)
                .filter(contact -> contact.key().equals(stock.radio().key(node)))
                .isPresent();
    }

    private String refusal(long node) {
        return stock.contact(node).isPresent()
                ? Requests.ANOTHER_KEY.formatted(NodeNumber.text(node))
                : stock.refusal(node);
    }
}
