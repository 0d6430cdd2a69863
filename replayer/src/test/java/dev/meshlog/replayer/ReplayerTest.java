package dev.meshlog.replayer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.chain.CommitOutput;
import dev.meshlog.ledger.rocksdb.RocksStateStore;
import dev.meshlog.ledger.state.ChunkCompression;
import dev.meshlog.ledger.state.Manifest;
import dev.meshlog.ledger.state.State;
import dev.meshlog.ledger.vertex.Vertex;
import dev.meshlog.schemas.Buffers;
import dev.meshlog.schemas.Bytes64;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.LogIdentity;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.ledger.Checkpoint;
import dev.meshlog.schemas.ledger.CommitRecord;
import dev.meshlog.schemas.ledger.RejectedInput;
import dev.meshlog.schemas.ledger.SignedVertex;
import dev.meshlog.schemas.ledger.SnapshotChunk;
import dev.meshlog.schemas.testing.TestBroker;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplayerTest {
    private static final long SEED = 81;
    private static TestBroker broker;

    @TempDir
    Path directory;

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
    void emptyTopics() {
        broker.recreateTopics();
        ledger = new PublishedLedger(broker);
    }

    @Test
    void snapshotAndReplayGiveWhatReplayFromGenesisGivesAndWhatWasPublished() throws Exception {
        publish(90, 3);

        RecoveryReport fromSnapshot = recover("snapshot", false, Long.MAX_VALUE);
        RecoveryReport fromGenesis = recover("genesis", true, Long.MAX_VALUE);

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
        assertThat(root("snapshot")).isEqualTo(root("genesis")).isEqualTo(ledger.rootAfter(last.index()));
        assertThat(directory.resolve("snapshot.chunks")).doesNotExist();
        assertThat(directory.resolve("snapshot.partial")).doesNotExist();
    }

    @Test
    void everySnapshotRecoversToTheSameState() throws Exception {
        publish(60, 1);
        assertThat(ledger.cuts()).hasSizeGreaterThan(5);

        for (int i = ledger.cuts().size() - 1; i >= 0; i--) {
            PublishedLedger.Cut cut = ledger.cuts().get(i);
            RecoveryReport report = recover("from-" + i, false, Long.MAX_VALUE);
            assertThat(report.snapshotCheckpoint()).isEqualTo(cut.manifest().checkpointIndex());
            assertThat(report.verified()).as("seed %d, snapshot %d", SEED, i).isTrue();
            assertThat(root("from-" + i)).isEqualTo(ledger.rootAfter(ledger.newestCommit()));
            broker.write(Topics.MANIFESTS, cut.manifest().hash().hex(), null);
        }
    }

    @Test
    void recoversToExactlyTheCommitThatIsAskedFor() throws Exception {
        publish(60, 2);
        assertThat(ledger.commitsInCompany()).as("seed %d", SEED).isNotEmpty();
        var asked = new ArrayList<>(ledger.commitsInCompany()
                .subList(0, Math.min(3, ledger.commitsInCompany().size())));
        asked.add(1L);
        asked.add(ledger.newestCut().manifest().commitIndex());
        asked.add(ledger.newestCommit());

        for (long commit : asked) {
            RecoveryReport report = recover("to-" + commit, false, commit);

            assertThat(report.commitIndex()).as("seed %d", SEED).isEqualTo(commit);
            assertThat(report.commitHash()).isEqualTo(ledger.commit(commit).commitHash());
            assertThat(report.differences()).isEmpty();
            assertThat(root("to-" + commit)).isEqualTo(ledger.rootAfter(commit));
            delete("to-" + commit);
        }
    }

    @Test
    void commitThatTheLogDoesNotReachIsRefused() throws Exception {
        publish(20, 1);

        assertThatThrownBy(() -> recover("target", false, ledger.newestCommit() + 1))
                .isInstanceOf(RecoveryException.class)
                .hasMessageContaining("does not reach what was asked for");
        assertThat(directory.resolve("target")).doesNotExist();
    }

    @Test
    void damagedChunkIsNamedAndReportedAndTheTargetIsNotMade() throws Exception {
        publishOneSnapshot();
        Manifest manifest = ledger.newestCut().manifest();
        Hash id = manifest.chunks().get(0).id();
        SnapshotChunk good = chunk(id);
        byte[] frame = Buffers.array(good.getZstd());
        frame[frame.length / 2] ^= 1;
        removeChunk(id);
        long offset = broker.write(
                Topics.CHUNKS,
                id.hex(),
                Cluster.encode(Topics.CHUNKS, new SnapshotChunk(good.getId(), good.getSize(), ByteBuffer.wrap(frame))));

        assertThatThrownBy(() -> recover("target", false, Long.MAX_VALUE))
                .isInstanceOf(RecoveryException.class)
                .hasMessageContaining("damaged")
                .hasMessageContaining(id.hex());

        assertThat(directory.resolve("target")).doesNotExist();
        List<RejectedInput> rejected = broker.values(Topics.LEDGER_REJECTED);
        assertThat(rejected).hasSize(1);
        assertThat(rejected.get(0).getReason()).isEqualTo("FRAME_DAMAGED");
        assertThat(rejected.get(0).getDetail()).contains(id.hex());
        assertThat(rejected.get(0).getOrigin().getTopic()).isEqualTo(Topics.CHUNKS.name());
        assertThat(rejected.get(0).getOrigin().getOffset()).isEqualTo(offset);
    }

    @Test
    void chunkRecordThatCannotBeDecodedIsADamagedChunk() throws Exception {
        publishOneSnapshot();
        Hash id = ledger.newestCut().manifest().digestsId();
        removeChunk(id);
        broker.write(Topics.CHUNKS, id.hex(), "garbage".getBytes(UTF_8));
        broker.write(Topics.CHUNKS, "no id", "garbage".getBytes(UTF_8));

        assertThatThrownBy(() -> recover("target", false, Long.MAX_VALUE))
                .isInstanceOf(RecoveryException.class)
                .hasMessageContaining("damaged")
                .hasMessageContaining(id.hex());
        assertThat(broker.values(Topics.LEDGER_REJECTED))
                .singleElement()
                .satisfies(rejected -> assertThat(rejected.getReason()).isEqualTo("MALFORMED"));
    }

    @Test
    void chunkOfTheRightSizeWithOtherContentIsDamaged() throws Exception {
        publishOneSnapshot();
        Manifest manifest = ledger.newestCut().manifest();
        var ref = manifest.chunks().get(0);
        removeChunk(ref.id());
        broker.write(
                Topics.CHUNKS,
                ref.id().hex(),
                Cluster.encode(
                        Topics.CHUNKS,
                        new SnapshotChunk(
                                ref.id().fixed(),
                                (long) ref.size(),
                                ByteBuffer.wrap(ChunkCompression.compress(new byte[ref.size()])))));

        assertThatThrownBy(() -> recover("target", false, Long.MAX_VALUE)).hasMessageContaining("damaged");
        assertThat(broker.values(Topics.LEDGER_REJECTED))
                .singleElement()
                .satisfies(rejected -> assertThat(rejected.getReason()).isEqualTo("CHUNK_ID"));
    }

    @Test
    void missingChunkIsNamedAndTheNextAttemptFetchesNothingElse() throws Exception {
        publishOneSnapshot();
        Manifest manifest = ledger.newestCut().manifest();
        Hash id = manifest.chunks().get(0).id();
        SnapshotChunk chunk = chunk(id);
        removeChunk(id);
        var counter = new FetchCounter();

        assertThatThrownBy(() -> recover("target", false, Long.MAX_VALUE, counter))
                .isInstanceOf(RecoveryException.class)
                .hasMessageContaining("missing")
                .hasMessageContaining(id.hex());
        assertThat(counter.fetched).isEqualTo(manifest.chunks().size());

        counter.fetched = 0;
        broker.write(Topics.CHUNKS, id.hex(), Cluster.encode(Topics.CHUNKS, chunk));
        assertThat(recover("target", false, Long.MAX_VALUE, counter).verified()).isTrue();
        assertThat(counter.fetched).isEqualTo(1);
    }

    @Test
    void fetchedChunkThatWasSpoiledOnDiskIsFetchedAgain() throws Exception {
        publish(30, 2);
        Manifest manifest = ledger.newestCut().manifest();
        Path spoiled =
                directory.resolve("target.chunks").resolve(manifest.digestsId().hex());
        Files.createDirectories(spoiled.getParent());
        Files.write(spoiled, new byte[manifest.digestsSize()]);

        assertThat(recover("target", false, Long.MAX_VALUE).verified()).isTrue();
    }

    @Test
    void leftOverOfAnAttemptThatWasKilledIsThrownAway() throws Exception {
        publish(30, 2);
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

        assertThat(recover("target", false, Long.MAX_VALUE).verified()).isTrue();
        assertThat(root("target")).isEqualTo(ledger.rootAfter(ledger.newestCommit()));
    }

    @Test
    void snapshotsThatDoNotMeanThisLogArePassedOver() throws Exception {
        publish(40, 2);
        PublishedLedger.Cut oldest = ledger.cuts().get(0);
        LogIdentity log = LogIdentity.of(broker.cluster());
        List<PublishedLedger.Cut> others =
                ledger.cuts().subList(1, ledger.cuts().size());
        assertThat(others).hasSizeGreaterThanOrEqualTo(3);
        ledger.writeManifest(others.get(0).manifest(), "another cluster", log.topicId(), 0);
        ledger.writeManifest(others.get(1).manifest(), log.clusterId(), "another topic id", 0);
        for (PublishedLedger.Cut cut : others.subList(2, others.size())) {
            broker.write(Topics.MANIFESTS, cut.manifest().hash().hex(), "garbage".getBytes(UTF_8));
        }
        Manifest real = oldest.manifest();
        var ofAnotherNetwork = new Manifest(
                Hash.ofHex("12".repeat(32)),
                real.bucketBits(),
                real.checkpointIndex() + 100,
                real.commitIndex(),
                real.leaderRound(),
                real.commitHash(),
                real.stateRoot(),
                real.entries(),
                real.digestsId(),
                real.chunks());
        ledger.writeManifest(ofAnotherNetwork, log.clusterId(), log.topicId(), 0);

        RecoveryReport report = recover("target", false, Long.MAX_VALUE);

        assertThat(report.snapshotCheckpoint()).isEqualTo(real.checkpointIndex());
        assertThat(report.verified()).isTrue();
    }

    @Test
    void logThatWasMadeAgainIsNotReplayedOntoAnOldSnapshot() throws Exception {
        publish(20, 1);
        broker.recreate(Topics.VERIFIED);

        RecoveryReport report = recover("target", false, Long.MAX_VALUE);

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
        publish(40, 2);
        long from = ledger.newestCut().replayFrom();
        broker.deleteBefore(Topics.VERIFIED, 0, from);
        assertThat(recover("still", false, Long.MAX_VALUE).verified()).isTrue();

        broker.deleteBefore(Topics.VERIFIED, 0, from + 1);

        assertThatThrownBy(() -> recover("target", false, Long.MAX_VALUE))
                .isInstanceOf(RecoveryException.class)
                .hasMessageContaining("begins at offset " + (from + 1))
                .hasMessageContaining("replay needs it from " + from);
        assertThat(directory.resolve("target")).doesNotExist();
    }

    @Test
    void targetThatExistsIsRefused() throws Exception {
        Path target = Files.createDirectory(directory.resolve("target"));

        assertThatThrownBy(() -> recover("target", false, Long.MAX_VALUE))
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

        assertThat(recover("target", false, Long.MAX_VALUE).verified()).isTrue();
        assertThat(recover("genesis", true, Long.MAX_VALUE).verified()).isTrue();
    }

    @Test
    void logThatLostItsEndIsADifference() throws Exception {
        List<Vertex> vertices = ledger.vertices(SEED, 60);
        ledger.run(vertices.subList(0, 150), 2);
        ledger.runWithoutLog(vertices.subList(150, vertices.size()));

        RecoveryReport report = recover("target", false, Long.MAX_VALUE);

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

        RecoveryReport report = recover("target", false, Long.MAX_VALUE);

        assertThat(report.verified()).isTrue();
        assertThat(report.commitIndex()).isEqualTo(ledger.newestCommit());
        assertThat(report.checked().compared())
                .extracting(RecoveryReport.Compared::checkpoint)
                .isEqualTo(published / interval);
        assertThat(report.checkpoint()).isGreaterThan(published / interval);
        assertThat(report.figures()).containsKeys("state root, published", "not published yet");
        assertThat(root("target")).isEqualTo(ledger.rootAfter(ledger.newestCommit()));
    }

    @Test
    void stateThatContradictsWhatWasPublishedDoesNotBecomeTheTarget() throws Exception {
        publish(40, 4);
        CommitOutput last = ledger.commit(
                ledger.newestCommit() - ledger.newestCommit() % ledger.network.genesis.checkpointInterval());
        CommitRecord record = PublishedLedger.record(last);
        var lie = CommitRecord.newBuilder(record)
                .setCheckpoint(new Checkpoint(record.getCheckpoint().getIndex(), Hash.ZERO.fixed(), 1L))
                .build();
        broker.write(Topics.COMMITS, Long.toString(last.index()), Cluster.encode(Topics.COMMITS, lie));

        RecoveryReport report = recover("target", false, Long.MAX_VALUE);

        assertThat(report.verified()).isFalse();
        assertThat(directory.resolve("target")).doesNotExist();
        assertThat(directory.resolve("target.partial")).exists();
    }

    @Test
    void olderSnapshotIsUsedWhenTheNewestIsBad() throws Exception {
        publish(40, 2);
        int newest = ledger.cuts().size() - 1;
        removeChunk(ledger.newestCut().manifest().digestsId());
        List<Refusal> said = new ArrayList<>();

        RecoveryReport report = recover("target", false, Long.MAX_VALUE, new RecoveryListener() {
            @Override
            public void refused(Refusal refusal) {
                said.add(refusal);
            }
        });

        assertThat(report.verified()).isTrue();
        assertThat(report.snapshotCheckpoint())
                .isEqualTo(ledger.cuts().get(newest - 1).manifest().checkpointIndex());
        assertThat(report.refusals()).isEqualTo(said);
        assertThat(said).singleElement().satisfies(refusal -> {
            assertThat(refusal.snapshot())
                    .isEqualTo(ledger.newestCut().manifest().hash().hex());
            assertThat(refusal.reason()).isEqualTo(RecoveryFailure.CHUNK_MISSING);
        });
        assertThat(directory.resolve("target.chunks")).doesNotExist();
    }

    @Test
    void vertexThatIsLostInsideTheLogIsAGap() throws Exception {
        ledger.runLosing(ledger.vertices(SEED, 20), 30);

        RecoveryReport report = recover("target", true, Long.MAX_VALUE);

        assertThat(report.differences()).extracting(Difference::reason).containsExactly(RecoveryFailure.LOG_GAP);
        assertThat(directory.resolve("target")).doesNotExist();
    }

    @Test
    void signaturesAreVerifiedAgainWhenAskedFor() throws Exception {
        List<Vertex> vertices = ledger.vertices(SEED, 30);
        ledger.run(vertices.subList(0, 90), 2);

        assertThat(verifying("good").verified()).isTrue();

        SignedVertex forged = SignedVertex.newBuilder(vertices.get(90).record())
                .setSignature(new Bytes64(new byte[64]))
                .build();
        long offset = broker.write(Topics.VERIFIED, "key", Cluster.encode(Topics.VERIFIED, forged));
        assertThatThrownBy(() -> verifying("forged"))
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

        assertThat(recover("target", true, Long.MAX_VALUE).differences()).isEmpty();
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

        assertThat(recover("believed", true, Long.MAX_VALUE).differences())
                .extracting(Difference::reason)
                .contains(RecoveryFailure.ROOT_DIFFERS);
        assertThat(verifying("verified").verified()).isTrue();
    }

    @Test
    void lastCommitOfATimeIsTheLastOneWithThatTimestamp() throws Exception {
        publish(20, 0);
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

    @Test
    void snapshotIsLeasedWhileItIsReadAndNoLonger() throws Exception {
        publishOneSnapshot();
        List<Hash> whileFetching = new ArrayList<>();
        List<Hash> whileReplaying = new ArrayList<>();

        RecoveryReport report = recover("target", false, Long.MAX_VALUE, new RecoveryListener() {
            @Override
            public void chunkFetched(int count, int chunks, long bytes, long allBytes) {
                if (count == chunks) {
                    whileFetching.addAll(leased());
                }
            }

            @Override
            public void replaying(ReplayProgress progress) {
                whileReplaying.addAll(leased());
            }
        });

        assertThat(report.verified()).isTrue();
        Hash manifest = ledger.newestCut().manifest().hash();
        assertThat(whileFetching).containsExactly(manifest);
        assertThat(whileReplaying).isNotEmpty().containsOnly(manifest);
        assertThat(leased()).isEmpty();
    }

    @Test
    void snapshotThatGoesBeforeItIsLeasedIsNotRead() throws Exception {
        publish(60, 2);
        Manifest newest = ledger.newestCut().manifest();
        var topics = new TopicSnapshots(broker.cluster(), Clock.systemUTC());
        var source = new SnapshotSource() {
            @Override
            public List<SnapshotOffer> offers(Consumer<Refusal> refused) {
                return topics.offers(refused);
            }

            @Override
            public void fetch(Sink sink, int threads) {
                topics.fetch(sink, threads);
            }

            @Override
            public boolean isNamed() {
                return false;
            }

            @Override
            public Hold hold(Hash manifest) {
                if (manifest.equals(newest.hash())) {
                    broker.write(Topics.MANIFESTS, manifest.hex(), null);
                }
                return topics.hold(manifest);
            }
        };

        RecoveryReport report = new Replayer(broker.cluster(), source, ledger.network.genesis, Clock.systemUTC())
                .recover(
                        new Replayer.Plan(directory.resolve("target"), false, Long.MAX_VALUE, new Trust.OfGenesis()),
                        RecoveryListener.NONE);

        assertThat(report.verified()).isTrue();
        assertThat(report.snapshotCheckpoint()).isEqualTo(newest.checkpointIndex() - 2);
        assertThat(report.refusals()).isEmpty();
    }

    private static List<Hash> leased() {
        return broker.table(Topics.READERS).values().stream()
                .filter(lease ->
                        lease.getExpiresAtMs().isAfter(Clock.systemUTC().instant()))
                .map(lease -> Hash.of(lease.getManifest()))
                .toList();
    }

    private RecoveryReport verifying(String target) {
        return new Replayer(broker.cluster(), ledger.network.genesis, Clock.systemUTC())
                .recover(
                        new Replayer.Plan(
                                directory.resolve(target),
                                false,
                                Long.MAX_VALUE,
                                new Trust.OfGenesis(),
                                true,
                                false,
                                3),
                        RecoveryListener.NONE);
    }

    private void publishOneSnapshot() throws Exception {
        publish(30, 5);
        List<PublishedLedger.Cut> older = ledger.cuts().subList(0, ledger.cuts().size() - 1);
        older.forEach(
                cut -> broker.write(Topics.MANIFESTS, cut.manifest().hash().hex(), null));
    }

    private void publish(int rounds, int snapshotEvery) throws Exception {
        ledger.run(ledger.vertices(SEED, rounds), snapshotEvery);
    }

    private RecoveryReport recover(String target, boolean fromGenesis, long toCommit) {
        return recover(target, fromGenesis, toCommit, RecoveryListener.NONE);
    }

    private RecoveryReport recover(String target, boolean fromGenesis, long toCommit, RecoveryListener listener) {
        return new Replayer(broker.cluster(), ledger.network.genesis, Clock.systemUTC())
                .recover(
                        new Replayer.Plan(directory.resolve(target), fromGenesis, toCommit, new Trust.OfGenesis()),
                        listener);
    }

    private Hash root(String target) {
        try (var store = RocksStateStore.open(directory.resolve(target), ledger.network.genesis.bucketBits())) {
            return new State(store, ledger.network.genesis.bucketBits()).root(0);
        }
    }

    private void delete(String target) throws Exception {
        try (var all = Files.walk(directory.resolve(target))) {
            for (Path path : all.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    private static SnapshotChunk chunk(Hash id) {
        return Objects.requireNonNull(broker.table(Topics.CHUNKS).get(id.hex()), () -> "chunk " + id);
    }

    /** The chunk is gone as compaction leaves it: all others stay. */
    private void removeChunk(Hash id) {
        var others = broker.table(Topics.CHUNKS);
        others.remove(id.hex());
        broker.recreate(Topics.CHUNKS);
        others.forEach((key, value) -> broker.write(Topics.CHUNKS, key, Cluster.encode(Topics.CHUNKS, value)));
    }

    private static final class FetchCounter implements RecoveryListener {
        private int fetched;

        @Override
        public void chunkFetched(int count, int chunks, long bytes, long allBytes) {
            fetched++;
        }
    }
}
