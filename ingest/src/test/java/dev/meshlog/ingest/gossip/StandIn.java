package dev.meshlog.ingest.gossip;

import dev.meshlog.ingest.gossip.quic.Peer;
import dev.meshlog.ingest.gossip.quic.PeerInfo;
import dev.meshlog.ingest.gossip.quic.PeerRefusal;
import dev.meshlog.ingest.gossip.quic.Reply;
import dev.meshlog.ingest.gossip.wire.EncodedMessage;
import dev.meshlog.ingest.gossip.wire.MessageType;
import dev.meshlog.ledger.Domain;
import dev.meshlog.ledger.Hash;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Set;
import org.apache.avro.specific.SpecificRecordBase;
import org.jspecify.annotations.Nullable;

/** A connection of which only matters whose it is. */
record StandIn(PeerInfo info) implements Peer {
    /** With a key that depends on the number; 0: without one. */
    static StandIn of(int number, boolean dialed) {
        return new StandIn(info(number, "192.0.2." + number, dialed));
    }

    static PeerInfo info(int number, String address, boolean dialed) {
        return new PeerInfo(key(number), number == 0, at(address), null, dialed);
    }

    static @Nullable Hash key(int number) {
        return number == 0 ? null : Domain.contentId(new byte[] {(byte) number});
    }

    private static InetSocketAddress at(String address) {
        try {
            return new InetSocketAddress(InetAddress.getByName(address), 4444);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(address, e);
        }
    }

    @Override
    public boolean push(EncodedMessage message) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Reply ask(SpecificRecordBase question, Set<MessageType> expected) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close(PeerRefusal why) {
        throw new UnsupportedOperationException();
    }
}
