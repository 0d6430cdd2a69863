package dev.meshlog.infra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.meshlog.infra.broker.EmbeddedBroker;
import dev.meshlog.infra.config.GossipConfig;
import dev.meshlog.infra.config.HttpConfig;
import dev.meshlog.infra.config.MeshlogConfig;
import dev.meshlog.infra.node.LedgerIdentity;
import dev.meshlog.infra.node.LocalNode;
import dev.meshlog.ingest.gossip.Gossip;
import dev.meshlog.ledger.Hash;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.TopicReader;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.ledger.PeerRecord;
import dev.meshlog.schemas.ledger.PeerState;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two nodes, each with a broker of its own: one produces, the other comes later and has nothing but the genesis and an address. */
class ListenerTest {
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    /** More rounds than missing parents are asked for one by one. */
    private static final long ROUNDS_BEFORE = 120;

    @TempDir
    Path directory;

    @Test
    void listenerShowsWhatTheBootstrapShowsAndProducesNothing() throws Exception {
        try (Running bootstrap = start("bootstrap", new GossipConfig("127.0.0.1:0", null, null))) {
            await().atMost(PATIENCE).until(() -> bootstrap.progress().leaderRound() > ROUNDS_BEFORE);
            String address = bootstrap.node().gossip().orElseThrow().address();

            try (Running listener = start("listener", new GossipConfig(null, null, List.of(address)))) {
                long now = bootstrap.progress().commitIndex();
                await().atMost(PATIENCE).until(() -> listener.progress().commitIndex() > now + 5);

                Map<Long, Hash> its = listener.commits();
                Map<Long, Hash> original = bootstrap.commits();
                assertThat(its).hasSizeGreaterThan((int) now);
                assertThat(original).containsAllEntriesOf(its);
                assertThat(listener.producers()).isEqualTo(Set.of(bootstrap.key()));
                assertThat(listener.node().failure()).isEmpty();

                assertThat(listener.peers()).hasEntrySatisfying(bootstrap.key(), peer -> {
                    assertThat(peer.getState()).isEqualTo(PeerState.CONNECTED);
                    assertThat(peer.getRejected()).isZero();
                });
                await().atMost(PATIENCE)
                        .until(() -> bootstrap.peers().values().stream()
                                .anyMatch(peer -> peer.getListener() && peer.getPushed() > 0));
            }
            await().atMost(PATIENCE)
                    .until(() -> bootstrap.peers().values().stream()
                            .anyMatch(peer ->
                                    peer.getState() == PeerState.DISCONNECTED && "CLOSING".equals(peer.getReason())));
        }
    }

    private Running start(String mode, GossipConfig gossip) throws Exception {
        Path data = directory.resolve(mode);
        EmbeddedBroker broker =
                EmbeddedBroker.start(data.resolve("broker"), Uuid.randomUuid().toString(), 0);
        var cluster = Cluster.at(broker.bootstrapServers());
        String genesis = directory.resolve("bootstrap").resolve("genesis.json").toString();
        var config = new MeshlogConfig(
                null,
                null,
                null,
                new MeshlogConfig.Ledger(null, mode, genesis, null, 30, 60, gossip),
                new MeshlogConfig.Snapshots(5, null, null, null),
                new HttpConfig("127.0.0.1:0", null, null, null, null));
        var node = new LocalNode(cluster, config, data, Clock.systemUTC());
        LedgerIdentity identity = node.prepareLedger();
        node.start();
        return new Running(broker, cluster, node, identity);
    }

    private record Running(EmbeddedBroker broker, Cluster cluster, LocalNode node, LedgerIdentity identity)
            implements AutoCloseable {
        String key() {
            return identity.key().publicKey().hex();
        }

        Gossip.Progress progress() {
            return node.gossip().orElseThrow().gossip().progress();
        }

        Map<Long, Hash> commits() {
            Map<Long, Hash> commits = new TreeMap<>();
            TopicReader.readAll(
                    cluster,
                    Topics.COMMITS,
                    rec -> commits.put(
                            rec.value().getIndex(), Hash.of(rec.value().getCommitHash())));
            return commits;
        }

        Set<String> producers() {
            Map<String, Long> vertices = new HashMap<>();
            TopicReader.readAll(cluster, Topics.VERIFIED, rec -> vertices.merge(rec.key(), 1L, Long::sum));
            return vertices.keySet().stream().collect(Collectors.toSet());
        }

        Map<String, PeerRecord> peers() {
            Map<String, PeerRecord> peers = new HashMap<>();
            TopicReader.readAll(cluster, Topics.PEERS, rec -> peers.put(rec.key(), rec.value()));
            return peers;
        }

        @Override
        public void close() {
            node.close();
            broker.close();
        }
    }
}
