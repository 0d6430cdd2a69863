package dev.meshlog.replayer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.rocksdb.RocksStateStore;
import dev.meshlog.ledger.state.ExportedSnapshot;
import dev.meshlog.ledger.state.State;
import dev.meshlog.ledger.trust.Trust;
import dev.meshlog.schemas.Buffers;
import dev.meshlog.schemas.LogIdentity;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.ledger.OffsetBinding;
import dev.meshlog.schemas.ledger.SnapshotChunk;
import dev.meshlog.schemas.testing.TestBroker;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("NullAway.Init") // set by publish
class FileSnapshotTest {
    private static final long SEED = 51;

    private static TestBroker broker;
    private static PublishedLedger ledger;
    private static Map<String, SnapshotChunk> chunks;

    @TempDir
    private Path directory;

    @BeforeAll
    static void publish(@TempDir Path brokerDirectory) throws Exception {
        broker = TestBroker.start(brokerDirectory);
        broker.recreateTopics();
        ledger = new PublishedLedger(broker);
        ledger.run(ledger.vertices(SEED, 40), 3);
        chunks = broker.table(Topics.CHUNKS);
        // Recovery has the file, or nothing.
        broker.recreate(Topics.CHUNKS);
        broker.recreate(Topics.MANIFESTS);
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    @Test
    void fileAndTheLogBehindItGiveWhatWasPublished() throws Exception {
        PublishedLedger.Cut cut = ledger.cuts().get(0);
        Path file = file(exported(cut, LogIdentity.of(broker.cluster())));

        RecoveryReport report = recover(file, Long.MAX_VALUE);

        assertThat(report.verified()).as("seed %d", SEED).isTrue();
        assertThat(report.snapshotCheckpoint()).isEqualTo(cut.manifest().checkpointIndex());
        assertThat(report.vertices()).isPositive();
        assertThat(report.commitHash())
                .isEqualTo(ledger.commit(ledger.newestCommit()).commitHash());
        assertThat(root()).isEqualTo(ledger.rootAfter(ledger.newestCommit()));
    }

    @Test
    void whereItsLogIsNotTheStateIsThatOfTheSnapshot() throws Exception {
        PublishedLedger.Cut cut = ledger.cuts().get(0);
        Path file = file(exported(cut, new LogIdentity("elsewhere", "another")));

        assertFails(file, cut.manifest().commitIndex() + 1, RecoveryFailure.NOT_REACHED);
        assertFails(file, cut.manifest().commitIndex() - 1, RecoveryFailure.NOT_REACHED);
        RecoveryReport report = recover(file, Long.MAX_VALUE);

        assertThat(report.verdict()).contains("another log", "nothing was replayed");
        assertThat(report.verified()).isFalse();
        assertThat(report.vertices()).isZero();
        assertThat(report.commitIndex()).isEqualTo(cut.manifest().commitIndex());
        assertThat(root()).isEqualTo(ledger.rootAfter(cut.manifest().commitIndex()));
    }

    @Test
    void damagedFileLeavesNothing() throws Exception {
        byte[] whole = exported(ledger.newestCut(), LogIdentity.of(broker.cluster()));
        var random = new Random(SEED);
        for (int i = 0; i < 8; i++) {
            byte[] flipped = whole.clone();
            // From the front, where the binding and the certificate are, to the sum at the end.
            int at = i == 7 ? whole.length - 1 : random.nextInt(whole.length >> (2 * i));
            flipped[at] ^= 0x20;
            assertDamaged(flipped, "seed %d, byte %d".formatted(SEED, at));
        }
        assertDamaged(Arrays.copyOf(whole, whole.length / 2), "a half");
        assertDamaged(Arrays.copyOf(whole, whole.length + 1), "a byte more");
        assertDamaged(new byte[0], "nothing");
    }

    @Test
    void fileIsTrustedNoMoreThanATopic() throws Exception {
        PublishedLedger.Cut cut = ledger.newestCut();
        LogIdentity log = LogIdentity.of(broker.cluster());
        assertFails(file(bytes(cut, log, new byte[0])), Long.MAX_VALUE, RecoveryFailure.NOT_TRUSTED);
    }

    private void assertDamaged(byte[] bytes, String what) throws IOException {
        Path file = file(bytes);
        assertThatThrownBy(() -> recover(file, Long.MAX_VALUE))
                .as(what)
                .isInstanceOf(RecoveryException.class)
                .extracting(e -> ((RecoveryException) e).reason())
                .isIn(RecoveryFailure.FILE_DAMAGED, RecoveryFailure.OTHER_NETWORK);
        assertThat(directory.resolve("target")).as(what).doesNotExist();
        assertThat(directory.resolve("target.partial")).as(what).doesNotExist();
    }

    private void assertFails(Path file, long toCommit, RecoveryFailure reason) {
        assertThatThrownBy(() -> recover(file, toCommit))
                .isInstanceOf(RecoveryException.class)
                .extracting(e -> ((RecoveryException) e).reason())
                .isEqualTo(reason);
        assertThat(directory.resolve("target")).doesNotExist();
    }

    private RecoveryReport recover(Path file, long toCommit) {
        var source = new FileSnapshot(file, ledger.network.genesis.networkId());
        return new Replayer(broker.cluster(), source, ledger.network.genesis, Clock.systemUTC())
                .recover(
                        new Replayer.Plan(directory.resolve("target"), false, toCommit, new Trust.OfGenesis()),
                        RecoveryListener.NONE);
    }

    private Path file(byte[] bytes) throws IOException {
        return Files.write(directory.resolve("a.snapshot"), bytes);
    }

    private static byte[] exported(PublishedLedger.Cut cut, LogIdentity log) throws IOException {
        return bytes(cut, log, ledger.certificate(cut.manifest(), ledger.network.keys));
    }

    private static byte[] bytes(PublishedLedger.Cut cut, LogIdentity log, byte[] certificate) throws IOException {
        var bytes = new ByteArrayOutputStream();
        var binding = OffsetBinding.newBuilder()
                .setClusterId(log.clusterId())
                .setTopic(Topics.VERIFIED.name())
                .setTopicId(log.topicId())
                .setPartition(0)
                .setCutOffset(cut.replayFrom())
                .setReplayFrom(cut.replayFrom())
                .build();
        new ExportedSnapshot(cut.manifest(), certificate, binding, Instant.EPOCH)
                .writeTo(
                        bytes,
                        id -> Buffers.array(
                                Objects.requireNonNull(chunks.get(id.hex())).getZstd()));
        return bytes.toByteArray();
    }

    private Hash root() {
        int bits = ledger.network.genesis.bucketBits();
        try (var store = RocksStateStore.open(directory.resolve("target"), bits)) {
            return new State(store, bits).root(0);
        }
    }
}
