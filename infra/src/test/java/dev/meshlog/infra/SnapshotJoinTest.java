package dev.meshlog.infra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.meshlog.infra.config.GossipConfig;
import dev.meshlog.infra.config.JoinConfig;
import dev.meshlog.infra.config.MeshlogConfig;
import dev.meshlog.infra.node.JoinProgress;
import dev.meshlog.ingest.gossip.JoinPhase;
import dev.meshlog.ledger.Hash;
import dev.meshlog.schemas.Failpoint;
import dev.meshlog.schemas.Topics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.NavigableMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node that comes when the network is old: it has a snapshot's state, and of the vertices only those behind it. */
class SnapshotJoinTest {
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private static final long ROUNDS_BEFORE = 120;

    @TempDir
    Path directory;

    @Test
    void nodeThatComesLateGoesOnFromASnapshotOfItsPeers() throws Exception {
        try (RunningNode bootstrap = start("bootstrap", new GossipConfig("127.0.0.1:0", null, null))) {
            await().atMost(PATIENCE).until(() -> bootstrap.progress().leaderRound() > ROUNDS_BEFORE);
            String address = bootstrap.node().gossip().orElseThrow().address();

            var join = new GossipConfig("127.0.0.1:0", null, List.of(address));
            dieOnceTheStateIsInstalled("joined", address);
            try (RunningNode joined = start("joined", join)) {
                JoinProgress progress = joined.node().joining().orElseThrow();
                await().atMost(PATIENCE)
                        .until(() -> progress.phase() == JoinPhase.LIVE
                                || joined.node().failure().isPresent());
                assertThat(joined.node().failure()).isEmpty();
                assertThat(progress.took(JoinPhase.DOWNLOADING))
                        .as("what was installed is not fetched again")
                        .isZero();
                long first = joined.commits().firstKey();
                assertThat(first).as("the commit of the snapshot").isGreaterThan(50);

                long now = bootstrap.progress().commitIndex();
                await().atMost(PATIENCE).until(() -> joined.progress().commitIndex() > now + 5);
                NavigableMap<Long, Hash> its = joined.commits().headMap(now, true);
                assertThat(its).isEqualTo(bootstrap.commits().subMap(first, true, now, true));

                // Whoever joins later can do so from the one that joined.
                await().atMost(PATIENCE).until(() -> snapshots(joined) > 1);
                String second = joined.node().gossip().orElseThrow().address();
                try (RunningNode third = start("third", new GossipConfig(null, null, List.of(second)))) {
                    JoinProgress its3 = third.node().joining().orElseThrow();
                    await().atMost(PATIENCE)
                            .until(() -> its3.phase() == JoinPhase.LIVE
                                    || third.node().failure().isPresent());
                    assertThat(third.node().failure()).isEmpty();
                }
            }
        }
    }

    private void dieOnceTheStateIsInstalled(String name, String address) throws IOException {
        Path config = Files.writeString(directory.resolve("meshlog.yaml"), """
                radio: {enabled: false}
                ledger: {join: {youngRounds: 50}}
                http: {listen: "127.0.0.1:0"}
                """);
        try (var process = MeshlogProcess.startToDieAt(
                Failpoint.STATE_INSTALLED,
                1,
                directory,
                "up",
                "--config",
                config.toString(),
                "--data",
                directory.resolve(name).toString(),
                "--port",
                "0",
                "--mode",
                "listener",
                "--genesis",
                genesis(),
                "--join",
                address)) {
            assertThat(process.awaitEnd(PATIENCE).exitCode()).isNotZero();
            assertThat(process.err() + process.out()).doesNotContain("error:");
        }
    }

    private String genesis() {
        return directory.resolve("bootstrap").resolve("genesis.json").toString();
    }

    private static long snapshots(RunningNode node) {
        long[] count = {0};
        node.readAll(Topics.MANIFESTS, rec -> count[0]++);
        return count[0];
    }

    private RunningNode start(String name, GossipConfig gossip) throws Exception {
        String mode = name.equals("bootstrap") ? name : "listener";
        return RunningNode.start(
                directory.resolve(name),
                new MeshlogConfig.Ledger(
                        null, mode, genesis(), null, 30, 60, gossip, new JoinConfig(null, null, null, 50)));
    }
}
