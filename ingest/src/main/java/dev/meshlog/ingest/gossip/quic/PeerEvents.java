package dev.meshlog.ingest.gossip.quic;

import java.util.Optional;
import org.apache.avro.specific.SpecificRecordBase;

/** What happens on connections. Told on the thread that serves all of them, but for {@link #asked}: nothing else here may wait. */
public interface PeerEvents {
    /** Before anything of a peer is heard: a refusal ends the connection. */
    Optional<PeerRefusal> admit(PeerInfo peer);

    void connected(Peer peer);

    /**
     * A message that the peer sent without being asked.
     *
     * @param taken to be run, on any thread, once the message takes no memory any more: a peer with too many that are not taken is not read
     */
    void pushed(Peer peer, SpecificRecordBase message, Runnable taken);

    /** Whether the peer's questions are to be answered whatever others ask: nobody but these has the threads for them. */
    boolean isPreferred(PeerInfo peer);

    /** A question of the peer. On a thread of its own, which may wait. An exception ends the answer. */
    void asked(Peer peer, SpecificRecordBase question, Answer answer) throws Exception;

    /** A peer that was {@link #connected} is no longer. */
    void disconnected(Peer peer, PeerRefusal why);
}
