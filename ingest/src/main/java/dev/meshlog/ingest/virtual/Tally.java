package dev.meshlog.ingest.virtual;

import java.util.concurrent.atomic.LongAdder;

/** Counts of connections. Any thread. */
final class Tally {
    private final LongAdder connected = new LongAdder();
    private final LongAdder dropped = new LongAdder();
    private final LongAdder rejected = new LongAdder();

    void connected() {
        connected.increment();
    }

    void dropped() {
        dropped.increment();
    }

    void rejected() {
        rejected.increment();
    }

    Figures figures(int clients, long refused, long relayed, long leftOut) {
        return new Figures(clients, connected.sum(), dropped.sum(), rejected.sum(), refused, relayed, leftOut);
    }
}
