package dev.meshlog.replayer;

import dev.meshlog.ledger.Domain;
import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.state.ChunkCompression;
import dev.meshlog.ledger.state.InvalidSnapshotException;
import dev.meshlog.ledger.state.Manifest;
import dev.meshlog.ledger.state.SnapshotRejection;
import dev.meshlog.schemas.Buffers;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.LogIdentity;
import dev.meshlog.schemas.MalformedRecordException;
import dev.meshlog.schemas.RecordPosition;
import dev.meshlog.schemas.Topic;
import dev.meshlog.schemas.TopicReader;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.ledger.PublishedSnapshot;
import dev.meshlog.schemas.ledger.RejectedInput;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Snapshots as the cluster's topics have them. */
public final class SnapshotSource {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotSource.class);

    private final Cluster cluster;
    private final GenesisConfig genesis;

    public SnapshotSource(Cluster cluster, GenesisConfig genesis) {
        this.cluster = cluster;
        this.genesis = genesis;
    }

    /** A snapshot that can be restored here. */
    public record Found(Manifest manifest, PublishedSnapshot published) {}

    /**
     * The newest snapshot whose manifest is right, whose offsets mean this cluster's log, and that is trusted.
     *
     * @param highestCommit a snapshot of a later commit is passed over
     */
    public Optional<Found> newest(long highestCommit, Trust trust) {
        LogIdentity log = LogIdentity.of(cluster);
        Map<String, byte[]> snapshots = new HashMap<>();
        TopicReader.readAllUndecoded(cluster, Topics.MANIFESTS, rec -> {
            if (rec.value() == null) {
                snapshots.remove(rec.key());
            } else {
                snapshots.put(rec.key(), rec.value());
            }
        });
        return snapshots.entrySet().stream()
                .flatMap(entry -> usable(entry.getKey(), entry.getValue(), log).stream())
                .filter(found -> found.manifest().commitIndex() <= highestCommit)
                .sorted(Comparator.comparingLong(
                                (Found found) -> found.manifest().checkpointIndex())
                        .reversed())
                .filter(found -> isTrusted(found, trust))
                .findFirst();
    }

    private boolean isTrusted(Found found, Trust trust) {
        ByteBuffer certificate = found.published().getCertificate();
        Optional<String> refusal = trust.refusal(
                genesis, found.manifest(), certificate == null ? new byte[0] : Buffers.array(certificate));
        refusal.ifPresent(why -> LOG.warn(
                "the snapshot of checkpoint {} is not used: {}",
                found.manifest().checkpointIndex(),
                why));
        return refusal.isEmpty();
    }

    /**
     * Brings the chunks of a manifest into a directory, uncompressed, each under its id and checked against it; whether they fit the state root is
     * for the reader to check. Chunks that are there from an earlier attempt are not fetched again.
     *
     * @throws RecoveryException when one is missing or damaged; a damaged one is written to the rejected topic
     */
    void fetch(Manifest manifest, Path directory, RecoveryListener listener) {
        Map<Hash, Integer> sizes = new HashMap<>();
        sizes.put(manifest.digestsId(), manifest.digestsSize());
        manifest.chunks().forEach(chunk -> sizes.put(chunk.id(), chunk.size()));
        Set<Hash> there = new HashSet<>();
        sizes.forEach((id, size) -> {
            if (read(directory, id).filter(bytes -> hasId(bytes, id)).isPresent()) {
                there.add(id);
            }
        });
        Set<Hash> damaged = new HashSet<>();
        Map<String, Hash> byHex = new HashMap<>();
        sizes.keySet().forEach(id -> byHex.put(id.hex(), id));
        TopicReader.readAllUndecoded(cluster, Topics.CHUNKS, rec -> {
            Hash id = byHex.get(rec.key());
            if (id == null || there.contains(id) || rec.value() == null) {
                return;
            }
            byte @Nullable [] bytes = open(id, sizes.getOrDefault(id, 0), rec);
            if (bytes == null) {
                damaged.add(id);
            } else {
                write(directory, id, bytes);
                there.add(id);
                listener.chunkFetched(there.size(), sizes.size(), bytes.length);
            }
        });
        Optional<Hash> missing = sizes.keySet().stream()
                .filter(id -> !there.contains(id))
                .sorted()
                .findFirst();
        if (missing.isPresent()) {
            throw new RecoveryException(
                    "the snapshot of checkpoint %d can't be restored: %d of %d chunks are %s, the first is %s; an older snapshot or replay from genesis may do"
                            .formatted(
                                    manifest.checkpointIndex(),
                                    sizes.size() - there.size(),
                                    sizes.size(),
                                    damaged.contains(missing.get()) ? "damaged" : "missing",
                                    missing.get()));
        }
    }

    /** A chunk that {@link #fetch} brought. */
    static byte[] fetched(Path directory, Hash id) {
        return read(directory, id).orElseThrow(() -> new IllegalStateException("chunk " + id + " was not fetched"));
    }

    private static Optional<byte[]> read(Path directory, Hash id) {
        try {
            return Optional.of(Files.readAllBytes(directory.resolve(id.hex())));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(directory.toString(), e);
        }
    }

    private static void write(Path directory, Hash id, byte[] bytes) {
        try {
            Files.write(directory.resolve(id.hex()), bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(directory.toString(), e);
        }
    }

    private static boolean hasId(byte[] bytes, Hash id) {
        return Domain.contentId(bytes).equals(id);
    }

    private byte @Nullable [] open(Hash id, int size, ConsumerRecord<String, byte[]> rec) {
        byte[] frame = rec.value();
        try {
            frame = Buffers.array(decode(Topics.CHUNKS, rec.value()).getZstd());
            byte[] bytes = ChunkCompression.decompress(frame, size);
            if (!hasId(bytes, id)) {
                throw new InvalidSnapshotException(SnapshotRejection.CHUNK_ID, "its bytes have another hash");
            }
            return bytes;
        } catch (InvalidSnapshotException e) {
            reject(id, frame, e.reason().name(), e, rec);
            return null;
        } catch (MalformedRecordException e) {
            reject(id, frame, "MALFORMED", e, rec);
            return null;
        }
    }

    private static <V> V decode(Topic<String, V> topic, byte[] value) {
        return topic.values().deserializer().deserialize(topic.name(), value);
    }

    private void reject(Hash id, byte[] frame, String reason, Exception why, ConsumerRecord<String, byte[]> rec) {
        LOG.warn(
                "chunk {} at partition {} offset {} is damaged: {}",
                id,
                rec.partition(),
                rec.offset(),
                why.getMessage());
        var rejected = RejectedInput.newBuilder()
                .setReason(reason)
                .setDetail("chunk " + id + ": " + why.getMessage())
                .setLength(frame.length)
                .setBytes(ByteBuffer.wrap(frame, 0, Math.min(frame.length, 64 << 10)))
                .setOrigin(new RecordPosition(rec.topic(), rec.partition(), rec.offset()))
                .build();
        try (var producer = cluster.producer()) {
            producer.send(new ProducerRecord<>(
                            Topics.LEDGER_REJECTED.name(), id.hex(), Cluster.encode(Topics.LEDGER_REJECTED, rejected)))
                    .get();
        } catch (ExecutionException e) {
            LOG.warn("the damaged chunk could not be reported: {}", e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Optional<Found> usable(String key, byte[] value, LogIdentity log) {
        try {
            PublishedSnapshot published = decode(Topics.MANIFESTS, value);
            Manifest manifest = Manifest.parse(Buffers.array(published.getManifest()), genesis.networkId());
            if (!manifest.hash().hex().equals(key)) {
                LOG.warn("snapshot {} is not used: its manifest has the hash {}", key, manifest.hash());
                return Optional.empty();
            }
            var binding = published.getBinding();
            if (!binding.getClusterId().equals(log.clusterId())) {
                LOG.warn(
                        "snapshot {} is not used: its offsets belong to cluster {}, this is {}",
                        key,
                        binding.getClusterId(),
                        log.clusterId());
                return Optional.empty();
            }
            if (!binding.getTopicId().equals(log.topicId())) {
                LOG.warn(
                        "snapshot {} is not used: {} was deleted and made again since (topic id {}, now {})",
                        key,
                        binding.getTopic(),
                        binding.getTopicId(),
                        log.topicId());
                return Optional.empty();
            }
            return Optional.of(new Found(manifest, published));
        } catch (InvalidSnapshotException | MalformedRecordException e) {
            LOG.warn("snapshot {} is not used: {}", key, e.getMessage());
            return Optional.empty();
        }
    }
}
