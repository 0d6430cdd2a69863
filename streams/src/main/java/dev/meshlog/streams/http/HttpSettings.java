package dev.meshlog.streams.http;

import java.net.InetSocketAddress;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/**
 * Where and for whom the server answers.
 *
 * @param listen port 0: any free one
 * @param advertised host name under which other instances reach this one; empty: the address it listens on
 * @param token what a client's {@code Authorization: Bearer} must say; empty: everybody may ask
 * @param tls key of the server, and whom it trusts among the other instances; empty: plain text
 */
public record HttpSettings(
        InetSocketAddress listen, Optional<String> advertised, Optional<String> token, Optional<SSLContext> tls) {
    /** @throws IllegalArgumentException when others than this machine could ask without a token or TLS */
    public HttpSettings {
        if (listen.isUnresolved()) {
            throw new IllegalArgumentException("the address " + listen.getHostString() + " is not known");
        }
        if (!listen.getAddress().isLoopbackAddress() && (token.isEmpty() || tls.isEmpty())) {
            throw new IllegalArgumentException(
                    "an address other machines can reach (" + listen.getHostString() + ") needs a token and TLS");
        }
        if (listen.getAddress().isAnyLocalAddress() && advertised.isEmpty()) {
            throw new IllegalArgumentException(
                    "an address that stands for all needs the name that others know (advertised)");
        }
    }

    /** On this machine only, for everybody on it. */
    public static HttpSettings loopback(int port) {
        return new HttpSettings(
                new InetSocketAddress(java.net.InetAddress.getLoopbackAddress(), port),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    @Override
    public String toString() {
        return "HttpSettings[" + listen + (tls.isPresent() ? ", TLS" : "") + (token.isPresent() ? ", token]" : "]");
    }
}
