package dev.meshlog.infra.network;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshlog.infra.config.GossipConfig;
import dev.meshlog.infra.config.LedgerMode;
import dev.meshlog.infra.config.MeshlogConfig;
import dev.meshlog.ledger.Validator;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is written before anything runs. */
class LocalNetworkTest {
    @TempDir
    Path directory;

    @Test
    void secondStartGoesOnWithTheSameNetwork() {
        LocalNetwork first = open(UnaryOperator.identity());
        NodeProcess added = first.add(LedgerMode.VALIDATOR);

        LocalNetwork second = open(UnaryOperator.identity());
        assertThat(second.genesis().networkId()).isEqualTo(first.genesis().networkId());
        assertThat(second.nodes().stream().map(NodeProcess::member))
                .hasSize(4)
                .containsExactlyElementsOf(
                        first.nodes().stream().map(NodeProcess::member).toList());
        assertThat(added.name()).isEqualTo("validator-3");
        assertThat(second.funds().publicKey()).isEqualTo(first.funds().publicKey());
    }

    @Test
    void everyPortIsGivenOnce() {
        List<Object> ports = new ArrayList<>();
        for (NodeProcess node : open(UnaryOperator.identity()).nodes()) {
            ports.addAll(List.of(
                    node.member().gossip(),
                    node.member().kafkaPort(),
                    node.member().httpPort()));
        }
        assertThat(ports).hasSize(9).doesNotHaveDuplicates();
    }

    @Test
    void genesisNamesWhatStandsInFrontOfANode() {
        UnaryOperator<String> proxied = listen -> "127.0.0.2:" + listen.substring(listen.indexOf(':') + 1);
        LocalNetwork network = open(proxied);

        List<String> named = network.genesis().validators().stream()
                .map(Validator::gossipAddress)
                .toList();
        assertThat(named).hasSize(2).allMatch(address -> address.startsWith("127.0.0.2:"));
        GossipConfig listener = configurationOf(network.node("listener-1")).gossip();
        assertThat(listener.listen()).startsWith("127.0.0.1:");
        assertThat(listener.address()).isEqualTo(proxied.apply(listener.listen()));
        assertThat(listener.join()).containsExactlyInAnyOrderElementsOf(named);
    }

    @Test
    void eachNodeIsConfiguredAsWhatItIs() {
        LocalNetwork network = open(UnaryOperator.identity());
        NodeProcess validator = network.validators().get(0);
        NodeProcess listener = network.node("listener-1");

        assertThat(configurationOf(validator).place()).isEqualTo(LedgerMode.VALIDATOR);
        assertThat(network.genesis().validators())
                .extracting(Validator::publicKey)
                .contains(network.key(validator).orElseThrow().publicKey());
        assertThat(configurationOf(listener).place()).isEqualTo(LedgerMode.LISTENER);
        assertThat(network.key(listener)).isEmpty();
    }

    @Test
    void loneValidatorWaitsForNobody() {
        LocalNetwork network = LocalNetwork.open(directory, LocalNetwork.Settings.of(1, 1, Object.class), new Random());
        assertThat(configurationOf(network.node("validator-1")).place()).isEqualTo(LedgerMode.BOOTSTRAP);
        assertThat(configurationOf(network.node("listener-1")).place()).isEqualTo(LedgerMode.LISTENER);
        assertThat(configurationOf(network.add(LedgerMode.VALIDATOR)).place()).isEqualTo(LedgerMode.VALIDATOR);
    }

    private LocalNetwork open(UnaryOperator<String> reachedAt) {
        return LocalNetwork.open(directory, new LocalNetwork.Settings(2, 1, reachedAt, Object.class), new Random());
    }

    private static MeshlogConfig.Ledger configurationOf(NodeProcess node) {
        return MeshlogConfig.load(NodeFiles.configurationIn(node.directory())).ledger();
    }
}
