package dev.meshlog.infra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.meshlog.infra.broker.EmbeddedBroker;
import dev.meshlog.infra.config.GossipConfig;
import dev.meshlog.infra.config.HttpConfig;
import dev.meshlog.infra.config.MeshlogConfig;
import dev.meshlog.infra.node.LedgerIdentity;
import dev.meshlog.infra.node.LocalNode;
import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Validator;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.TopicReader;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.ledger.LedgerEvent;
import dev.meshlog.schemas.ledger.LedgerEventKind;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.DatagramChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two validators, of which neither can commit without the other. One loses everything but its key. */
class LostValidatorTest {
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final long COMMITS = 20;

    @TempDir
    Path directory;

    @Test
    void validatorThatLostItsLogFindsItsVerticesAndSignsNoRoundTwice() throws Exception {
        String first = freeAddress();
        String second = freeAddress();
        Path firstKey = directory.resolve("first.pem");
        Path secondKey = directory.resolve("second.pem");
        Files.writeString(
                directory.resolve("genesis.json"),
                genesis(firstKey, first, secondKey, second).toJson());
        try (Running stays = start("stays", firstKey, first)) {
            long before;
            try (Running goes = start("goes", secondKey, second)) {
                await().atMost(PATIENCE).until(() -> goes.commit() > COMMITS && stays.commit() > COMMITS);
                before = stays.commit();
            }
            try (Running comesBack = start("comes-back", secondKey, second)) {
                await().atMost(PATIENCE)
                        .until(() -> stays.commit() > before + COMMITS && comesBack.commit() > before + COMMITS);
                assertThat(stays.commits()).containsAllEntriesOf(comesBack.commitsUpTo(before + COMMITS));
                assertThat(stays.equivocations()).isEmpty();
                assertThat(comesBack.equivocations()).isEmpty();
                assertThat(comesBack.node().failure()).isEmpty();
            }
        }
    }

    private static GenesisConfig genesis(Path firstKey, String first, Path secondKey, String second) {
        return new GenesisConfig(
                "two",
                List.of(
                        new Validator(LedgerIdentity.createKey(firstKey).publicKey(), 1, first, 0),
                        new Validator(LedgerIdentity.createKey(secondKey).publicKey(), 1, second, 0)),
                10_000,
                GenesisConfig.DEFAULT_GC_DEPTH,
                GenesisConfig.DEFAULT_CHECKPOINT_INTERVAL,
                8,
                GenesisConfig.DEFAULT_MAX_TX_VALIDITY,
                List.of(),
                List.of());
    }

    private static String freeAddress() throws Exception {
        try (DatagramChannel channel = DatagramChannel.open()) {
            channel.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            return "127.0.0.1:" + ((InetSocketAddress) channel.getLocalAddress()).getPort();
        }
    }

    private Running start(String name, Path key, String address) throws Exception {
        Path data = directory.resolve(name);
        EmbeddedBroker broker =
                EmbeddedBroker.start(data.resolve("broker"), Uuid.randomUuid().toString(), 0);
        var cluster = Cluster.at(broker.bootstrapServers());
        var config = new MeshlogConfig(
                null,
                null,
                null,
                new MeshlogConfig.Ledger(
                        null,
                        "validator",
                        directory.resolve("genesis.json").toString(),
                        key.toString(),
                        30,
                        60,
                        new GossipConfig(address, address, null)),
                new MeshlogConfig.Snapshots(5, null, null, null),
                new HttpConfig("127.0.0.1:0", null, null, null, null));
        var node = new LocalNode(cluster, config, data, Clock.systemUTC());
        var unused = node.prepareLedger();
        node.start();
        return new Running(broker, cluster, node);
    }

    private record Running(EmbeddedBroker broker, Cluster cluster, LocalNode node) implements AutoCloseable {
        long commit() {
            return node.gossip().orElseThrow().gossip().progress().commitIndex();
        }

        TreeMap<Long, Hash> commits() {
            TreeMap<Long, Hash> commits = new TreeMap<>();
            TopicReader.readAll(
                    cluster,
                    Topics.COMMITS,
                    rec -> commits.put(
                            rec.value().getIndex(), Hash.of(rec.value().getCommitHash())));
            return commits;
        }

        Map<Long, Hash> commitsUpTo(long last) {
            return commits().headMap(last, true);
        }

        List<LedgerEvent> equivocations() {
            List<LedgerEvent> found = new ArrayList<>();
            TopicReader.readAll(cluster, Topics.EVENTS, rec -> {
                if (rec.value().getKind() == LedgerEventKind.EQUIVOCATION) {
                    found.add(rec.value());
                }
            });
            return found;
        }

        @Override
        public void close() {
            node.close();
            broker.close();
        }
    }
}
