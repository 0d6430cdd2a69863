package dev.meshlog.ingest.keysync;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;

/** How often somebody on the air is answered because of a message that could not be read: the air belongs to all. Outlives sessions. */
final class UnreadMessages {
    private static final long RETRY = Duration.ofSeconds(60).toNanos();
    private static final long ASK = Duration.ofMinutes(10).toNanos();
    private static final int REMEMBERED = 512;
    /** Whoever has a transmitter can invent senders. */
    private static final int MOST_IN_A_MINUTE = 6;

    private final Map<Long, Long> retried = remembered();
    private final Map<Long, Long> asked = remembered();
    private final Map<Long, Long> messages = remembered();
    private final Deque<Long> answers = new ArrayDeque<>();

    /** Whether the sender may be told now that its message was not read. */
    boolean mayRequestRetry(long sender, int messageId, long now) {
        long message = sender << 32 | Integer.toUnsignedLong(messageId);
        return messages.putIfAbsent(message, now) == null && isDue(retried, sender, RETRY, now) && isQuiet(now);
    }

    /** Whether the sender may be asked for its NODEINFO now, or somebody be told that nothing can be done. */
    boolean mayAsk(long sender, long now) {
        return isDue(asked, sender, ASK, now) && isQuiet(now);
    }

    private boolean isQuiet(long now) {
        while (!answers.isEmpty() && now - answers.element() >= RETRY) {
            answers.remove();
        }
        return answers.size() < MOST_IN_A_MINUTE && answers.add(now);
    }

    private static boolean isDue(Map<Long, Long> times, long sender, long pause, long now) {
        Long last = times.get(sender);
        if (last != null && now - last < pause) {
            return false;
        }
        times.put(sender, now);
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
