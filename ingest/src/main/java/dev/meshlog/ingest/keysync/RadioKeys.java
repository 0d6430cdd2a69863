package dev.meshlog.ingest.keysync;

import com.google.protobuf.ByteString;
import dev.meshlog.schemas.NodeNumber;
import dev.meshlog.schemas.meshtastic.NodeInfo;
import dev.meshlog.schemas.meshtastic.SharedContact;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What one radio holds, as far as it said so in one session: in its list of nodes, by acknowledging a contact, by the packets that it decoded.
 * Nothing that only we know is ever in here. The radio may have forgotten since what it does not protect.
 */
final class RadioKeys {
    /** More than any radio has room for: whoever is left out has been evicted there before. */
    static final int MOST_UNLISTED = 512;

    private static final Held NOTHING = new Held(ByteString.EMPTY, false, false, false, false);

    private final Map<Long, Held> nodes = new HashMap<>();
    /** Those that only the air speaks of, the one heard last at the end: whoever has a transmitter can invent them. */
    private final Set<Long> unlisted = new LinkedHashSet<>();

    private boolean complete;
    private int listed;
    private int guarded;
    private int keys;

    private record Held(ByteString key, boolean favorite, boolean verified, boolean ignored, boolean listed) {
        /** The radio evicts none of these, whatever comes. */
        boolean isGuarded() {
            return favorite || verified || ignored;
        }

        Held withKey(ByteString other) {
            return new Held(other, favorite, verified, ignored, listed);
        }
    }

    /** The radio has listed the node: what it says there replaces everything. */
    void listed(NodeInfo node) {
        put(
                NodeNumber.of(node.getNum()),
                new Held(
                        node.getUser().getPublicKey(),
                        node.getFavorite(),
                        node.getKeyManuallyVerified(),
                        node.getIgnored(),
                        !complete || isListed(NodeNumber.of(node.getNum()))));
    }

    /** The list is at its end: what is told later may have taken the place of another node, and is no sign of room. */
    void complete() {
        complete = true;
    }

    /** The radio has decoded a packet in which the node says its key. It believes the first one. */
    void introduced(long node, ByteString key) {
        Held held = nodes.getOrDefault(node, NOTHING);
        if (held.key.isEmpty()) {
            put(node, held.withKey(key));
        }
    }

    /** The radio has read or acknowledged something for which it needed this key. */
    void used(long node, ByteString key) {
        put(node, nodes.getOrDefault(node, NOTHING).withKey(key));
    }

    /** It has turned out that the radio has no key of the node. */
    void lost(long node) {
        Held held = nodes.get(node);
        if (held != null) {
            put(node, held.withKey(ByteString.EMPTY));
        }
    }

    /** A packet of the node came from the air: the radio evicts others before it. */
    void heard(long node) {
        if (unlisted.remove(node)) {
            unlisted.add(node);
        }
    }

    /** Leaves out the node that was heard longest ago, when there are too many that the radio neither listed nor protects. */
    Optional<Long> forgetOldest() {
        if (unlisted.size() <= MOST_UNLISTED) {
            return Optional.empty();
        }
        long oldest = unlisted.iterator().next();
        removed(oldest);
        return Optional.of(oldest);
    }

    /** The radio has acknowledged the contact: it is a favourite now, unless it is to be ignored. What its owner verified stays. */
    void given(SharedContact contact) {
        long node = NodeNumber.of(contact.getNodeNum());
        Held held = nodes.getOrDefault(node, NOTHING);
        ByteString key = contact.getUser().getPublicKey();
        if (!contact.hasUser() || (held.verified && !contact.getManuallyVerified() && !key.equals(held.key))) {
            return;
        }
        boolean ignored = contact.getShouldIgnore();
        put(
                node,
                new Held(
                        ignored ? ByteString.EMPTY : key,
                        !ignored,
                        held.verified || (!ignored && contact.getManuallyVerified()),
                        ignored,
                        held.listed));
    }

    /** Whether the radio has the node at all, only it can say. */
    void favorite(long node, boolean favorite) {
        Held held = nodes.getOrDefault(node, NOTHING);
        put(node, new Held(held.key, favorite, held.verified, held.ignored, held.listed));
    }

    /** An ignored node loses its key. */
    void ignored(long node, boolean ignored) {
        Held held = nodes.getOrDefault(node, NOTHING);
        put(node, new Held(ignored ? ByteString.EMPTY : held.key, held.favorite, held.verified, ignored, held.listed));
    }

    void removed(long node) {
        Held gone = nodes.remove(node);
        if (gone != null) {
            count(node, gone, -1);
        }
    }

    /** It has thrown its nodes away. */
    void reset(boolean keepsFavorites) {
        List.copyOf(nodes.keySet()).forEach(node -> {
            if (!keepsFavorites || !nodes.getOrDefault(node, NOTHING).favorite) {
                removed(node);
            }
        });
    }

    /** Empty when it has none, as far as we know. */
    ByteString key(long node) {
        return nodes.getOrDefault(node, NOTHING).key;
    }

    boolean isProtected(long node) {
        return nodes.getOrDefault(node, NOTHING).isGuarded();
    }

    /** Whether the radio had it when it told its nodes. */
    boolean isListed(long node) {
        return nodes.getOrDefault(node, NOTHING).listed;
    }

    /** Its owner ignores the node; a contact would undo that. */
    boolean isIgnored(long node) {
        return nodes.getOrDefault(node, NOTHING).ignored;
    }

    /** Whether the radio may be given the contact although it has another key: nobody's word but the operator's counts. */
    boolean mayReplace(Contact contact) {
        Held held = nodes.getOrDefault(contact.node(), NOTHING);
        return contact.former().contains(held.key) && (contact.verified() || !held.verified);
    }

    /** How many nodes it has listed: so much room it has for certain. What came later may have taken the place of another. */
    int listedNodes() {
        return listed;
    }

    /** How many nodes the radio had at any time: once there are more than it has room for, some are gone. */
    int size() {
        return nodes.size();
    }

    /** Those that are never evicted: favourites, verified and ignored ones. */
    int protectedNodes() {
        return guarded;
    }

    /** Nodes of which it has a key. */
    int keys() {
        return keys;
    }

    private void put(long node, Held now) {
        Held before = nodes.put(node, now);
        if (before != null) {
            count(node, before, -1);
        }
        count(node, now, 1);
    }

    private void count(long node, Held held, int by) {
        if (by < 0) {
            unlisted.remove(node);
        } else if (!held.listed && !held.isGuarded()) {
            unlisted.add(node);
        }
        listed += held.listed ? by : 0;
        guarded += held.isGuarded() ? by : 0;
        keys += held.key.isEmpty() ? 0 : by;
    }
}
