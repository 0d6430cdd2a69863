package dev.meshlog.ingest.keysync;

import org.jspecify.annotations.Nullable;

/**
 * @param maxNodes room in the radio's list of nodes; null: as many as it lists, and at least {@link #LEAST_ROOM}
 */
public record KeySyncSettings(KeyPolicy policy, @Nullable Integer maxNodes) {
    /** Every chip but the smallest has it. Too small a number leaves keys out; too large a one crashes the radio. */
    static final int LEAST_ROOM = 80;
    /** The radio's own entry, and one that may come and go. */
    private static final int UNPROTECTED = 2;

    public static final KeySyncSettings DEFAULT = new KeySyncSettings(KeyPolicy.ON_DEMAND, null);

    /** How many nodes may be favourites at most: when all are, the next new node crashes the radio, and again after its restart. */
    int cap(int listed) {
        return Math.max(0, room(listed) - UNPROTECTED);
    }

    /** How many nodes the radio can have at least, when it has listed so many. */
    int room(int listed) {
        return maxNodes == null ? Math.max(LEAST_ROOM, listed) : maxNodes;
    }
}
