package dev.meshlog.ingest.gossip;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Vertices of one connection, or of all of them. Received ones are duplicates, accepted, rejected, or still under way. Any thread. */
final class PeerTally {
    final Count received;
    final Count duplicates;
    final Count accepted;
    final Count rejected;

    /** Of rounds that the ledger would not take yet. */
    final Count tooEarly;

    final Count pushed;

    /** Not pushed, because too much waits for the peer already. */
    final Count dropped;

    /** A number, which may be part of another one. */
    static final class Count {
        private final AtomicLong number = new AtomicLong();
        private final @Nullable Count whole;

        private Count(@Nullable Count whole) {
            this.whole = whole;
        }

        private static Count within(@Nullable PeerTally whole, Function<PeerTally, Count> which) {
            return new Count(whole == null ? null : which.apply(whole));
        }

        long incrementAndGet() {
            if (whole != null) {
                whole.number.incrementAndGet();
            }
            return number.incrementAndGet();
        }

        long get() {
            return number.get();
        }
    }

    PeerTally() {
        this(null);
    }

    /** @param whole of all connections: what is counted here is counted there, too */
    PeerTally(@Nullable PeerTally whole) {
        received = Count.within(whole, all -> all.received);
        duplicates = Count.within(whole, all -> all.duplicates);
        accepted = Count.within(whole, all -> all.accepted);
        rejected = Count.within(whole, all -> all.rejected);
        tooEarly = Count.within(whole, all -> all.tooEarly);
        pushed = Count.within(whole, all -> all.pushed);
        dropped = Count.within(whole, all -> all.dropped);
    }
}
