package dev.meshlog.replayer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.trust.Trust;
import dev.meshlog.replayer.PublishedLedger.Cut;
import dev.meshlog.schemas.LogIdentity;
import dev.meshlog.schemas.testing.TestBroker;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A network of four, whose newest snapshot comes with one certificate or another. */
class TrustTest {
    private static TestBroker broker;

    @TempDir
    private Path directory;

    private PublishedLedger ledger;

    @BeforeAll
    static void startBroker(@TempDir Path brokerDirectory) throws Exception {
        broker = TestBroker.start(brokerDirectory);
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    @BeforeEach
    void publish() throws Exception {
        broker.recreateTopics();
        ledger = new PublishedLedger(broker);
        ledger.run(ledger.vertices(9, 40), 2);
        assertThat(ledger.cuts()).hasSizeGreaterThan(2);
    }

    @Test
    void newestCertifiedSnapshotIsChosen() {
        assertThat(chosen(new Trust.OfGenesis())).isEqualTo(newest().manifest().checkpointIndex());
    }

    @Test
    void snapshotWithoutACertificateIsPassedOver() {
        certifyNewest(null);

        assertThat(chosen(new Trust.OfGenesis()))
                .isEqualTo(beforeNewest().manifest().checkpointIndex());
    }

    /** Two of four signed it; they would be a quorum if there were only them. */
    @Test
    void certificateOfAMinorityIsNone() {
        certifyNewest(ledger.certificate(newest().manifest(), ledger.network.keys.subList(0, 2)));

        assertThat(chosen(new Trust.OfGenesis()))
                .isEqualTo(beforeNewest().manifest().checkpointIndex());
    }

    @Test
    void certificateOfAnotherCheckpointIsNone() {
        certifyNewest(ledger.certificate(beforeNewest().manifest(), ledger.network.keys));

        assertThat(chosen(new Trust.OfGenesis()))
                .isEqualTo(beforeNewest().manifest().checkpointIndex());
    }

    @Test
    void quorumIsEnough() {
        certifyNewest(ledger.certificate(newest().manifest(), ledger.network.keys.subList(1, 4)));

        assertThat(chosen(new Trust.OfGenesis())).isEqualTo(newest().manifest().checkpointIndex());
    }

    @Test
    void trustedCheckpointNeedsNoCertificateAndNothingElseWillDo() {
        certifyNewest(null);
        Hash root = newest().manifest().stateRoot();
        long index = newest().manifest().checkpointIndex();

        assertThat(chosen(new Trust.OfCheckpoint(index, root))).isEqualTo(index);
        assertThat(chosen(new Trust.OfCheckpoint(index, Hash.ofHex("12".repeat(32)))))
                .as("from genesis")
                .isEqualTo(-1);
    }

    @Test
    void insecureTakesWhatIsThere() {
        certifyNewest(null);

        assertThat(chosen(new Trust.Blind())).isEqualTo(newest().manifest().checkpointIndex());
    }

    @Test
    void trustedCheckpointIsReadFromText() {
        Hash root = Hash.ofHex("34".repeat(32));

        assertThat(Trust.OfCheckpoint.parse("17:" + root.hex())).isEqualTo(new Trust.OfCheckpoint(17, root));
        for (String wrong : List.of(
                "", "17", ":", "17:", "x:" + root.hex(), "17:" + root.hex().substring(2))) {
            assertThatThrownBy(() -> Trust.OfCheckpoint.parse(wrong))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("INDEX:ROOT");
        }
    }

    private Cut newest() {
        return ledger.newestCut();
    }

    private Cut beforeNewest() {
        return ledger.cuts().get(ledger.cuts().size() - 2);
    }

    private void certifyNewest(byte @Nullable [] certificate) {
        LogIdentity log = LogIdentity.of(broker.cluster());
        ledger.writeManifest(newest().manifest(), log.clusterId(), log.topicId(), newest().replayFrom(), certificate);
    }

    /** Checkpoint of the snapshot that a recovery starts from; it ends with the published root each time. */
    private long chosen(Trust trust) {
        RecoveryReport report = new Replayer(broker.cluster(), ledger.network.genesis, Clock.systemUTC())
                .recover(
                        new Replayer.Plan(directory.resolve("state-" + trust.hashCode()), false, Long.MAX_VALUE, trust),
                        RecoveryListener.NONE);
        assertThat(report.verified()).isTrue();
        return report.snapshotCheckpoint();
    }
}
