package dev.meshlog.ingest.keysync;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How often somebody on the air is answered because of a message that could not be read: the air belongs to all. Outlives sessions. Who is turned away is
 * not remembered: the next time may be the first.
 */
final class UnreadMessages {
    private static final long RETRY = Duration.ofSeconds(60).toNanos();
    private static final long ASK = Duration.ofMinutes(10).toNanos();
    private static final int REMEMBERED = 512;

    private final Map<Long, Long> retried = remembered();
    private final Map<Long, Long> asked = remembered();
    private final Map<Long, Long> refused = remembered();
    private final Map<Long, Long> messages = remembered();
    private final Budget air = new Budget();
    /** Nothing goes on the air for these, so they take nothing from those who wait for an answer. */
    private final Budget records = new Budget();

    /** Whoever has a transmitter can invent senders. */
    private static final class Budget {
        private static final int MOST_IN_A_MINUTE = 6;
        private static final long MINUTE = Duration.ofMinutes(1).toNanos();

        private final Deque<Long> spent = new ArrayDeque<>();

        boolean isLeft(long now) {
            while (!spent.isEmpty() && now - spent.element() >= MINUTE) {
                spent.remove();
            }
            return spent.size() < MOST_IN_A_MINUTE;
        }

        void spend(long now) {
            spent.add(now);
        }
    }

    /** Whether the sender may be told now that its message was not read. */
    boolean mayRequestRetry(long sender, int messageId, long now) {
        long message = sender << 32 | Integer.toUnsignedLong(messageId);
        if (messages.containsKey(message) || !spend(air, retried, sender, RETRY, now)) {
            return false;
        }
        messages.put(message, now);
        return true;
    }

    /** Whether the sender may be asked for its NODEINFO now. */
    boolean mayAsk(long sender, long now) {
        return spend(air, asked, sender, ASK, now);
    }

    /** Whether it may be recorded now that nothing can be done for the sender. */
    boolean mayRecord(long sender, long now) {
        return spend(records, refused, sender, ASK, now);
    }

    private static boolean spend(Budget budget, Map<Long, Long> times, long sender, long pause, long now) {
        Long last = times.get(sender);
        if ((last != null && now - last < pause) || !budget.isLeft(now)) {
            return false;
        }
        times.put(sender, now);
        budget.spend(now);
        return true;
    }

    private static Map<Long, Long> remembered() {
        return new LinkedHashMap<>() {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<Long, Long> eldest) {
                return size() > REMEMBERED;
            }
        };
    }
}
