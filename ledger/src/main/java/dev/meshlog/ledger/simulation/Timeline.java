package dev.meshlog.ledger.simulation;

import java.util.Comparator;
import java.util.PriorityQueue;

/** Virtual time: what is planned happens in the order of its time, and within one millisecond in the order of planning. */
final class Timeline {
    private final PriorityQueue<Event> events =
            new PriorityQueue<>(Comparator.comparingLong(Event::atMs).thenComparingLong(Event::number));
    private long nowMs;
    private long planned;

    private record Event(long atMs, long number, Runnable action) {}

    long nowMs() {
        return nowMs;
    }

    void after(long delayMs, Runnable action) {
        events.add(new Event(nowMs + Math.max(0, delayMs), planned++, action));
    }

    /** The next event; false when nothing is planned any more. */
    boolean step() {
        Event next = events.poll();
        if (next == null) {
            return false;
        }
        nowMs = next.atMs();
        next.action().run();
        return true;
    }
}
