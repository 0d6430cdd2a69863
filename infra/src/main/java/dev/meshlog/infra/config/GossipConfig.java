package dev.meshlog.infra.config;

import com.fasterxml.jackson.annotation.JsonIgnore;
import dev.meshlog.ingest.gossip.PeerAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The node's place among the nodes of its ledger's network.
 *
 * @param listen host:port for peers, UDP; port 0: any free one; absent: no peers
 * @param address host:port under which others reach this node; absent: it tells none
 * @param join addresses of nodes to begin with
 */
public record GossipConfig(
        @Nullable String listen,
        @Nullable String address,
        @Nullable List<String> join) {
    static final String DEFAULT_LISTEN = "127.0.0.1:0";

    public GossipConfig {
        join = join == null ? List.of() : List.copyOf(join);
        if (listen == null && !join.isEmpty()) {
            listen = DEFAULT_LISTEN;
        }
        if (listen != null) {
            MeshlogConfig.require(
                    PeerAddress.parse(listen).isPresent(), "ledger.gossip.listen", "host:port, or [IPv6]:port");
        }
        if (address != null) {
            MeshlogConfig.require(
                    PeerAddress.parseRemote(address).isPresent(), "ledger.gossip.address", "host:port, or [IPv6]:port");
        }
        join.forEach(each -> MeshlogConfig.require(
                PeerAddress.parseRemote(each).isPresent(),
                "ledger.gossip.join",
                "a list of host:port, not '" + each + "'"));
    }

    @Override
    public List<String> join() {
        return Objects.requireNonNull(join);
    }

    @JsonIgnore
    public boolean isOpen() {
        return listen != null;
    }

    /** Where peers are listened for, looked up. */
    @JsonIgnore
    public InetSocketAddress listenAddress() {
        InetSocketAddress parsed =
                PeerAddress.parse(Objects.requireNonNull(listen)).orElseThrow();
        return new InetSocketAddress(parsed.getHostString(), parsed.getPort());
    }
}
