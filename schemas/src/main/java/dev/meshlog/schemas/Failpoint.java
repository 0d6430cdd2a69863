package dev.meshlog.schemas;

import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Steps at which a process can be made to die as by {@code kill -9}, to see that it comes back alone. Set {@value #VARIABLE} to a name, or to
 * {@code NAME:3} for the third time that the step is reached. Without it a step costs one comparison.
 */
public enum Failpoint {
    /** The producer has signed a vertex; nothing of it has left the process. */
    VERTEX_SIGNED,
    /** The vertex and the offsets of its transactions are sent; their Kafka transaction is open. */
    VERTEX_SENT,
    /** The Kafka transaction with the vertex is committed; the process does not know it yet. */
    VERTEX_COMMITTED,
    /** The orderer has applied a vertex; nothing is committed to Kafka. */
    VERTEX_APPLIED,
    /** The snapshotter has taken changes; its write batch is not written. */
    CHANGES_TAKEN,
    /** State, commit index and input offset of the snapshotter are in its store. */
    CHANGES_COMMITTED,
    /** A chunk is about to be sent. */
    CHUNK_CUT,
    /** All chunks of a snapshot are acknowledged; its manifest is not sent. */
    CHUNKS_PUBLISHED,
    /** The manifest is acknowledged; nothing is pruned. */
    MANIFEST_PUBLISHED,
    /** An old manifest is gone; its chunks are still there. */
    MANIFEST_PRUNED,
    /** The chunks of an old snapshot are gone; the log is not shortened. */
    CHUNKS_PRUNED,
    /** The log is shortened to what the oldest kept snapshot needs. */
    LOG_SHORTENED,
    /** The replayer has written a fetched chunk under a temporary name. */
    CHUNK_FETCHED,
    /** The fetched chunk has its name. */
    CHUNK_STORED,
    /** Sorted tables are written; none is ingested. */
    TABLES_WRITTEN,
    /** The tables are in the new store; it is not verified. */
    TABLES_INGESTED,
    /** A part of the log is replayed and written. */
    REPLAY_COMMITTED,
    /** The new state is whole and verified; its directory still has its temporary name. */
    BEFORE_SWAP,
    /** The new state has its name; left-overs of the recovery are still there. */
    SWAPPED,
    /** A part of a replica's index is written; the state does not count on it yet. */
    INDEX_PART_WRITTEN,
    /** The replica is about to say that it is live. */
    BEFORE_LIVE,
    /** A verified state is sent to the log; its Kafka transaction is open. */
    STATE_SENT,
    /** The state is in the log; the ledger has taken nothing of it. */
    STATE_INSTALLED,
    /** The entries in which the rebuilt radio tables differ are sent; their transaction is open. */
    REBUILD_SENT,
    /** The live topics have all of them; the old generation is still the one that goes on. */
    REBUILD_WRITTEN,
    /** The new generation is the live one; its copies of the topics and the old application are still there. */
    REBUILD_LIVE,
    /** The record of a key's push is on disk; the radio has not heard of it. */
    KEY_RECORDED,
    /** The radio has acknowledged a key; nothing says so. */
    KEY_ACKNOWLEDGED;

    /** The environment variable. */
    public static final String VARIABLE = "MESHLOG_FAILPOINT";

    /** What a shell reports of a process that was killed by signal 9. */
    private static final int EXIT = 137;

    private static final @Nullable Failpoint ARMED;
    private static final AtomicLong LEFT;

    static {
        String setting = System.getenv(VARIABLE);
        if (setting == null || setting.isBlank()) {
            ARMED = null;
            LEFT = new AtomicLong();
        } else {
            String[] parts = setting.strip().split(":", 2);
            ARMED = of(parts[0]);
            LEFT = new AtomicLong(parts.length == 1 ? 1 : Long.parseLong(parts[1]));
        }
    }

    /** Does nothing, unless this process is to die here. */
    public void reached() {
        if (ARMED == this && LEFT.decrementAndGet() == 0) {
            Runtime.getRuntime().halt(EXIT);
        }
    }

    private static Failpoint of(String name) {
        try {
            return valueOf(name.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    VARIABLE + " is " + name + ", it may be " + Arrays.toString(values()), e);
        }
    }
}
