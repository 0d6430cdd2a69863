package dev.meshlog.replayer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.chain.CommitOutput;
import dev.meshlog.ledger.rocksdb.RocksStateStore;
import dev.meshlog.ledger.vertex.Vertex;
import dev.meshlog.schemas.Bytes64;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.ledger.Checkpoint;
import dev.meshlog.schemas.ledger.CommitRecord;
import dev.meshlog.schemas.ledger.SignedVertex;
import dev.meshlog.schemas.testing.TestBroker;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplayerTest {
    private static final long SEED = RecoveryFixture.SEED;
    private static TestBroker broker;

    @TempDir
    Path directory;

    private PublishedLedger ledger;
    private RecoveryFixture mesh;

    @BeforeAll
    static void startBroker(@TempDir Path brokerDirectory) throws Exception {
        broker = TestBroker.start(brokerDirectory);
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    @BeforeEach
    void emptyTopics() {
        broker.recreateTopics();
        ledger = new PublishedLedger(broker);
        mesh = new RecoveryFixture(broker, ledger, directory);
    }

    @Test
    void snapshotAndReplayGiveWhatReplayFromGenesisGivesAndWhatWasPublished() throws Exception {
        mesh.publish(90, 3);

        RecoveryReport fromSnapshot = mesh.recover("snapshot", false, Long.MAX_VALUE);
        RecoveryReport fromGenesis = mesh.recover("genesis", true, Long.MAX_VALUE);

        assertThat(fromSnapshot.snapshotCheckpoint())
                .isEqualTo(ledger.newestCut().manifest().checkpointIndex());
        assertThat(Objects.requireNonNull(fromSnapshot.snapshot()).chunks()).isGreaterThan(1);
        assertThat(fromGenesis.snapshotCheckpoint()).isEqualTo(-1);
        assertThat(fromSnapshot.vertices()).isLessThan(fromGenesis.vertices());
        CommitOutput last = ledger.commit(ledger.newestCommit());
        for (RecoveryReport report : List.of(fromSnapshot, fromGenesis)) {
            assertThat(report.differences()).isEmpty();
            assertThat(report.verified()).isTrue();
            assertThat(report.commitIndex()).isEqualTo(last.index());
            assertThat(report.commitHash()).isEqualTo(last.commitHash()).isEqualTo(report.publishedCommitHash());
        }
        assertThat(fromGenesis.checked().checkpoints()).isEqualTo((int) fromGenesis.checkpoint());
        assertThat(mesh.root("snapshot")).isEqualTo(mesh.root("genesis")).isEqualTo(ledger.rootAfter(last.index()));
        assertThat(directory.resolve("snapshot.chunks")).doesNotExist();
        assertThat(directory.resolve("snapshot.partial")).doesNotExist();
    }

    @Test
    void everySnapshotRecoversToTheSameState() throws Exception {
        mesh.publish(60, 1);
        assertThat(ledger.cuts()).hasSizeGreaterThan(5);

        for (int i = ledger.cuts().size() - 1; i >= 0; i--) {
            PublishedLedger.Cut cut = ledger.cuts().get(i);
            RecoveryReport report = mesh.recover("from-" + i, false, Long.MAX_VALUE);
            assertThat(report.snapshotCheckpoint()).isEqualTo(cut.manifest().checkpointIndex());
            assertThat(report.verified()).as("seed %d, snapshot %d", SEED, i).isTrue();
            assertThat(mesh.root("from-" + i)).isEqualTo(ledger.rootAfter(ledger.newestCommit()));
            broker.write(Topics.MANIFESTS, cut.manifest().hash().hex(), null);
        }
    }

    @Test
    void recoversToExactlyTheCommitThatIsAskedFor() throws Exception {
        mesh.publish(60, 2);
        assertThat(ledger.commitsInCompany()).as("seed %d", SEED).isNotEmpty();
        var asked = new ArrayList<>(ledger.commitsInCompany()
                .subList(0, Math.min(3, ledger.commitsInCompany().size())));
        asked.add(1L);
        asked.add(ledger.newestCut().manifest().commitIndex());
        asked.add(ledger.newestCommit());

        for (long commit : asked) {
            RecoveryReport report = mesh.recover("to-" + commit, false, commit);

            assertThat(report.commitIndex()).as("seed %d", SEED).isEqualTo(commit);
            assertThat(report.commitHash()).isEqualTo(ledger.commit(commit).commitHash());
            assertThat(report.differences()).isEmpty();
            assertThat(mesh.root("to-" + commit)).isEqualTo(ledger.rootAfter(commit));
            mesh.delete("to-" + commit);
        }
    }

    @Test
    void commitThatTheLogDoesNotReachIsRefused() throws Exception {
        mesh.publish(20, 1);

        assertThatThrownBy(() -> mesh.recover("target", false, ledger.newestCommit() + 1))
                .isInstanceOf(RecoveryException.class)
                .hasMessageContaining("does not reach what was asked for");
        assertThat(directory.resolve("target")).doesNotExist();
    }

    @Test
    void leftOverOfAnAttemptThatWasKilledIsThrownAway() throws Exception {
        mesh.publish(30, 2);
        try (var store =
                RocksStateStore.open(directory.resolve("target.partial"), ledger.network.genesis.bucketBits())) {
            store.put(new byte[] {1, 2, 3}, new byte[] {4});
            store.commit();
        }
        Path table = directory
                .resolve("target.chunks")
                .resolve(ledger.newestCut().manifest().chunks().get(0).id().hex() + ".sst");
        Files.createDirectories(table.getParent());
        Files.write(table, new byte[] {1, 2, 3});

        assertThat(mesh.recover("target", false, Long.MAX_VALUE).verified()).isTrue();
        assertThat(mesh.root("target")).isEqualTo(ledger.rootAfter(ledger.newestCommit()));
    }

    @Test
    void logThatWasMadeAgainIsNotReplayedOntoAnOldSnapshot() throws Exception {
        mesh.publish(20, 1);
        broker.recreate(Topics.VERIFIED);

        RecoveryReport report = mesh.recover("target", false, Long.MAX_VALUE);

        assertThat(report.snapshotCheckpoint()).isEqualTo(-1);
        assertThat(report.verified()).isFalse();
        assertThat(report.refusals())
                .extracting(Refusal::reason)
                .isNotEmpty()
                .containsOnly(RecoveryFailure.TOPIC_RECREATED);
        assertThat(report.differences()).extracting(Difference::reason).containsExactly(RecoveryFailure.LOG_TRUNCATED);
    }

    @Test
    void logThatBeginsBehindTheSnapshotsOffsetIsSaid() throws Exception {
        mesh.publish(40, 2);
        long from = ledger.newestCut().replayFrom();
        broker.deleteBefore(Topics.VERIFIED, 0, from);
        assertThat(mesh.recover("still", false, Long.MAX_VALUE).verified()).isTrue();

        broker.deleteBefore(Topics.VERIFIED, 0, from + 1);

        assertThatThrownBy(() -> mesh.recover("target", false, Long.MAX_VALUE))
                .isInstanceOf(RecoveryException.class)
                .hasMessageContaining("begins at offset " + (from + 1))
                .hasMessageContaining("replay needs it from " + from);
        assertThat(directory.resolve("target")).doesNotExist();
    }

    @Test
    void targetThatExistsIsRefused() throws Exception {
        Path target = Files.createDirectory(directory.resolve("target"));

        assertThatThrownBy(() -> mesh.recover("target", false, Long.MAX_VALUE))
                .isInstanceOf(RecoveryException.class)
                .hasMessageContaining(target.toString());
    }

    @Test
    void garbageInTheLogIsPassedOverAsTheLedgerDoes() throws Exception {
        List<Vertex> vertices = ledger.vertices(SEED, 30);
        ledger.run(vertices.subList(0, 50), 2);
        broker.write(Topics.VERIFIED, "key", "garbage".getBytes(UTF_8));
        broker.write(Topics.VERIFIED, "key", null);
        ledger.run(vertices.subList(50, vertices.size()), 0);

        assertThat(mesh.recover("target", false, Long.MAX_VALUE).verified()).isTrue();
        assertThat(mesh.recover("genesis", true, Long.MAX_VALUE).verified()).isTrue();
    }

    @Test
    void logThatLostItsEndIsADifference() throws Exception {
        List<Vertex> vertices = ledger.vertices(SEED, 60);
        ledger.run(vertices.subList(0, 150), 2);
        ledger.runWithoutLog(vertices.subList(150, vertices.size()));

        RecoveryReport report = mesh.recover("target", false, Long.MAX_VALUE);

        assertThat(report.verified()).isFalse();
        assertThat(report.differences()).extracting(Difference::reason).containsExactly(RecoveryFailure.LOG_TRUNCATED);
        assertThat(directory.resolve("target")).doesNotExist();
    }

    @Test
    void logThatIsAheadOfWhatTheLedgerPublishedIsNoDifference() throws Exception {
        List<Vertex> vertices = ledger.vertices(SEED, 60);
        ledger.run(vertices.subList(0, 150), 2);
        long published = ledger.newestCommit();
        ledger.runUnpublished(vertices.subList(150, vertices.size()));
        long interval = ledger.network.genesis.checkpointInterval();
        assertThat(ledger.newestCommit() / interval).isGreaterThan(published / interval);

        RecoveryReport report = mesh.recover("target", false, Long.MAX_VALUE);

        assertThat(report.verified()).isTrue();
        assertThat(report.commitIndex()).isEqualTo(ledger.newestCommit());
        assertThat(report.checked().compared())
                .extracting(RecoveryReport.Compared::checkpoint)
                .isEqualTo(published / interval);
        assertThat(report.checkpoint()).isGreaterThan(published / interval);
        assertThat(report.figures()).containsKeys("state root, published", "not published yet");
        assertThat(mesh.root("target")).isEqualTo(ledger.rootAfter(ledger.newestCommit()));
    }

    @Test
    void stateThatContradictsWhatWasPublishedDoesNotBecomeTheTarget() throws Exception {
        mesh.publish(40, 4);
        CommitOutput last = ledger.commit(
                ledger.newestCommit() - ledger.newestCommit() % ledger.network.genesis.checkpointInterval());
        CommitRecord record = PublishedLedger.record(last);
        var lie = CommitRecord.newBuilder(record)
                .setCheckpoint(new Checkpoint(record.getCheckpoint().getIndex(), Hash.ZERO.fixed(), 1L))
                .build();
        broker.write(Topics.COMMITS, Long.toString(last.index()), Cluster.encode(Topics.COMMITS, lie));

        RecoveryReport report = mesh.recover("target", false, Long.MAX_VALUE);

        assertThat(report.verified()).isFalse();
        assertThat(directory.resolve("target")).doesNotExist();
        assertThat(directory.resolve("target.partial")).exists();
    }

    @Test
    void vertexThatIsLostInsideTheLogIsAGap() throws Exception {
        ledger.runLosing(ledger.vertices(SEED, 20), 30);

        RecoveryReport report = mesh.recover("target", true, Long.MAX_VALUE);

        assertThat(report.differences()).extracting(Difference::reason).containsExactly(RecoveryFailure.LOG_GAP);
        assertThat(directory.resolve("target")).doesNotExist();
    }

    @Test
    void signaturesAreVerifiedAgainWhenAskedFor() throws Exception {
        List<Vertex> vertices = ledger.vertices(SEED, 30);
        ledger.run(vertices.subList(0, 90), 2);

        assertThat(mesh.verifying("good").verified()).isTrue();

        SignedVertex forged = SignedVertex.newBuilder(vertices.get(90).record())
                .setSignature(new Bytes64(new byte[64]))
                .build();
        long offset = broker.write(Topics.VERIFIED, "key", Cluster.encode(Topics.VERIFIED, forged));
        assertThatThrownBy(() -> mesh.verifying("forged"))
                .isInstanceOf(RecoveryException.class)
                .hasMessageContaining("offset " + offset + ": BAD_SIGNATURE")
                .extracting(e -> ((RecoveryException) e).reason())
                .isEqualTo(RecoveryFailure.VERTEX_INVALID);
        assertThat(directory.resolve("forged")).doesNotExist();
        assertThat(directory.resolve("forged.partial")).doesNotExist();
    }

    @Test
    void forgedTransactionsHaveNoEffectThoughThePublishedResultsAreBelieved() throws Exception {
        ledger.run(ledger.vertices(SEED, 30, 10), 0);
        assertThat(broker.records(Topics.COMMITS))
                .as("seed %d", SEED)
                .anyMatch(rec -> rec.value().getFailedTransactions() > 0)
                .anyMatch(rec -> rec.value().getFailedTransactions() == 0);

        assertThat(mesh.recover("target", true, Long.MAX_VALUE).differences()).isEmpty();
    }

    @Test
    void commitThatFalselySaysThatNothingFailedDoesNotPass() throws Exception {
        ledger.run(ledger.vertices(SEED, 30, 10), 0);
        CommitRecord failed = broker.records(Topics.COMMITS).stream()
                .map(ConsumerRecord::value)
                .filter(commit -> commit.getFailedTransactions() > 0)
                .findFirst()
                .orElseThrow();
        CommitRecord lie =
                CommitRecord.newBuilder(failed).setFailedTransactions(0).build();
        broker.write(Topics.COMMITS, Long.toString(lie.getIndex()), Cluster.encode(Topics.COMMITS, lie));

        assertThat(mesh.recover("believed", true, Long.MAX_VALUE).differences())
                .extracting(Difference::reason)
                .contains(RecoveryFailure.ROOT_DIFFERS);
        assertThat(mesh.verifying("verified").verified()).isTrue();
    }

    @Test
    void lastCommitOfATimeIsTheLastOneWithThatTimestamp() throws Exception {
        mesh.publish(20, 0);
        var commits = broker.records(Topics.COMMITS);
        long middle = commits.get(commits.size() / 2).timestamp();
        long expected = commits.stream()
                .filter(rec -> rec.timestamp() <= middle)
                .mapToLong(rec -> rec.value().getIndex())
                .max()
                .orElseThrow();

        assertThat(PublishedCommits.lastAt(broker.cluster(), Instant.ofEpochMilli(middle)))
                .hasValue(expected);
        assertThat(PublishedCommits.lastAt(
                        broker.cluster(), Instant.ofEpochMilli(commits.get(0).timestamp() - 1)))
                .isEmpty();
    }
}
