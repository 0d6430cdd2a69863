package dev.meshlog.ingest;

import dev.meshlog.schemas.radio.SourcePosition;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One connection to one source. */
public interface Link extends AutoCloseable {
    /** Unique among all links of a cluster: what was received is kept under this name. */
    String name();

    /** The mesh that is on the other side; part of every node's identity. */
    String network();

    /** Begins to receive, before Kafka is asked for anything. Called once. */
    default void open() throws LinkException {}

    /** Whether it might deliver again what Kafka already has, so that the position must be looked up before {@link #run}. */
    default boolean mayRepeat() {
        return true;
    }

    /** Whether a position that stands in Kafka is one of this source. */
    default boolean isOwn(SourcePosition position) {
        return true;
    }

    /** Everything up to this position is committed in Kafka. */
    default void kept(SourcePosition position) {}

    /**
     * Delivers what the source has until it ends or the link is closed. Called again after a failure that was not the link's.
     *
     * @param acknowledged the last position that is safely kept; a source that can be read again continues behind it
     * @param sink takes what is there, in its order; it blocks while nothing more can be taken
     * @throws LinkException when the source can't be read and trying again would not help
     */
    void run(@Nullable SourcePosition acknowledged, Sink sink) throws LinkException, InterruptedException;

    /** How much waits on disk; empty for a source that needs no spool. */
    default Optional<SpoolLevel> spool() {
        return Optional.empty();
    }

    /** Gives back what it holds, after {@link #close} and once nothing of it is called any more. Takes at most 2 s. */
    default void closed() {}

    /** Makes {@link #run} return soon. Any thread may call it. */
    @Override
    void close();

    /** Where a link delivers to. */
    @FunctionalInterface
    interface Sink {
        /** @param batch a few hundred at most: what is under way is counted in batches */
        void accept(List<Received> batch) throws InterruptedException;
    }
}
