package dev.meshlog.ingest.gossip;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** Where a node is, as people write it: {@code host:port} or {@code [IPv6]:port}. */
public final class PeerAddress {
    /** One way to write each. */
    private static final Pattern PORT = Pattern.compile("0|[1-9][0-9]{0,4}");

    private static final int LARGEST_PORT = 65_535;

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
        String digits = text.substring(colon + 1);
        if (host.isBlank() || !PORT.matcher(digits).matches()) {
            return Optional.empty();
        }
        int port = Integer.parseInt(digits);
        return port > LARGEST_PORT ? Optional.empty() : Optional.of(InetSocketAddress.createUnresolved(host, port));
    }

    /** One that can be connected to. */
    public static Optional<InetSocketAddress> parseRemote(String text) {
        return parse(text).filter(address -> address.getPort() > 0);
    }

    /** One of a single node, without a name that would have to be looked up. */
    static Optional<InetSocketAddress> parseLiteral(String text) {
        return parseRemote(text)
                .flatMap(parsed -> ip(parsed.getHostString()).map(ip -> new InetSocketAddress(ip, parsed.getPort())))
                .filter(found -> !found.getAddress().isAnyLocalAddress()
                        && !found.getAddress().isMulticastAddress());
    }

    /** The same text for all ways to write one address, so that it counts once; names as they are, but for capitals. */
    static Optional<String> canonical(String text) {
        return parseRemote(text)
                .map(parsed -> ip(parsed.getHostString())
                        .map(ip -> text(new InetSocketAddress(ip, parsed.getPort())))
                        .orElseGet(() -> text(parsed).toLowerCase(Locale.ROOT)));
    }

    /** The zone of an IPv6 address means something on one machine alone. */
    private static Optional<InetAddress> ip(String host) {
        byte[] bytes = host.contains("%") ? null : NetUtil.createByteArrayFromIpAddressString(host);
        try {
            return bytes == null ? Optional.empty() : Optional.of(InetAddress.getByAddress(bytes));
        } catch (UnknownHostException e) {
            throw new IllegalStateException(bytes.length + " bytes of an IP address", e);
        }
    }

    /** As it is written. */
    public static String text(InetSocketAddress address) {
        String host = address.getAddress() == null
                ? address.getHostString()
                : address.getAddress().getHostAddress();
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
    }
}
