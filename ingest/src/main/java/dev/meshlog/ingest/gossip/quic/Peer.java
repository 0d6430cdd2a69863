package dev.meshlog.ingest.gossip.quic;

import dev.meshlog.ingest.gossip.wire.EncodedMessage;
import dev.meshlog.ingest.gossip.wire.MessageType;
import java.util.Set;
import org.apache.avro.specific.SpecificRecordBase;

/** A connected peer that is known by what it proved. Any thread. */
public interface Peer {
    PeerInfo info();

    /** Sends a message behind those that wait; false: so much waits that this one is dropped. */
    boolean push(EncodedMessage message);

    /**
     * Asks on a stream of its own.
     *
     * @param expected what an answer may consist of
     */
    Reply ask(SpecificRecordBase question, Set<MessageType> expected);

    /** Ends the connection. The peer is told why. */
    void close(PeerRefusal why);
}
