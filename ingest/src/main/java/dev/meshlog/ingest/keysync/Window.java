package dev.meshlog.ingest.keysync;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * How many packets a radio may have under way: its queue has four places, which it shares with packets from the air. One more for each full window that
 * came back, half after a loss (AIMD, RFC 5681), and fewer while the mesh talks.
 */
final class Window {
    static final int MOST = 4;

    private static final long LOOK_BACK = Duration.ofSeconds(5).toNanos();
    private static final int BUSY = 5;
    private static final int VERY_BUSY = 15;

    private final Deque<Long> heard = new ArrayDeque<>();
    private double size = MOST;

    int size(long now) {
        while (!heard.isEmpty() && now - heard.element() > LOOK_BACK) {
            heard.remove();
        }
        int most = heard.size() >= VERY_BUSY ? 1 : heard.size() >= BUSY ? 2 : MOST;
        return Math.min(most, (int) size);
    }

    /** A packet came from the air. */
    void heard(long now) {
        heard.add(now);
        if (heard.size() > VERY_BUSY) {
            heard.remove();
        }
    }

    void acknowledged() {
        size = Math.min(MOST, size + 1 / size);
    }

    void lost() {
        size = Math.max(1, size / 2);
    }
}
