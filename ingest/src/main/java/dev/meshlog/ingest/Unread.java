package dev.meshlog.ingest;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The newest records of a spool, in memory until they are read once: a reader that keeps up need not fetch from the disk what was written a moment
 * before. Everything in it is on the disk too, so anything may be missing here, but never something in the middle. One thread at a time.
 */
final class Unread {
    /** About two transactions on their way into Kafka. */
    private static final int MOST_BYTES = 4 << 20;

    private final Deque<Spool.Entry> entries = new ArrayDeque<>();
    private long bytes;
    /** All records behind this one are here. */
    private long complete;

    /** @param last the newest record on the disk; those up to it are not here */
    Unread(long last) {
        complete = last;
    }

    void add(List<Spool.Entry> appended) {
        for (Spool.Entry entry : appended) {
            entries.add(entry);
            bytes += entry.content().remaining();
        }
        while (bytes > MOST_BYTES) {
            dropFirst();
        }
    }

    /** What comes next behind a sequence number; empty when that is not here. */
    List<Spool.Entry> takeBehind(long after, int most) {
        while (!entries.isEmpty() && entries.element().sequence() <= after) {
            dropFirst();
        }
        var taken = new ArrayList<Spool.Entry>();
        if (after >= complete) {
            while (taken.size() < most && !entries.isEmpty()) {
                taken.add(dropFirst());
            }
        }
        return taken;
    }

    private Spool.Entry dropFirst() {
        Spool.Entry first = entries.remove();
        bytes -= first.content().remaining();
        complete = first.sequence();
        return first;
    }
}
