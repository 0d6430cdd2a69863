package dev.meshlog.infra.network.faults;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.meshlog.infra.config.LedgerMode;
import dev.meshlog.infra.network.LocalNetwork;
import dev.meshlog.infra.network.NodeProcess;
import dev.meshlog.ingest.gossip.PeerAddress;
import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.Validator;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * A network of processes in which each node reaches each validator through a proxy of its own, so that every pair can be treated by itself. No address of a
 * node stands in the genesis or is told to peers: they would find ways around the proxies. One thread.
 */
public final class FaultyNetwork implements AutoCloseable {
    private static final ObjectMapper YAML = new YAMLMapper();

    private final LocalNetwork network;
    private final SplittableRandom random;
    private final Map<Link, UdpProxy> links = new LinkedHashMap<>();

    /** From whoever connects to whom it connects to; datagrams go both ways. */
    private record Link(NodeProcess from, NodeProcess to) {}

    private FaultyNetwork(LocalNetwork network, SplittableRandom random) {
        this.network = network;
        this.random = random;
    }

    /**
     * Makes a new network. Nothing is started.
     *
     * @param directory where there is none yet
     * @param main of the meshlog command
     */
    public static FaultyNetwork make(Path directory, int validators, int listeners, Class<?> main, long seed)
            throws IOException {
        var random = new SplittableRandom(seed);
        var settings = LocalNetwork.Settings.of(validators, listeners, main);
        try (LocalNetwork plain = LocalNetwork.open(directory, settings, random.split())) {
            Files.writeString(
                    plain.genesisFile(), withoutAddresses(plain.genesis()).toJson());
        }
        var faulty = new FaultyNetwork(LocalNetwork.open(directory, settings, random.split()), random);
        for (NodeProcess node : faulty.network.nodes()) {
            faulty.reroute(node);
        }
        return faulty;
    }

    private static GenesisConfig withoutAddresses(GenesisConfig genesis) {
        return new GenesisConfig(
                genesis.networkName(),
                genesis.validators().stream()
                        .map(each -> new Validator(each.publicKey(), each.weight(), "", each.stake()))
                        .toList(),
                genesis.epochLength(),
                genesis.gcDepth(),
                genesis.checkpointInterval(),
                genesis.bucketBits(),
                genesis.maxTxValidity(),
                genesis.objects(),
                genesis.coins());
    }

    /** One more node, not yet started. */
    NodeProcess add(LedgerMode mode) throws IOException {
        NodeProcess node = network.add(mode);
        reroute(node);
        return node;
    }

    private void reroute(NodeProcess node) throws IOException {
        List<String> ways = new ArrayList<>();
        for (NodeProcess other : network.validators()) {
            if (!other.equals(node)) {
                UdpProxy proxy = UdpProxy.open(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        gossip(other),
                        random.split().nextLong());
                links.put(new Link(node, other), proxy);
                ways.add(PeerAddress.text(proxy.address()));
            }
        }
        Path file = node.directory().resolve("meshlog.yaml");
        var config = (ObjectNode) YAML.readTree(file.toFile());
        var gossip = (ObjectNode) config.get("ledger").get("gossip");
        gossip.remove("address");
        gossip.set("join", YAML.valueToTree(ways));
        YAML.writeValue(file.toFile(), config);
    }

    /** Returns when they answer. None does before it has found others. */
    void start(List<NodeProcess> nodes) throws InterruptedException {
        for (NodeProcess node : nodes) {
            node.start();
            // All at once would make each wait for the processors until its patience is over.
            node.awaitBroker(Stage.PATIENCE);
        }
        for (NodeProcess node : nodes) {
            node.awaitUp(Stage.PATIENCE);
        }
    }

    LocalNetwork network() {
        return network;
    }

    /** Where it listens, with nothing in between. */
    static InetSocketAddress gossip(NodeProcess node) {
        return PeerAddress.parse(node.member().gossip())
                .map(parsed -> new InetSocketAddress(parsed.getHostString(), parsed.getPort()))
                .orElseThrow();
    }

    /** Where a node finds the validators. */
    List<InetSocketAddress> waysOf(NodeProcess node) {
        return links.entrySet().stream()
                .filter(each -> each.getKey().from().equals(node))
                .map(each -> each.getValue().address())
                .toList();
    }

    /** All links of a node, whoever connected. */
    void around(NodeProcess node, LinkFaults faults) {
        links.forEach((link, proxy) -> {
            if (link.from().equals(node) || link.to().equals(node)) {
                proxy.set(faults);
            }
        });
    }

    /** Each link between one of these and one of those. */
    void between(List<NodeProcess> these, List<NodeProcess> those, LinkFaults faults) {
        links.forEach((link, proxy) -> {
            boolean isThere = these.contains(link.from()) && those.contains(link.to());
            boolean isBack = those.contains(link.from()) && these.contains(link.to());
            if (isThere || isBack) {
                proxy.set(faults);
            }
        });
    }

    /** Datagrams on the links of a node. */
    UdpProxy.Tally tally(NodeProcess node) {
        return links.entrySet().stream()
                .filter(each ->
                        each.getKey().from().equals(node) || each.getKey().to().equals(node))
                .map(each -> each.getValue().tally())
                .reduce(new UdpProxy.Tally(0, 0, 0), UdpProxy.Tally::plus);
    }

    /** The processes first. */
    @Override
    public void close() {
        network.close();
        links.values().forEach(UdpProxy::close);
    }
}
