package dev.meshlog.snapshotter;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.state.BucketDigests;
import dev.meshlog.ledger.state.ChunkCompression;
import dev.meshlog.ledger.state.ChunkFrames;
import dev.meshlog.ledger.state.ChunkRef;
import dev.meshlog.ledger.state.Manifest;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.Failpoint;
import dev.meshlog.schemas.LogIdentity;
import dev.meshlog.schemas.MalformedRecordException;
import dev.meshlog.schemas.TopicReader;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.ledger.OffsetBinding;
import dev.meshlog.schemas.ledger.PublishedSnapshot;
import dev.meshlog.schemas.ledger.SnapshotChunk;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes snapshots into the cluster: the chunks that no kept snapshot has, then, when those are acknowledged, the manifest. Then those go that are too
 * many. A crash in between leaves chunks that no manifest names; the next start removes them. One thread at a time; it has helpers while it cuts.
 */
public final class SnapshotPublisher implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotPublisher.class);

    /** Stands for the size of a record that can't be decoded. */
    private static final int DAMAGED = -1;

    private final Cluster cluster;
    private final Hash networkId;
    private final LogIdentity log;
    private final Clock clock;
    private final SnapshotWriter writer;
    private final SnapshotTable table;
    private final Retention retention;
    private final Map<Hash, Integer> compressedSizes = new ConcurrentHashMap<>();

    /** Fences every earlier publisher of the network. */
    public SnapshotPublisher(
            Cluster cluster, Hash networkId, LogIdentity log, int keep, Optional<Duration> keepLogFor, Clock clock) {
        this.cluster = cluster;
        this.networkId = networkId;
        this.log = log;
        this.clock = clock;
        this.writer = new SnapshotWriter(cluster, networkId);
        this.table = new SnapshotTable(cluster, networkId);
        this.retention = new Retention(cluster, log, keep, keepLogFor, clock, writer, table);
    }

    /** Reads what is published, and removes what an earlier publisher left half done. */
    public void open() {
        table.refresh();
        Map<Hash, Integer> there = readChunkSizes();
        Set<Hash> named =
                table.snapshots().stream().flatMap(StoredSnapshot::chunkIds).collect(Collectors.toSet());
        Set<Hash> strays =
                there.keySet().stream().filter(id -> !named.contains(id)).collect(Collectors.toSet());
        there.values().removeIf(size -> size == DAMAGED);
        compressedSizes.putAll(there);
        compressedSizes.keySet().removeAll(retention.apply(strays));
    }

    private Map<Hash, Integer> readChunkSizes() {
        Map<Hash, Integer> sizes = new HashMap<>();
        TopicReader.readAllUndecoded(cluster, Topics.CHUNKS, rec -> {
            Hash id;
            try {
                id = Hash.ofHex(rec.key());
            } catch (IllegalArgumentException e) {
                LOG.warn("{} holds a record under {}, which is no chunk id", rec.topic(), rec.key());
                return;
            }
            if (rec.value() == null) {
                sizes.remove(id);
                return;
            }
            try {
                SnapshotChunk chunk = Topics.CHUNKS.values().deserializer().deserialize(rec.topic(), rec.value());
                sizes.put(id, chunk.getZstd().remaining());
            } catch (MalformedRecordException e) {
                LOG.warn("chunk {} is damaged: {}", id, e.getMessage());
                sizes.put(id, DAMAGED);
            }
        });
        return sizes;
    }

    /** The newest checkpoint that has a snapshot with offsets of this log; −1 when none has. */
    long newestCheckpoint() {
        return newest().map(each -> each.manifest().checkpointIndex()).orElse(-1L);
    }

    private Optional<StoredSnapshot> newest() {
        return table.snapshots().stream().filter(each -> each.isOf(log)).reduce((earlier, later) -> later);
    }

    /** Publishes a snapshot of the candidate with the certificate of its checkpoint; returns when the cluster has acknowledged all of it. */
    public PublishedSnapshot publish(Candidate candidate, byte[] certificate) {
        long started = clock.millis();
        List<ChunkRef> refs = new ArrayList<>();
        int chunksBefore = compressedSizes.size();
        cut(candidate, refs);
        writeDigests(candidate.digests());
        writer.commit();
        int written = compressedSizes.size() - chunksBefore;
        Failpoint.CHUNKS_PUBLISHED.reached();

        Manifest manifest = Manifest.of(
                networkId,
                candidate.checkpointIndex(),
                candidate.commitIndex(),
                candidate.leaderRound(),
                candidate.commitHash(),
                candidate.root(),
                candidate.digests(),
                refs);
        PublishedSnapshot snapshot = describe(manifest, candidate, certificate, written);
        writer.write(Topics.MANIFESTS, manifest.hash().hex(), Cluster.encode(Topics.MANIFESTS, snapshot));
        writer.commit();
        Failpoint.MANIFEST_PUBLISHED.reached();
        LOG.info(
                "snapshot of checkpoint {}: root {}, {} entries, {} chunks ({} new), {} bytes ({} compressed), replay from offset {}, {} ms",
                manifest.checkpointIndex(),
                manifest.stateRoot(),
                manifest.entries(),
                manifest.chunks().size(),
                written,
                manifest.size(),
                snapshot.getCompressedBytes(),
                candidate.position().getReplayFrom(),
                clock.millis() - started);
        compressedSizes.keySet().removeAll(retention.apply(Set.of()));
        return snapshot;
    }

    private PublishedSnapshot describe(Manifest manifest, Candidate candidate, byte[] certificate, int written) {
        return PublishedSnapshot.newBuilder()
                .setManifest(ByteBuffer.wrap(manifest.encode()))
                .setBinding(OffsetBinding.newBuilder()
                        .setClusterId(log.clusterId())
                        .setTopic(Topics.VERIFIED.name())
                        .setTopicId(log.topicId())
                        .setPartition(0)
                        .setLeaderEpoch(null)
                        .setCutOffset(candidate.position().getNextOffset())
                        .setReplayFrom(candidate.position().getReplayFrom())
                        .build())
                .setParent(newest().map(parent -> parent.hash().fixed()).orElse(null))
                .setCreatedAtMs(clock.instant())
                .setCompressedBytes(java.util.stream.Stream.concat(
                                java.util.stream.Stream.of(manifest.digestsId()),
                                manifest.chunks().stream().map(ChunkRef::id))
                        .distinct()
                        .mapToLong(id -> compressedSizes.getOrDefault(id, 0))
                        .sum())
                .setWrittenChunks(written)
                .setCertificate(ByteBuffer.wrap(certificate))
                .build();
    }

    private void cut(Candidate candidate, List<ChunkRef> refs) {
        ExecutorService workers =
                Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
        try {
            var frames =
                    new ChunkFrames(candidate.digests().bucketBits(), workers, compressedSizes::containsKey, frame -> {
                        refs.add(frame.ref());
                        frame.zstd()
                                .ifPresent(zstd ->
                                        write(frame.ref().id(), frame.ref().size(), zstd));
                    });
            candidate.entries().forEachEntry(frames::add);
            frames.finish();
        } finally {
            workers.shutdownNow();
        }
    }

    private void writeDigests(BucketDigests digests) {
        byte[] bytes = digests.bytes();
        write(digests.id(), bytes.length, ChunkCompression.compress(bytes));
    }

    private void write(Hash id, int size, byte[] frame) {
        // Of two equal chunks of one snapshot, such as empty ones, both may come.
        if (compressedSizes.putIfAbsent(id, frame.length) != null) {
            return;
        }
        Failpoint.CHUNK_CUT.reached();
        writer.write(
                Topics.CHUNKS,
                id.hex(),
                Cluster.encode(
                        Topics.CHUNKS,
                        SnapshotChunk.newBuilder()
                                .setId(id.fixed())
                                .setSize(size)
                                .setZstd(ByteBuffer.wrap(frame))
                                .build()));
    }

    @Override
    public void close() {
        retention.close();
        table.close();
        writer.close();
    }
}
