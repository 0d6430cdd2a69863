package dev.meshlog.ingest.keysync;

import java.util.concurrent.atomic.AtomicLong;

/** What was done on a link since the program started, and where it stands. Any thread may read it. */
final class Totals {
    /** Messages with a key that were handed to the radio, every attempt counted. */
    final AtomicLong pushed = new AtomicLong();
    /** Keys that the radio acknowledged. */
    final AtomicLong acknowledged = new AtomicLong();
    /** Keys that were given up. */
    final AtomicLong failed = new AtomicLong();
    /** Keys that the radio should hold. */
    final AtomicLong wanted = new AtomicLong();
    /** Nodes of which the radio holds a key, as far as it said so. */
    final AtomicLong known = new AtomicLong();
}
