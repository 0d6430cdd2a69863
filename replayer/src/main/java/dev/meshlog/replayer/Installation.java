package dev.meshlog.replayer;

import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.chain.OpenEpochs;
import dev.meshlog.ledger.state.ChunkCompression;
import dev.meshlog.ledger.state.InstalledParts;
import dev.meshlog.ledger.state.InvalidSnapshotException;
import dev.meshlog.ledger.state.Manifest;
import dev.meshlog.ledger.trust.Trust;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.Failpoint;
import dev.meshlog.schemas.LogIdentity;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.Visibility;
import dev.meshlog.schemas.ledger.OffsetBinding;
import dev.meshlog.schemas.ledger.PublishedSnapshot;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * Brings a state that was computed elsewhere into this cluster's log: a snapshot that stands in the topics is verified from its certificate to the last
 * entry, and becomes records of {@code ledger.vertices.verified}, which the ledger takes as it takes vertices. All of it is one Kafka transaction, together
 * with the validators that vertices are checked against from then on, and with the snapshot's offsets in this log.
 */
public final class Installation {
    /** Of the transaction: some hundred megabytes are written in it. */
    private static final Duration TIMEOUT = Duration.ofMinutes(10);

    private static final String TRANSACTIONAL_ID = "meshlog-installation";
    private static final TopicPartition PARTITION = new TopicPartition(Topics.VERIFIED.name(), 0);

    private final Cluster cluster;
    private final GenesisConfig genesis;
    private final Trust trust;
    private final Clock clock;
    private final int threads;

    /** @param threads that verify */
    public Installation(Cluster cluster, GenesisConfig genesis, Trust trust, Clock clock, int threads) {
        this.cluster = cluster;
        this.genesis = genesis;
        this.trust = trust;
        this.clock = clock;
        this.threads = threads;
    }

    /** The newest snapshot of a state that was installed, or cut, in this log: the ledger goes on from there. */
    public Optional<Manifest> newestOfThisLog() {
        LogIdentity log = LogIdentity.of(cluster);
        return new TopicSnapshots(cluster, clock)
                .offers(refusal -> {}).stream()
                        .filter(offer -> offer.binding().getClusterId().equals(log.clusterId())
                                && offer.binding().getTopicId().equals(log.topicId()))
                        .flatMap(offer -> tryParse(offer).stream())
                        .max(Comparator.comparingLong(Manifest::checkpointIndex));
    }

    /**
     * Verifies and writes. Until it returns, nothing of it is to be seen in the log.
     *
     * @param hash of the manifest, which stands in {@code ledger.snapshots.manifests} with its chunks beside it
     * @param chunks a directory for the chunks; whoever calls deletes it
     * @throws RecoveryException when the snapshot is not what it should be; nothing is written then
     */
    public Manifest install(Hash hash, Path chunks, RecoveryListener listener) {
        try (Producer<String, byte[]> producer = cluster.transactionalProducer(TRANSACTIONAL_ID, TIMEOUT)) {
            // Ends the transaction of an installation that was killed: what was written behind it is not to be seen as
            // long as it is open.
            producer.initTransactions();
            return install(hash, chunks, producer, listener);
        }
    }

    private Manifest install(Hash hash, Path chunks, Producer<String, byte[]> producer, RecoveryListener listener) {
        var source = new TopicSnapshots(cluster, clock);
        SnapshotOffer offer = source.offers(listener::refused).stream()
                .filter(each -> each.key().equals(hash.hex()))
                .findFirst()
                .orElseThrow(() -> new RecoveryException(
                        RecoveryFailure.NO_GOOD_SNAPSHOT, "The snapshot %s is not here.".formatted(hash)));
        Manifest manifest = trusted(offer, hash);
        new ChunkDownload(manifest, chunks, listener).fetchFrom(source, threads);
        try (var parts = new VerifiedParts(manifest, id -> ChunkDownload.read(chunks, id), threads);
                var visibility = new Visibility(cluster)) {
            producer.beginTransaction();
            List<Future<RecordMetadata>> written;
            try {
                written = write(offer, manifest, parts, producer, listener);
                producer.flush();
                Failpoint.STATE_SENT.reached();
                producer.commitTransaction();
                Failpoint.STATE_INSTALLED.reached();
            } catch (RuntimeException e) {
                producer.abortTransaction();
                throw e;
            }
            visibility.await(written);
        }
        return manifest;
    }

    /** Returns the last record of each topic. */
    private List<Future<RecordMetadata>> write(
            SnapshotOffer offer,
            Manifest manifest,
            VerifiedParts parts,
            Producer<String, byte[]> producer,
            RecoveryListener listener) {
        long replayFrom = begin();
        Future<RecordMetadata> last = writeParts(manifest, parts, replayFrom, producer, listener);
        OpenEpochs validators = parts.steering().validators(genesis);
        long behind = offset(last, producer) + 1;
        return List.of(
                last,
                producer.send(new ProducerRecord<>(
                        Topics.VALIDATORS.name(),
                        Topics.VALIDATORS_KEY,
                        Cluster.encode(Topics.VALIDATORS, validators.toRecord()))),
                producer.send(new ProducerRecord<>(
                        Topics.MANIFESTS.name(),
                        manifest.hash().hex(),
                        Cluster.encode(Topics.MANIFESTS, ofThisLog(offer, replayFrom, behind)))));
    }

    private Optional<Manifest> tryParse(SnapshotOffer offer) {
        try {
            return Optional.of(parsed(offer, Hash.ofHex(offer.key())));
        } catch (IllegalArgumentException | RecoveryException e) {
            return Optional.empty();
        }
    }

    private Manifest parsed(SnapshotOffer offer, Hash hash) {
        try {
            return Manifest.parse(offer.manifest(), genesis.networkId(), hash);
        } catch (InvalidSnapshotException e) {
            throw new RecoveryException(
                    RecoveryFailure.RECORD_MALFORMED, "Manifest %s: %s".formatted(hash, e.getMessage()), e);
        }
    }

    private Manifest trusted(SnapshotOffer offer, Hash hash) {
        Manifest manifest = parsed(offer, hash);
        trust.refusal(genesis, manifest, offer.certificate()).ifPresent(why -> {
            throw new RecoveryException(
                    RecoveryFailure.NOT_TRUSTED,
                    "The snapshot of checkpoint %d: %s.".formatted(manifest.checkpointIndex(), why));
        });
        return manifest;
    }

    /** Returns the last one. */
    private static Future<RecordMetadata> writeParts(
            Manifest manifest,
            VerifiedParts parts,
            long replayFrom,
            Producer<String, byte[]> producer,
            RecoveryListener listener) {
        var unused = send(producer, manifest, InstalledParts.MANIFEST, replayFrom, manifest.encode());
        Future<RecordMetadata> last = send(
                producer, manifest, InstalledParts.DIGESTS, replayFrom, ChunkCompression.compress(parts.digests()));
        long entries = 0;
        int count = manifest.chunks().size();
        for (int i = 0; i < count; i++) {
            byte[] frame = parts.next();
            last = send(producer, manifest, InstalledParts.FIRST_CHUNK + i, replayFrom, frame);
            entries += manifest.chunks().get(i).entries();
            listener.chunkApplied(i + 1, count, entries);
        }
        return last;
    }

    private static long offset(Future<RecordMetadata> sent, Producer<String, byte[]> producer) {
        producer.flush();
        try {
            return sent.get().offset();
        } catch (ExecutionException e) {
            throw new IllegalStateException("the state was not written: " + e.getCause(), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a state was written", e);
        }
    }

    private static Future<RecordMetadata> send(
            Producer<String, byte[]> producer, Manifest manifest, int index, long replayFrom, byte[] content) {
        return producer.send(new ProducerRecord<>(
                PARTITION.topic(),
                PARTITION.partition(),
                Topics.INSTALLED_KEY,
                Topics.INSTALLED.encode(InstalledParts.part(manifest, index, replayFrom, content))));
    }

    /** Vertices that are in the log already may be wanted behind the state. */
    private long begin() {
        try (var consumer = cluster.undecodedConsumer()) {
            return consumer.beginningOffsets(List.of(PARTITION)).getOrDefault(PARTITION, 0L);
        }
    }

    private PublishedSnapshot ofThisLog(SnapshotOffer offer, long replayFrom, long cutOffset) {
        LogIdentity log = LogIdentity.of(cluster);
        return PublishedSnapshot.newBuilder()
                .setManifest(ByteBuffer.wrap(offer.manifest()))
                .setBinding(OffsetBinding.newBuilder()
                        .setClusterId(log.clusterId())
                        .setTopic(PARTITION.topic())
                        .setTopicId(log.topicId())
                        .setPartition(PARTITION.partition())
                        .setCutOffset(cutOffset)
                        .setReplayFrom(replayFrom)
                        .build())
                .setCreatedAtMs(clock.instant())
                .setCompressedBytes(offer.compressedBytes())
                .setWrittenChunks(0)
                .setCertificate(offer.certificate().length == 0 ? null : ByteBuffer.wrap(offer.certificate()))
                .build();
    }
}
