package dev.meshlog.ingest.keysync;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.meshlog.schemas.NodeNumber;
import dev.meshlog.schemas.meshtastic.AdminMessage;
import dev.meshlog.schemas.meshtastic.MeshPacket;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What clients, if they are allowed to, change in the radio's list of nodes past us. Like a contact of our own it counts once the radio has acknowledged it;
 * of what is never answered only the list itself tells.
 */
final class ClientChanges {
    /** From the moment on when we were given the packet: it may wait for others. */
    static final long ANSWER = Duration.ofMinutes(1).toNanos();

    private final Map<Integer, Change> changes = new LinkedHashMap<>();

    private record Change(AdminMessage message, long at) {}

    /** A packet of a client is on its way to the radio. */
    void sent(MeshPacket packet, long own, long now) {
        if (NodeNumber.of(packet.getTo()) != own || packet.getDecoded().getPortNum() != Messages.ADMIN) {
            return;
        }
        try {
            AdminMessage message = AdminMessage.parseFrom(packet.getDecoded().getPayload());
            if (changesNodes(message)) {
                changes.put(packet.getId(), new Change(message, now));
            }
        } catch (InvalidProtocolBufferException e) {
            // The radio can't read it either.
        }
    }

    /** What the radio has done now; empty when its answer is to something else, or a refusal. */
    Optional<AdminMessage> answered(int id, int error) {
        return Optional.ofNullable(changes.remove(id))
                .filter(change -> error == 0)
                .map(Change::message);
    }

    /** Whether there was a change of which nobody will say any more whether it was made. */
    boolean isAnyUnanswered(long now) {
        boolean any = false;
        Iterator<Change> each = changes.values().iterator();
        while (each.hasNext() && now - each.next().at >= ANSWER) {
            each.remove();
            any = true;
        }
        return any;
    }

    private static boolean changesNodes(AdminMessage message) {
        return switch (message.getPayloadVariantCase()) {
            case ADD_CONTACT,
                    REMOVE_BY_NODENUM,
                    SET_FAVORITE_NODE,
                    REMOVE_FAVORITE_NODE,
                    SET_IGNORED_NODE,
                    REMOVE_IGNORED_NODE,
                    NODEDB_RESET -> true;
            default -> false;
        };
    }

    /** The node that it is about; 0 when it is about all of them. */
    static long node(AdminMessage message) {
        return NodeNumber.of(
                switch (message.getPayloadVariantCase()) {
                    case ADD_CONTACT -> message.getAddContact().getNodeNum();
                    case REMOVE_BY_NODENUM -> message.getRemoveByNodenum();
                    case SET_FAVORITE_NODE -> message.getSetFavoriteNode();
                    case REMOVE_FAVORITE_NODE -> message.getRemoveFavoriteNode();
                    case SET_IGNORED_NODE -> message.getSetIgnoredNode();
                    case REMOVE_IGNORED_NODE -> message.getRemoveIgnoredNode();
                    default -> 0;
                });
    }

    /** Does to what we know of the radio what the radio has done. */
    static void apply(AdminMessage message, RadioKeys radio) {
        long node = node(message);
        switch (message.getPayloadVariantCase()) {
            case ADD_CONTACT -> radio.given(message.getAddContact());
            case REMOVE_BY_NODENUM -> radio.removed(node);
            case SET_FAVORITE_NODE -> radio.favorite(node, true);
            case REMOVE_FAVORITE_NODE -> radio.favorite(node, false);
            case SET_IGNORED_NODE -> radio.ignored(node, true);
            case REMOVE_IGNORED_NODE -> radio.ignored(node, false);
            case NODEDB_RESET -> radio.reset(message.getNodedbReset());
            default -> {
                // Says nothing of nodes.
            }
        }
    }
}
