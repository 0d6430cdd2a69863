package dev.meshlog.ingest.gossip.quic;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The pushes that wait until a peer reads. Each is a direct buffer of its own, so that the limits of single peers are not enough: a shared part of the
 * direct memory is what all of them may have beyond {@link #ALWAYS} each. Who stands at a limit and reads nothing for so long is to be cut off, for its
 * acknowledgements keep the connection alive. Time is handed in, in nanoseconds. Any thread.
 */
final class Unsent {
    /** Bytes that each peer may have whatever the others do; and the push with which it gets there. */
    private static final int ALWAYS = 256 << 10;

    /** For peers without a key. */
    private static final int OF_A_NAMELESS_PEER = 1 << 20;

    private final Shared shared;
    private final int limit;
    private final long patience;
    private long bytes;
    private long progressAt;

    /** What the peers of a node have together. */
    static final class Shared {
        private final long limit;
        private final AtomicLong bytes = new AtomicLong();

        Shared(long limit) {
            this.limit = limit;
        }

        /** A quarter of the direct memory that Java gives a process which sets no limit of its own: as much as its heap may have. */
        static Shared ofThisProcess() {
            return new Shared(Runtime.getRuntime().maxMemory() / 4);
        }
    }

    Unsent(Shared shared, PeerLimits limits, boolean nameless, long now) {
        this.shared = shared;
        this.limit = nameless ? Math.min(limits.unsent(), OF_A_NAMELESS_PEER) : limits.unsent();
        this.patience = limits.readWithin().toNanos();
        this.progressAt = now;
    }

    /** False: too much waits. */
    synchronized boolean add(int size, long now) {
        boolean fits =
                (bytes == 0 || bytes + size <= limit) && (bytes < ALWAYS || shared.bytes.get() + size <= shared.limit);
        if (fits) {
            if (bytes == 0) {
                progressAt = now;
            }
            bytes += size;
            shared.bytes.addAndGet(size);
        }
        return fits;
    }

    /** A push went out, or never will. */
    synchronized void remove(int size, long now) {
        bytes -= size;
        shared.bytes.addAndGet(-size);
        progressAt = now;
    }

    /** Whether nothing went out for so long while something waits. */
    synchronized boolean isStuck(long now) {
        return bytes > 0 && now - progressAt > patience;
    }
}
