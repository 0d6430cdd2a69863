package dev.meshlog.ingest.gossip.quic;

import org.apache.avro.specific.SpecificRecordBase;

/** The answer to one question, message by message. One thread. It ends when whoever answers returns. */
public interface Answer {
    /**
     * Waits while the peer does not read.
     *
     * @throws PeerException when the peer has gone, or reads too slowly
     */
    void send(SpecificRecordBase message) throws PeerException, InterruptedException;

    /** Ends the answer with the reason why there is none, or no more. */
    void refuse(PeerRefusal why);
}
