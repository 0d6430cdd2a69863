package dev.meshlog.ingest.gossip;

import java.util.concurrent.atomic.AtomicLong;

/** Vertices of one connection, or of all of them. Received ones are duplicates, accepted, rejected, or still under way. Any thread. */
final class PeerTally {
    final AtomicLong received = new AtomicLong();
    final AtomicLong duplicates = new AtomicLong();
    final AtomicLong accepted = new AtomicLong();
    final AtomicLong rejected = new AtomicLong();

    /** Of rounds that the ledger would not take yet. */
    final AtomicLong tooEarly = new AtomicLong();

    final AtomicLong pushed = new AtomicLong();

    /** Not pushed, because too much waits for the peer already. */
    final AtomicLong dropped = new AtomicLong();
}
