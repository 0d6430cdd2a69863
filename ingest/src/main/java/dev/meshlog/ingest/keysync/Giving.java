package dev.meshlog.ingest.keysync;

import dev.meshlog.schemas.radio.KeyPushCause;
import dev.meshlog.schemas.radio.KeyPushKind;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which keys go out to a radio, and for which ones there is no room. */
final class Giving {
    private final Parts parts;
    private final Stock stock;
    private final Outbox outbox;
    /** Left alone until the next check. */
    private final Set<Long> gaveUp = new HashSet<>();
    /** Nodes of which it was said that there is no room for them. */
    private final Set<Long> fullTold = new HashSet<>();

    Giving(Parts parts, Stock stock, Outbox outbox) {
        this.parts = parts;
        this.stock = stock;
        this.outbox = outbox;
    }

    void gaveUp(long node) {
        gaveUp.add(node);
    }

    boolean isGivenUp(long node) {
        return gaveUp.contains(node);
    }

    /** What has failed is tried again. */
    void forgive() {
        gaveUp.clear();
    }

    /** The tables say something else of the node than before. */
    void changed(long node, long now) {
        Optional<Contact> before = stock.contact(node);
        stock.review(node);
        // Tables change with every packet of the node, which is no reason to try again what has failed.
        boolean sameKey = before.isPresent()
                && stock.contact(node).filter(before.get()::hasKeyOf).isPresent();
        if (sameKey && gaveUp.contains(node)) {
            return;
        }
        gaveUp.remove(node);
        ifMissing(node, KeyPushCause.MISSING, now);
    }

    void ifMissing(long node, KeyPushCause cause, long now) {
        stock.contact(node)
                .filter(contact -> stock.isWanted(node) && stock.isMissing(contact))
                .ifPresent(contact -> {
                    var unused = give(contact, cause, null, now);
                });
    }

    void allMissing(KeyPushCause cause, long now) {
        boolean full = false;
        for (Contact contact : stock.missing()) {
            boolean due = stock.isWanted(contact.node()) && !gaveUp.contains(contact.node());
            // One record says that there is no room. Favourites that lack their keys need none.
            if (due && !(full && isFull(contact))) {
                full |= give(contact, cause, null, now).isEmpty();
            }
        }
    }

    /** Somebody but the policy wants the key on the radio, for the rest of the session. */
    Optional<Push> demand(Contact contact, KeyPushCause cause, @Nullable String request, long now) {
        gaveUp.remove(contact.node());
        stock.demand(contact.node());
        return give(contact, cause, request, now);
    }

    /**
     * Puts a key on its way, or joins the push that is.
     *
     * @return empty when the radio has no room for one more node that stays
     */
    private Optional<Push> give(Contact contact, KeyPushCause cause, @Nullable String request, long now) {
        if (outbox.of(contact.node()).isPresent() || !isFull(contact)) {
            return Optional.of(outbox.push(contact, cause, request, now));
        }
        if (fullTold.add(contact.node()) || request != null) {
            refuse(contact, cause, request);
        }
        return Optional.empty();
    }

    /**
     * Puts nothing on its way.
     *
     * @param others contacts that are to come before and take room
     * @return whether the key could go out then; else it was recorded why not
     */
    boolean plan(Contact contact, int others, String request) {
        if (outbox.of(contact.node()).isPresent() || !isFull(contact, others)) {
            return true;
        }
        refuse(contact, KeyPushCause.OPERATOR, request);
        return false;
    }

    private void refuse(Contact contact, KeyPushCause cause, @Nullable String request) {
        parts.outside()
                .write(Records.about(contact, KeyPushKind.REFUSED, cause)
                        .setRequest(request)
                        .setDetail("at most " + cap() + " favourites: another one could crash the radio"));
    }

    private int cap() {
        return parts.settings().cap(stock.radio().listedNodes());
    }

    private boolean isFull(Contact contact) {
        return isFull(contact, 0);
    }

    private boolean isFull(Contact contact, int others) {
        RadioKeys radio = stock.radio();
        long coming = outbox.pushes().stream()
                .filter(push -> !radio.isProtected(push.contact.node()))
                .count();
        return !radio.isProtected(contact.node()) && radio.protectedNodes() + coming + others >= cap();
    }
}
