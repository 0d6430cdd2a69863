package dev.meshlog.infra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.meshlog.infra.client.Draft;
import dev.meshlog.infra.client.KafkaLedger;
import dev.meshlog.infra.config.GossipConfig;
import dev.meshlog.infra.config.MeshlogConfig;
import dev.meshlog.infra.node.LedgerIdentity;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.crypto.SigningKey;
import dev.meshlog.ledger.execution.ResultCode;
import dev.meshlog.ledger.vertex.Transaction;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.ledger.PeerRecord;
import dev.meshlog.schemas.ledger.PeerState;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two nodes, each with a broker of its own: one produces, the other comes later and has nothing but the genesis and an address. */
class ListenerTest {
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    /** More rounds than missing parents are asked for one by one. */
    private static final long ROUNDS_BEFORE = 120;

    private static final long VALID_ROUNDS = 900;

    @TempDir
    Path directory;

    @Test
    void listenerShowsWhatTheBootstrapShowsAndProducesNothing() throws Exception {
        try (RunningNode bootstrap = start("bootstrap", new GossipConfig("127.0.0.1:0", null, null))) {
            await().atMost(PATIENCE).until(() -> bootstrap.progress().leaderRound() > ROUNDS_BEFORE);
            String key = LedgerIdentity.readGenesis(genesis())
                    .validators()
                    .get(0)
                    .publicKey()
                    .hex();
            String address = bootstrap.node().gossip().orElseThrow().address();

            try (RunningNode listener = start("listener", new GossipConfig(null, null, List.of(address)))) {
                long now = bootstrap.progress().commitIndex();
                await().atMost(PATIENCE).until(() -> listener.progress().commitIndex() > now + 5);

                // Of the commits behind these, either may have more than the other by now.
                Map<Long, Hash> its = listener.commits().headMap(now, true);
                assertThat(its).hasSize((int) now).isEqualTo(bootstrap.commits().headMap(now, true));
                assertThat(producers(listener)).isEqualTo(Set.of(key));
                assertThat(listener.node().failure()).isEmpty();

                assertThat(resultOfOneLeftAt(listener)).isEqualTo(ResultCode.OK.name());

                assertThat(peers(listener)).hasEntrySatisfying(key, peer -> {
                    assertThat(peer.getState()).isEqualTo(PeerState.CONNECTED);
                    assertThat(peer.getRejected()).isZero();
                });
                await().atMost(PATIENCE)
                        .until(() -> peers(bootstrap).values().stream()
                                .anyMatch(peer -> peer.getListener() && peer.getPushed() > 0));
            }
            await().atMost(PATIENCE)
                    .until(() -> peers(bootstrap).values().stream()
                            .anyMatch(peer ->
                                    peer.getState() == PeerState.DISCONNECTED && "CLOSING".equals(peer.getReason())));
        }
    }

    /** A client of the listener's Kafka, which makes no vertices. */
    private String resultOfOneLeftAt(RunningNode listener) {
        SigningKey client = SigningKey.ofSeed(new byte[32]);
        try (var ledger = new KafkaLedger(listener.cluster())) {
            Transaction transaction = Draft.create(new byte[] {1})
                    .sign(LedgerIdentity.readGenesis(genesis()).networkId(), client, ledger.round() + VALID_ROUNDS);
            ledger.submit(transaction);
            return await().atMost(PATIENCE)
                    .until(() -> ledger.result(transaction), Optional::isPresent)
                    .orElseThrow()
                    .path("code")
                    .asText();
        }
    }

    private RunningNode start(String mode, GossipConfig gossip) throws Exception {
        String genesis = genesis().toString();
        return RunningNode.start(
                directory.resolve(mode), new MeshlogConfig.Ledger(null, mode, genesis, null, 30, 60, gossip));
    }

    private Path genesis() {
        return directory.resolve("bootstrap").resolve("genesis.json");
    }

    private static Set<String> producers(RunningNode node) {
        Set<String> producers = new HashSet<>();
        node.readAll(Topics.VERIFIED, rec -> producers.add(rec.key()));
        return producers;
    }

    private static Map<String, PeerRecord> peers(RunningNode node) {
        Map<String, PeerRecord> peers = new HashMap<>();
        node.readAll(Topics.PEERS, rec -> peers.put(rec.key(), rec.value()));
        return peers;
    }
}
