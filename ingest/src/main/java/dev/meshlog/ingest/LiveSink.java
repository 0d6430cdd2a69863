package dev.meshlog.ingest;

import dev.meshlog.schemas.Topic;
import dev.meshlog.schemas.radio.LinkEventKind;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where a {@link LiveSource} hands over what it receives. Secrets are blanked here, before anything reaches the disk. Any thread may call it. */
public interface LiveSink {
    /**
     * Returns when all of them are on disk, so that they may be acknowledged to the sender. While the spool is full it waits: that is
     * the back-pressure for a source that can wait.
     */
    void keep(List<Received> batch) throws InterruptedException;

    /**
     * For a source that can't wait.
     *
     * @return whether they are on disk; otherwise they are counted as dropped and an event tells it
     */
    boolean offer(List<Received> batch);

    /**
     * Tells what became of the connection, in the order of the messages.
     *
     * @param ownNode the number of the radio at the other end, where that is known
     * @param facts what the other end says of itself; no secrets
     */
    void report(LinkEventKind kind, @Nullable String detail, @Nullable Long ownNode, Map<String, String> facts);

    default void report(LinkEventKind kind, @Nullable String detail) {
        report(kind, detail, null, Map.of());
    }

    /** Tells something that goes on growing or changing: it stands among the facts of each status from now on. */
    default void note(String fact, String value) {
        // A sink without a status has no use for it.
    }

    /**
     * Keeps a record of what was done on this link, in the order of the messages.
     *
     * @return whether it is on disk
     */
    default <V> boolean write(Topic<String, V> topic, V value) {
        throw new UnsupportedOperationException("this sink only receives");
    }
}
