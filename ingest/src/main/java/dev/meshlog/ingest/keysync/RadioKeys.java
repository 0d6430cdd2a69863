package dev.meshlog.ingest.keysync;

import com.google.protobuf.ByteString;
import dev.meshlog.schemas.NodeNumber;
import dev.meshlog.schemas.meshtastic.NodeInfo;
import java.util.HashMap;
import java.util.Map;

/**
 * What one radio holds, as far as it said so in one session: in its list of nodes, by acknowledging a contact, by the packets that it decoded.
 * Nothing that only we know is ever in here. The radio may have forgotten since what it does not protect.
 */
final class RadioKeys {
    private static final Held NOTHING = new Held(ByteString.EMPTY, false, false, false);

    private final Map<Long, Held> nodes = new HashMap<>();
    private int guarded;
    private int keys;

    /** @param guarded whether it is a favourite, which stays whatever comes */
    private record Held(ByteString key, boolean guarded, boolean verified, boolean ignored) {}

    /** The radio has listed the node: what it says there replaces everything. */
    void listed(NodeInfo node) {
        put(
                NodeNumber.of(node.getNum()),
                new Held(
                        node.getUser().getPublicKey(),
                        node.getFavorite(),
                        node.getKeyManuallyVerified(),
                        node.getIgnored()));
    }

    /** The radio has decoded a packet in which the node says its key. It believes the first one. */
    void introduced(long node, ByteString key) {
        Held held = nodes.getOrDefault(node, NOTHING);
        if (held.key.isEmpty()) {
            put(node, new Held(key, held.guarded, held.verified, held.ignored));
        }
    }

    /** The radio has read or acknowledged something for which it needed this key. */
    void used(long node, ByteString key) {
        Held held = nodes.getOrDefault(node, NOTHING);
        put(node, new Held(key, held.guarded, held.verified, held.ignored));
    }

    /** It has turned out that the radio has no key of the node. */
    void lost(long node) {
        put(node, NOTHING);
    }

    /** The radio has acknowledged the contact: it is a favourite now. */
    void given(Contact contact) {
        Held held = nodes.getOrDefault(contact.node(), NOTHING);
        put(contact.node(), new Held(contact.key(), true, held.verified || contact.verified(), false));
    }

    /** Empty when it has none, as far as we know. */
    ByteString key(long node) {
        return nodes.getOrDefault(node, NOTHING).key;
    }

    boolean isProtected(long node) {
        return nodes.getOrDefault(node, NOTHING).guarded;
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

    int nodes() {
        return nodes.size();
    }

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
            count(before, -1);
        }
        count(now, 1);
    }

    private void count(Held held, int by) {
        guarded += held.guarded ? by : 0;
        keys += held.key.isEmpty() ? 0 : by;
    }
}
