package dev.meshlog.ingest.gossip.quic;

import java.time.Duration;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecordBase;

/** What a peer answers to one question, message by message. One thread. */
public interface Reply extends AutoCloseable {
    /**
     * The next message, or nothing behind the last one.
     *
     * @param patience for the beginning of a message, and again for each further part of it that is large enough for the time
     * @param altogether for the whole message
     * @throws PeerException when the peer refuses, breaks off, says something else, or says nothing, or next to nothing, for so long
     */
    Optional<SpecificRecordBase> next(Duration patience, Duration altogether)
            throws PeerException, InterruptedException;

    /** The same for a message that comes at once, or does not. */
    default Optional<SpecificRecordBase> next(Duration patience) throws PeerException, InterruptedException {
        return next(patience, patience);
    }

    /** Tells the peer that no more is wanted. */
    @Override
    void close();
}
