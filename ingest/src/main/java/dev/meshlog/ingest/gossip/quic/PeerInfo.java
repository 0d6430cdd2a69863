package dev.meshlog.ingest.gossip.quic;

import dev.meshlog.ledger.Hash;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Who a peer is.
 *
 * @param publicKey whose private half it has; null: it did not say
 * @param listener whether it follows and never produces, as it says
 * @param remote where its packets come from
 * @param address host:port where it can be reached, as it says
 * @param dialed whether we connected to it, and not it to us
 */
public record PeerInfo(
        @Nullable Hash publicKey,
        boolean listener,
        InetSocketAddress remote,
        @Nullable String address,
        boolean dialed) {
    /** For people: the key's beginning, where there is one, and the address. */
    public String name() {
        String where = remote.getAddress().getHostAddress() + " port " + remote.getPort();
        return publicKey == null ? where : publicKey.brief() + " at " + where;
    }
}
