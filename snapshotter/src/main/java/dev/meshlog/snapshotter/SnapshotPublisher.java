package dev.meshlog.snapshotter;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.state.BucketDigests;
import dev.meshlog.ledger.state.ChunkCompression;
import dev.meshlog.ledger.state.ChunkFrames;
import dev.meshlog.ledger.state.ChunkRef;
import dev.meshlog.ledger.state.InvalidSnapshotException;
import dev.meshlog.ledger.state.Manifest;
import dev.meshlog.ledger.state.SnapshotRejection;
import dev.meshlog.schemas.Buffers;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.LogIdentity;
import dev.meshlog.schemas.MalformedRecordException;
import dev.meshlog.schemas.Topic;
import dev.meshlog.schemas.TopicReader;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.UnknownSchemaException;
import dev.meshlog.schemas.ledger.OffsetBinding;
import dev.meshlog.schemas.ledger.PublishedSnapshot;
import dev.meshlog.schemas.ledger.SnapshotChunk;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes snapshots into the cluster: the chunks that no kept snapshot has, then, when those are acknowledged, the manifest. Removes a snapshot the
 * other way round. A crash in between leaves chunks that no manifest names; the next start removes them. One thread may use it; it has helpers while it cuts.
 */
final class SnapshotPublisher implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotPublisher.class);

    /** Stands for the size of a record that can't be decoded. */
    private static final int DAMAGED = -1;

    private final Cluster cluster;
    private final Hash networkId;
    private final LogIdentity log;
    private final int keep;
    private final Clock clock;
    private final Producer<String, byte[]> producer;
    private final List<Published> kept = new ArrayList<>();
    private final Map<Hash, Integer> compressedSizes = new ConcurrentHashMap<>();

    /**
     * A snapshot in the cluster.
     *
     * @param ofThisLog whether its offsets mean the log as it is now
     */
    private record Published(Hash hash, Manifest manifest, boolean ofThisLog) {
        Stream<Hash> chunkIds() {
            return Stream.concat(
                    Stream.of(manifest.digestsId()), manifest.chunks().stream().map(ChunkRef::id));
        }
    }

    SnapshotPublisher(Cluster cluster, Hash networkId, LogIdentity log, int keep, Clock clock) {
        this.cluster = cluster;
        this.networkId = networkId;
        this.log = log;
        this.keep = keep;
        this.clock = clock;
        this.producer = cluster.producer();
    }

    /** Reads what is published, and removes chunks that belong to nothing. */
    void open() {
        boolean allUnderstood = readManifests();
        Map<Hash, Integer> there = readChunkSizes();
        Set<Hash> named = kept.stream().flatMap(Published::chunkIds).collect(Collectors.toSet());
        List<Hash> strays =
                there.keySet().stream().filter(id -> !named.contains(id)).toList();
        there.keySet().retainAll(named);
        if (!allUnderstood) {
            LOG.warn("{} chunks are kept: a manifest that is not understood may name them", strays.size());
        } else if (!strays.isEmpty()) {
            remove(Topics.CHUNKS, strays);
            LOG.info("removed {} chunks that an interrupted snapshot left behind", strays.size());
        }
        there.values().removeIf(size -> size == DAMAGED);
        compressedSizes.putAll(there);
    }

    /** Returns false when there is a manifest that a newer version may have written. */
    private boolean readManifests() {
        Map<String, byte[]> manifests = new HashMap<>();
        TopicReader.readAllUndecoded(cluster, Topics.MANIFESTS, rec -> {
            if (rec.value() == null) {
                manifests.remove(rec.key());
            } else {
                manifests.put(rec.key(), rec.value());
            }
        });
        boolean allUnderstood = true;
        for (var entry : manifests.entrySet()) {
            try {
                PublishedSnapshot snapshot = decode(Topics.MANIFESTS, entry.getValue());
                Manifest manifest =
                        Manifest.parse(Buffers.array(snapshot.getManifest()), networkId, Hash.ofHex(entry.getKey()));
                kept.add(new Published(manifest.hash(), manifest, isOfThisLog(snapshot.getBinding())));
            } catch (UnknownSchemaException e) {
                allUnderstood = false;
                LOG.warn("snapshot {} is not used: {}", entry.getKey(), e.getMessage());
            } catch (InvalidSnapshotException e) {
                allUnderstood &= e.reason() != SnapshotRejection.FORMAT_VERSION
                        && e.reason() != SnapshotRejection.HASH_ALGORITHM;
                LOG.warn("snapshot {} is not used: {}", entry.getKey(), e.getMessage());
            } catch (MalformedRecordException | IllegalArgumentException e) {
                LOG.warn("snapshot {} is not used: {}", entry.getKey(), e.getMessage());
            }
        }
        kept.sort(Comparator.comparing(Published::ofThisLog)
                .thenComparing(published -> published.manifest().checkpointIndex()));
        return allUnderstood;
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
                sizes.put(id, decode(Topics.CHUNKS, rec.value()).getZstd().remaining());
            } catch (MalformedRecordException e) {
                LOG.warn("chunk {} is damaged: {}", id, e.getMessage());
                sizes.put(id, DAMAGED);
            }
        });
        return sizes;
    }

    private boolean isOfThisLog(OffsetBinding binding) {
        return binding.getClusterId().equals(log.clusterId())
                && binding.getTopicId().equals(log.topicId());
    }

    private static <V> V decode(Topic<String, V> topic, byte[] value) {
        return topic.values().deserializer().deserialize(topic.name(), value);
    }

    /** The newest checkpoint that has a snapshot with offsets of this log; −1 when none has. */
    long newestCheckpoint() {
        return kept.stream()
                .filter(Published::ofThisLog)
                .mapToLong(published -> published.manifest().checkpointIndex())
                .max()
                .orElse(-1);
    }

    /** Publishes a snapshot of the candidate with the certificate of its checkpoint; returns when the cluster has acknowledged all of it. */
    PublishedSnapshot publish(Candidate candidate, byte[] certificate) {
        long started = clock.millis();
        List<ChunkRef> refs = new ArrayList<>();
        List<Future<RecordMetadata>> writes = new ArrayList<>();
        cut(candidate, refs, writes);
        writeDigests(candidate.digests(), writes);
        await(writes);

        Manifest manifest = Manifest.of(
                networkId,
                candidate.checkpointIndex(),
                candidate.commitIndex(),
                candidate.leaderRound(),
                candidate.commitHash(),
                candidate.root(),
                candidate.digests(),
                refs);
        var published = new Published(manifest.hash(), manifest, true);
        var snapshot = PublishedSnapshot.newBuilder()
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
                .setParent(
                        kept.isEmpty() ? null : kept.get(kept.size() - 1).hash().fixed())
                .setCreatedAtMs(clock.instant())
                .setCompressedBytes(published
                        .chunkIds()
                        .distinct()
                        .mapToLong(id -> compressedSizes.getOrDefault(id, 0))
                        .sum())
                .setWrittenChunks(writes.size())
                .setCertificate(ByteBuffer.wrap(certificate))
                .build();
        await(List.of(send(Topics.MANIFESTS, published.hash(), snapshot)));
        kept.removeIf(old -> old.hash().equals(published.hash()));
        kept.add(published);
        LOG.info(
                "snapshot of checkpoint {}: root {}, {} entries, {} chunks ({} new), {} bytes ({} compressed), replay from offset {}, {} ms",
                manifest.checkpointIndex(),
                manifest.stateRoot(),
                manifest.entries(),
                manifest.chunks().size(),
                writes.size(),
                manifest.size(),
                snapshot.getCompressedBytes(),
                candidate.position().getReplayFrom(),
                clock.millis() - started);
        prune();
        return snapshot;
    }

    @Override
    public void close() {
        producer.close();
    }

    private void cut(Candidate candidate, List<ChunkRef> refs, List<Future<RecordMetadata>> writes) {
        ExecutorService workers =
                Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
        try {
            var frames =
                    new ChunkFrames(candidate.digests().bucketBits(), workers, compressedSizes::containsKey, frame -> {
                        refs.add(frame.ref());
                        frame.zstd()
                                .ifPresent(zstd ->
                                        write(frame.ref().id(), frame.ref().size(), zstd, writes));
                    });
            candidate.entries().forEachEntry(frames::add);
            frames.finish();
        } finally {
            workers.shutdownNow();
        }
    }

    private void writeDigests(BucketDigests digests, List<Future<RecordMetadata>> writes) {
        byte[] bytes = digests.bytes();
        write(digests.id(), bytes.length, ChunkCompression.compress(bytes), writes);
    }

    private void write(Hash id, int size, byte[] frame, List<Future<RecordMetadata>> writes) {
        // Of two equal chunks of one snapshot, such as empty ones, both may come.
        if (compressedSizes.putIfAbsent(id, frame.length) != null) {
            return;
        }
        writes.add(send(
                Topics.CHUNKS,
                id,
                SnapshotChunk.newBuilder()
                        .setId(id.fixed())
                        .setSize(size)
                        .setZstd(ByteBuffer.wrap(frame))
                        .build()));
    }

    /** The manifest goes first, then, when that is acknowledged, the chunks that only it named. */
    private void prune() {
        while (kept.size() > keep) {
            Published oldest = kept.remove(0);
            remove(Topics.MANIFESTS, List.of(oldest.hash()));
            Set<Hash> named = new HashSet<>();
            kept.forEach(published -> published.chunkIds().forEach(named::add));
            List<Hash> unnamed = oldest.chunkIds()
                    .distinct()
                    .filter(id -> !named.contains(id))
                    .toList();
            remove(Topics.CHUNKS, unnamed);
            unnamed.forEach(compressedSizes::remove);
        }
    }

    private void remove(Topic<String, ?> topic, List<Hash> ids) {
        await(ids.stream()
                .map(id -> producer.send(new ProducerRecord<String, byte @Nullable []>(topic.name(), id.hex(), null)))
                .toList());
    }

    private <V extends SpecificRecordBase> Future<RecordMetadata> send(Topic<String, V> topic, Hash id, V value) {
        return producer.send(new ProducerRecord<>(topic.name(), id.hex(), Cluster.encode(topic, value)));
    }

    private static void await(List<Future<RecordMetadata>> writes) {
        try {
            for (Future<RecordMetadata> write : writes) {
                write.get();
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("the snapshot was not written: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while writing a snapshot", e);
        }
    }
}
