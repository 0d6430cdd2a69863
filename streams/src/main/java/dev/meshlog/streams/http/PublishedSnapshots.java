package dev.meshlog.streams.http;

import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.proof.EntryProof;
import dev.meshlog.ledger.proof.EntryProver;
import dev.meshlog.ledger.state.ChunkCompression;
import dev.meshlog.ledger.state.ChunkReader;
import dev.meshlog.ledger.state.ChunkRef;
import dev.meshlog.ledger.state.EntryVisitor;
import dev.meshlog.ledger.state.InvalidSnapshotException;
import dev.meshlog.ledger.state.Manifest;
import dev.meshlog.ledger.state.VerifiedChunk;
import dev.meshlog.schemas.Buffers;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.MalformedRecordException;
import dev.meshlog.schemas.TopicReader;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.ledger.PublishedSnapshot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Proofs out of the snapshots that the cluster's topics have. Where each chunk stands is learnt by reading the chunks' topic once and then what is
 * new in it; the bytes are read when a proof needs them, verified against the manifest, and a few are kept.
 *
 * <p>Any thread; one question at a time.
 */
final class PublishedSnapshots implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PublishedSnapshots.class);
    private static final Duration POLL = Duration.ofMillis(500);

    /** Chunks are mostly of 1 MiB at most. */
    private static final int KEPT_CHUNKS = 8;

    private static final int KEPT_PROVERS = 4;

    private final Cluster cluster;
    private final GenesisConfig genesis;
    private final Map<String, Snapshot> snapshots = new HashMap<>();
    private final Map<String, Position> positions = new HashMap<>();
    private final Map<Hash, VerifiedChunk> chunks = leastRecentlyUsed(KEPT_CHUNKS);
    private final Map<Hash, EntryProver> provers = leastRecentlyUsed(KEPT_PROVERS);
    private final Map<TopicPartition, Long> next = new HashMap<>();
    private @Nullable Consumer<String, byte[]> consumer;

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Snapshot(Manifest manifest, byte @Nullable [] certificate) {}

    private record Position(TopicPartition partition, long offset) {}

    /**
     * An entry, or its absence, at a checkpoint.
     *
     * @param certificate canonical bytes; null for a snapshot that has none
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Proven(EntryProof proof, Hash manifest, byte @Nullable [] certificate) {}

    PublishedSnapshots(Cluster cluster, GenesisConfig genesis) {
        this.cluster = cluster;
        this.genesis = genesis;
    }

    /** The checkpoints that have a snapshot, ascending. */
    synchronized List<Long> checkpoints() {
        readNews();
        return snapshots.values().stream()
                .map(snapshot -> snapshot.manifest().checkpointIndex())
                .distinct()
                .sorted()
                .toList();
    }

    /**
     * Opens the bucket of a key.
     *
     * @param checkpoint {@link Long#MAX_VALUE} for the newest
     * @throws Refusal when the checkpoint has no snapshot; it lists those that have one
     */
    synchronized Proven prove(long checkpoint, byte[] key) {
        List<Long> there = checkpoints();
        long wanted = checkpoint == Long.MAX_VALUE && !there.isEmpty() ? there.get(there.size() - 1) : checkpoint;
        Snapshot snapshot = snapshots.values().stream()
                .filter(each -> each.manifest().checkpointIndex() == wanted)
                .findFirst()
                .orElseThrow(() -> Refusal.notFound(
                        "NO_SNAPSHOT",
                        there.isEmpty()
                                ? "There is no snapshot yet."
                                : "Checkpoint " + wanted + " has no snapshot; these have: " + LedgerJson.list(there)
                                        + "."));
        try {
            Hash hash = snapshot.manifest().hash();
            EntryProver prover = provers.get(hash);
            if (prover == null) {
                prover = prover(snapshot.manifest());
                provers.put(hash, prover);
            }
            return new Proven(prover.prove(key), hash, snapshot.certificate());
        } catch (InvalidSnapshotException e) {
            throw damaged(wanted, e);
        }
    }

    private EntryProver prover(Manifest manifest) throws InvalidSnapshotException {
        byte[] digests = fetch(manifest.digestsId(), manifest.digestsSize());
        var reader = new ChunkReader(manifest, digests);
        return new EntryProver(
                manifest.checkpointIndex(),
                manifest.entries(),
                manifest.verifyDigests(digests),
                (bucket, visitor) -> show(manifest, reader, bucket, visitor));
    }

    private void show(Manifest manifest, ChunkReader reader, int bucket, EntryVisitor visitor) {
        ChunkRef ref = manifest.chunks().stream()
                .filter(chunk -> chunk.firstBucket() <= bucket && bucket <= chunk.lastBucket())
                .findFirst()
                .orElseThrow();
        try {
            VerifiedChunk chunk = chunks.get(ref.id());
            // Chunks of several manifests are one when their bytes are, but empty ones of different ranges are one id.
            if (chunk == null || !chunk.ref().equals(ref)) {
                chunk = reader.verify(ref, fetch(ref.id(), ref.size()));
                chunks.put(ref.id(), chunk);
            }
            chunk.forEachEntry((itsBucket, key, value) -> {
                if (itsBucket == bucket) {
                    visitor.entry(itsBucket, key, value);
                }
            });
        } catch (InvalidSnapshotException e) {
            throw damaged(manifest.checkpointIndex(), e);
        }
    }

    private static Refusal damaged(long checkpoint, InvalidSnapshotException why) {
        LOG.warn("the snapshot of checkpoint {} can't be used: {}", checkpoint, why.getMessage());
        return Refusal.notFound(
                "NO_SNAPSHOT", "The snapshot of checkpoint " + checkpoint + " can't be used: " + why.getMessage());
    }

    private byte[] fetch(Hash id, int size) throws InvalidSnapshotException {
        Position at = positions.get(id.hex());
        if (at == null) {
            throw Refusal.notReady(
                    "Chunk " + id.hex() + " is not in the cluster's topics: its snapshot was just removed.");
        }
        Consumer<String, byte[]> log = open();
        log.seek(at.partition(), at.offset());
        long end = next.getOrDefault(at.partition(), 0L);
        while (log.position(at.partition()) < end) {
            for (ConsumerRecord<String, byte[]> rec : log.poll(POLL).records(at.partition())) {
                if (rec.offset() == at.offset()) {
                    byte[] zstd =
                            Buffers.array(decode(Topics.CHUNKS, rec.value()).getZstd());
                    return ChunkCompression.decompress(zstd, size);
                }
            }
        }
        throw Refusal.notReady("Chunk " + id.hex() + " is being removed from the cluster's topics; ask again.");
    }

    /** What was written since the last call. */
    private void readNews() {
        Consumer<String, byte[]> log = open();
        next.forEach(log::seek);
        TopicReader.readToEnd(log, List.copyOf(next.keySet()), rec -> {
            next.put(new TopicPartition(rec.topic(), rec.partition()), rec.offset() + 1);
            if (rec.topic().equals(Topics.MANIFESTS.name())) {
                takeManifest(rec);
            } else if (rec.value() == null) {
                positions.remove(rec.key());
            } else {
                positions.put(rec.key(), new Position(new TopicPartition(rec.topic(), rec.partition()), rec.offset()));
            }
        });
    }

    private void takeManifest(ConsumerRecord<String, byte[]> rec) {
        snapshots.remove(rec.key());
        if (rec.value() == null) {
            return;
        }
        try {
            PublishedSnapshot published = decode(Topics.MANIFESTS, rec.value());
            Manifest manifest =
                    Manifest.parse(Buffers.array(published.getManifest()), genesis.networkId(), Hash.ofHex(rec.key()));
            byte[] certificate = Optional.ofNullable(published.getCertificate())
                    .map(Buffers::array)
                    .orElse(null);
            snapshots.put(rec.key(), new Snapshot(manifest, certificate));
        } catch (InvalidSnapshotException | MalformedRecordException | IllegalArgumentException e) {
            LOG.warn("snapshot {} is not used: {}", rec.key(), e.getMessage());
        }
    }

    private static <V> V decode(dev.meshlog.schemas.Topic<String, V> topic, byte[] value) {
        return topic.values().deserializer().deserialize(topic.name(), value);
    }

    private Consumer<String, byte[]> open() {
        Consumer<String, byte[]> opened = consumer;
        if (opened == null) {
            opened = cluster.undecodedConsumer();
            List<TopicPartition> all = new ArrayList<>(TopicReader.partitions(opened, Topics.MANIFESTS));
            all.addAll(TopicReader.partitions(opened, Topics.CHUNKS));
            opened.assign(all);
            next.putAll(opened.beginningOffsets(all));
            consumer = opened;
        }
        return opened;
    }

    private static <K, V> Map<K, V> leastRecentlyUsed(int size) {
        return new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
                return size() > size;
            }
        };
    }

    @Override
    public synchronized void close() {
        if (consumer != null) {
            consumer.close(CloseOptions.timeout(Duration.ofSeconds(1)));
            consumer = null;
        }
    }
}
