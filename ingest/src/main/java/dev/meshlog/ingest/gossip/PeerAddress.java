package dev.meshlog.ingest.gossip;

import java.net.InetSocketAddress;
import java.util.Optional;

/** Where a node is, as people write it: {@code host:port} or {@code [IPv6]:port}. */
public final class PeerAddress {
    private PeerAddress() {}

    /** Not looked up. Port 0 is one too, for who listens. */
    public static Optional<InetSocketAddress> parse(String text) {
        int colon = text.lastIndexOf(':');
        if (colon < 1) {
            return Optional.empty();
        }
        String host = text.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        }
        try {
            int port = Integer.parseInt(text.substring(colon + 1));
            return port < 0 || port > 65_535 || host.isBlank()
                    ? Optional.empty()
                    : Optional.of(InetSocketAddress.createUnresolved(host, port));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** One that can be connected to. */
    public static Optional<InetSocketAddress> parseRemote(String text) {
        return parse(text).filter(address -> address.getPort() > 0);
    }

    /** As it is written. */
    public static String text(InetSocketAddress address) {
        String host = address.getAddress() == null
                ? address.getHostString()
                : address.getAddress().getHostAddress();
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
    }
}
