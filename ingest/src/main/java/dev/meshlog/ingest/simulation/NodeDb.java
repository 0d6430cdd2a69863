package dev.meshlog.ingest.simulation;

import com.google.protobuf.ByteString;
import dev.meshlog.schemas.NodeNumber;
import dev.meshlog.schemas.meshtastic.AdminMessage;
import dev.meshlog.schemas.meshtastic.NodeInfo;
import dev.meshlog.schemas.meshtastic.SharedContact;
import dev.meshlog.schemas.meshtastic.User;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** A radio's own list of nodes, with the firmware's rules for who stays and whose key counts. */
public final class NodeDb {
    private static final int KEY = 32;

    private final long own;
    private final int room;
    private final Map<Long, NodeInfo> nodes = new LinkedHashMap<>();
    private int flashWrites;
    private int evictions;

    NodeDb(long own, int room) {
        this.own = own;
        this.room = room;
        nodes.put(own, NodeInfo.newBuilder().setNum((int) own).build());
    }

    /** There was no room, and nobody who could give way: the firmware writes beyond the end of its list. */
    static final class OverrunException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        OverrunException(int room) {
            super("all of " + room + " nodes are protected");
        }
    }

    /** As if it had been there for long. */
    public void put(NodeInfo node) {
        nodes.put(NodeNumber.of(node.getNum()), node);
    }

    /** As an eviction does. */
    public void remove(long node) {
        nodes.remove(node);
    }

    public List<NodeInfo> all() {
        return new ArrayList<>(nodes.values());
    }

    public Optional<NodeInfo> find(long node) {
        return Optional.ofNullable(nodes.get(node));
    }

    /** Empty when it has none. */
    public ByteString key(long node) {
        NodeInfo found = nodes.get(node);
        return found == null ? ByteString.EMPTY : found.getUser().getPublicKey();
    }

    public int favorites() {
        return (int) nodes.values().stream().filter(NodeInfo::getFavorite).count();
    }

    public int flashWrites() {
        return flashWrites;
    }

    public int evictions() {
        return evictions;
    }

    /** A packet of it was heard. */
    void heard(long node, int atSeconds) {
        put(existingOr(node).toBuilder().setLastHeard(atSeconds).build());
    }

    /** The node has said who it is. Once there is a key, another one makes the whole message unbelievable. */
    void introduced(long node, User user) {
        NodeInfo known = existingOr(node);
        ByteString held = known.getUser().getPublicKey();
        ByteString said = user.getPublicKey();
        if (held.size() == KEY && !said.isEmpty() && !said.equals(held)) {
            return;
        }
        User.Builder merged = user.toBuilder();
        if (said.isEmpty()) {
            merged.setPublicKey(held);
        }
        put(known.toBuilder().setUser(merged).build());
    }

    /**
     * A client administrates.
     *
     * @return whether the list was written to flash
     */
    boolean administrate(AdminMessage message) {
        int before = flashWrites;
        switch (message.getPayloadVariantCase()) {
            case ADD_CONTACT -> contact(message.getAddContact());
            case REMOVE_BY_NODENUM -> {
                remove(NodeNumber.of(message.getRemoveByNodenum()));
                flashWrites++;
            }
            case SET_FAVORITE_NODE -> change(message.getSetFavoriteNode(), node -> node.setFavorite(true));
            case REMOVE_FAVORITE_NODE -> change(message.getRemoveFavoriteNode(), node -> node.setFavorite(false));
            case SET_IGNORED_NODE ->
                change(
                        message.getSetIgnoredNode(),
                        node -> node.setIgnored(true).getUserBuilder().clearPublicKey());
            case REMOVE_IGNORED_NODE -> change(message.getRemoveIgnoredNode(), node -> node.setIgnored(false));
            case NODEDB_RESET -> {
                nodes.values()
                        .removeIf(node -> NodeNumber.of(node.getNum()) != own
                                && !(message.getNodedbReset() && node.getFavorite()));
                flashWrites++;
            }
            default -> {
                // Of no interest to a list of nodes.
            }
        }
        return flashWrites > before;
    }

    private void change(int number, Consumer<NodeInfo.Builder> what) {
        NodeInfo known = nodes.get(NodeNumber.of(number));
        if (known != null) {
            NodeInfo.Builder changed = known.toBuilder();
            what.accept(changed);
            put(changed.build());
            flashWrites++;
        }
    }

    /** The client's word counts more than what the air says: it overwrites and erases, unless the owner verified the key on the radio. */
    private void contact(SharedContact contact) {
        long node = NodeNumber.of(contact.getNodeNum());
        NodeInfo known = existingOr(node);
        if (!contact.hasUser()) {
            return;
        }
        boolean other = !contact.getUser().getPublicKey().equals(known.getUser().getPublicKey());
        if (known.getKeyManuallyVerified() && !contact.getManuallyVerified() && other) {
            return;
        }
        User.Builder user = contact.getUser().toBuilder();
        if (contact.getShouldIgnore()) {
            user.clearPublicKey();
        }
        put(known.toBuilder()
                .setUser(user)
                .setFavorite(!contact.getShouldIgnore())
                .setIgnored(contact.getShouldIgnore())
                .setKeyManuallyVerified(known.getKeyManuallyVerified() || contact.getManuallyVerified())
                .build());
        flashWrites++;
    }

    private NodeInfo existingOr(long node) {
        NodeInfo known = nodes.get(node);
        if (known != null) {
            return known;
        }
        if (nodes.size() >= room) {
            NodeInfo oldest = nodes.values().stream()
                    .filter(each -> NodeNumber.of(each.getNum()) != own
                            && !each.getFavorite()
                            && !each.getIgnored()
                            && !each.getKeyManuallyVerified())
                    .min(Comparator.comparingLong(each -> NodeNumber.of(each.getLastHeard())))
                    .orElseThrow(() -> new OverrunException(room));
            nodes.remove(NodeNumber.of(oldest.getNum()));
            evictions++;
        }
        return NodeInfo.newBuilder().setNum((int) node).build();
    }
}
