package dev.meshlog.replayer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.state.ChunkCompression;
import dev.meshlog.ledger.state.Manifest;
import dev.meshlog.ledger.trust.Trust;
import dev.meshlog.schemas.Buffers;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.LogIdentity;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.ledger.RejectedInput;
import dev.meshlog.schemas.ledger.SnapshotChunk;
import dev.meshlog.schemas.testing.TestBroker;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which snapshot a recovery takes, and what it does with its chunks. */
class SnapshotUseTest {
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
    void damagedChunkIsNamedAndReportedAndTheTargetIsNotMade() throws Exception {
        mesh.publishOneSnapshot();
        Manifest manifest = ledger.newestCut().manifest();
        Hash id = manifest.chunks().get(0).id();
        SnapshotChunk good = mesh.chunk(id);
        byte[] frame = Buffers.array(good.getZstd());
        frame[frame.length / 2] ^= 1;
        mesh.removeChunk(id);
        long offset = broker.write(
                Topics.CHUNKS,
                id.hex(),
                Cluster.encode(Topics.CHUNKS, new SnapshotChunk(good.getId(), good.getSize(), ByteBuffer.wrap(frame))));

        assertThatThrownBy(() -> mesh.recover("target", false, Long.MAX_VALUE))
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
        mesh.publishOneSnapshot();
        Hash id = ledger.newestCut().manifest().digestsId();
        mesh.removeChunk(id);
        broker.write(Topics.CHUNKS, id.hex(), "garbage".getBytes(UTF_8));
        broker.write(Topics.CHUNKS, "no id", "garbage".getBytes(UTF_8));

        assertThatThrownBy(() -> mesh.recover("target", false, Long.MAX_VALUE))
                .isInstanceOf(RecoveryException.class)
                .hasMessageContaining("damaged")
                .hasMessageContaining(id.hex());
        assertThat(broker.values(Topics.LEDGER_REJECTED))
                .singleElement()
                .satisfies(rejected -> assertThat(rejected.getReason()).isEqualTo("MALFORMED"));
    }

    @Test
    void chunkOfTheRightSizeWithOtherContentIsDamaged() throws Exception {
        mesh.publishOneSnapshot();
        Manifest manifest = ledger.newestCut().manifest();
        var ref = manifest.chunks().get(0);
        mesh.removeChunk(ref.id());
        broker.write(
                Topics.CHUNKS,
                ref.id().hex(),
                Cluster.encode(
                        Topics.CHUNKS,
                        new SnapshotChunk(
                                ref.id().fixed(),
                                (long) ref.size(),
                                ByteBuffer.wrap(ChunkCompression.compress(new byte[ref.size()])))));

        assertThatThrownBy(() -> mesh.recover("target", false, Long.MAX_VALUE)).hasMessageContaining("damaged");
        assertThat(broker.values(Topics.LEDGER_REJECTED))
                .singleElement()
                .satisfies(rejected -> assertThat(rejected.getReason()).isEqualTo("CHUNK_ID"));
    }

    @Test
    void missingChunkIsNamedAndTheNextAttemptFetchesNothingElse() throws Exception {
        mesh.publishOneSnapshot();
        Manifest manifest = ledger.newestCut().manifest();
        Hash id = manifest.chunks().get(0).id();
        SnapshotChunk chunk = mesh.chunk(id);
        mesh.removeChunk(id);
        var counter = new FetchCounter();

        assertThatThrownBy(() -> mesh.recover("target", false, Long.MAX_VALUE, counter))
                .isInstanceOf(RecoveryException.class)
                .hasMessageContaining("missing")
                .hasMessageContaining(id.hex());
        assertThat(counter.fetched).isEqualTo(manifest.chunks().size());

        counter.fetched = 0;
        broker.write(Topics.CHUNKS, id.hex(), Cluster.encode(Topics.CHUNKS, chunk));
        assertThat(mesh.recover("target", false, Long.MAX_VALUE, counter).verified())
                .isTrue();
        assertThat(counter.fetched).isEqualTo(1);
    }

    @Test
    void fetchedChunkThatWasSpoiledOnDiskIsFetchedAgain() throws Exception {
        mesh.publish(30, 2);
        Manifest manifest = ledger.newestCut().manifest();
        Path spoiled =
                directory.resolve("target.chunks").resolve(manifest.digestsId().hex());
        Files.createDirectories(spoiled.getParent());
        Files.write(spoiled, new byte[manifest.digestsSize()]);

        assertThat(mesh.recover("target", false, Long.MAX_VALUE).verified()).isTrue();
    }

    @Test
    void snapshotsThatDoNotMeanThisLogArePassedOver() throws Exception {
        mesh.publish(40, 2);
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

        RecoveryReport report = mesh.recover("target", false, Long.MAX_VALUE);

        assertThat(report.snapshotCheckpoint()).isEqualTo(real.checkpointIndex());
        assertThat(report.verified()).isTrue();
    }

    @Test
    void olderSnapshotIsUsedWhenTheNewestIsBad() throws Exception {
        mesh.publish(40, 2);
        int newest = ledger.cuts().size() - 1;
        mesh.removeChunk(ledger.newestCut().manifest().digestsId());
        List<Refusal> said = new ArrayList<>();

        RecoveryReport report = mesh.recover("target", false, Long.MAX_VALUE, new RecoveryListener() {
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
    void snapshotIsLeasedWhileItIsReadAndNoLonger() throws Exception {
        mesh.publishOneSnapshot();
        List<Hash> whileFetching = new ArrayList<>();
        List<Hash> whileReplaying = new ArrayList<>();

        RecoveryReport report = mesh.recover("target", false, Long.MAX_VALUE, new RecoveryListener() {
            @Override
            public void chunkFetched(int count, int chunks, long bytes, long allBytes) {
                if (count == chunks) {
                    whileFetching.addAll(mesh.leased());
                }
            }

            @Override
            public void replaying(ReplayProgress progress) {
                whileReplaying.addAll(mesh.leased());
            }
        });

        assertThat(report.verified()).isTrue();
        Hash manifest = ledger.newestCut().manifest().hash();
        assertThat(whileFetching).containsExactly(manifest);
        assertThat(whileReplaying).isNotEmpty().containsOnly(manifest);
        assertThat(mesh.leased()).isEmpty();
    }

    @Test
    void snapshotThatGoesBeforeItIsLeasedIsNotRead() throws Exception {
        mesh.publish(60, 2);
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

    private static final class FetchCounter implements RecoveryListener {
        private int fetched;

        @Override
        public void chunkFetched(int count, int chunks, long bytes, long allBytes) {
            fetched++;
        }
    }
}
