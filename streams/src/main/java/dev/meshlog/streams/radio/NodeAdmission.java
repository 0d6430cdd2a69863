package dev.meshlog.streams.radio;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Whether a node that the tables do not have yet gets in. Time is that of the records, so that a replay admits the same nodes.
 *
 * <pre>
 *   "network/link" → hour since 1970 (8 bytes), new nodes in it (4), whether one was turned away (1)
 *   ""             → nodes of the partition (8)
 * </pre>
 */
final class NodeAdmission {
    private static final String ALL = "";
    private static final int BYTES = Long.BYTES + Integer.BYTES + 1;

    private final RadioLimits limits;
    private final KeyValueStore<String, byte[]> store;

    NodeAdmission(RadioLimits limits, KeyValueStore<String, byte[]> store) {
        this.limits = limits;
        this.store = store;
    }

    /** {@code TURNED_AWAY} once an hour and link, then {@code STILL_AWAY}. */
    enum Answer {
        ADMITTED,
        TURNED_AWAY,
        STILL_AWAY
    }

    Answer admit(String network, String link, Instant at) {
        String key = network + "/" + link;
        long hour = at.getEpochSecond() / Duration.ofHours(1).toSeconds();
        int count = 0;
        boolean turnedAway = false;
        byte[] bytes = store.get(key);
        if (bytes != null) {
            ByteBuffer known = ByteBuffer.wrap(bytes);
            if (known.getLong() == hour) {
                count = known.getInt();
                turnedAway = known.get() == 1;
            }
        }
        long all = all();
        if (count < limits.newNodesPerHour() && all < limits.nodes()) {
            store.put(ALL, ByteBuffer.allocate(Long.BYTES).putLong(all + 1).array());
            put(key, hour, count + 1, turnedAway);
            return Answer.ADMITTED;
        }
        if (turnedAway) {
            return Answer.STILL_AWAY;
        }
        put(key, hour, count, true);
        return Answer.TURNED_AWAY;
    }

    private long all() {
        byte[] bytes = store.get(ALL);
        return bytes == null ? 0 : ByteBuffer.wrap(bytes).getLong();
    }

    private void put(String key, long hour, int count, boolean turnedAway) {
        store.put(
                key,
                ByteBuffer.allocate(BYTES)
                        .putLong(hour)
                        .putInt(count)
                        .put((byte) (turnedAway ? 1 : 0))
                        .array());
    }
}
