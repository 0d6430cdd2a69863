package dev.meshlog.infra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.meshlog.infra.config.GossipConfig;
import dev.meshlog.infra.config.MeshlogConfig;
import dev.meshlog.infra.node.LedgerIdentity;
import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.Validator;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.ledger.LedgerEvent;
import dev.meshlog.schemas.ledger.LedgerEventKind;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.DatagramChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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
        try (RunningNode stays = start("stays", firstKey, first)) {
            long before;
            try (RunningNode goes = start("goes", secondKey, second)) {
                await().atMost(PATIENCE)
                        .until(() -> goes.progress().commitIndex() > COMMITS
                                && stays.progress().commitIndex() > COMMITS);
                before = stays.progress().commitIndex();
            }
            try (RunningNode comesBack = start("comes-back", secondKey, second)) {
                await().atMost(PATIENCE)
                        .until(() -> stays.progress().commitIndex() > before + COMMITS
                                && comesBack.progress().commitIndex() > before + COMMITS);
                assertThat(stays.commits())
                        .containsAllEntriesOf(comesBack.commits().headMap(before + COMMITS, true));
                assertThat(equivocations(stays)).isEmpty();
                assertThat(equivocations(comesBack)).isEmpty();
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

    private RunningNode start(String name, Path key, String address) throws Exception {
        return RunningNode.start(
                directory.resolve(name),
                new MeshlogConfig.Ledger(
                        null,
                        "validator",
                        directory.resolve("genesis.json").toString(),
                        key.toString(),
                        30,
                        60,
                        new GossipConfig(address, address, null)));
    }

    private static List<LedgerEvent> equivocations(RunningNode node) {
        List<LedgerEvent> found = new ArrayList<>();
        node.readAll(Topics.EVENTS, rec -> {
            if (rec.value().getKind() == LedgerEventKind.EQUIVOCATION) {
                found.add(rec.value());
            }
        });
        return found;
    }
}
