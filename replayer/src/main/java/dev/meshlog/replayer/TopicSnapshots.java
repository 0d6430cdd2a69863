package dev.meshlog.replayer;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.state.InvalidSnapshotException;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.MalformedRecordException;
import dev.meshlog.schemas.RecordPosition;
import dev.meshlog.schemas.SnapshotLease;
import dev.meshlog.schemas.TopicReader;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.ledger.RejectedInput;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Snapshots as the cluster's topics have them. A damaged chunk is written to the rejected topic. */
public final class TopicSnapshots implements SnapshotSource {
    private static final Logger LOG = LoggerFactory.getLogger(TopicSnapshots.class);
    private static final int REPORTED_BYTES = 64 << 10;

    private final Cluster cluster;
    private final Clock clock;

    /** @param clock for the leases: about that of the snapshotter */
    public TopicSnapshots(Cluster cluster, Clock clock) {
        this.cluster = cluster;
        this.clock = clock;
    }

    @Override
    public List<SnapshotOffer> offers(Consumer<Refusal> refused) {
        Map<String, byte[]> newest = new HashMap<>();
        TopicReader.readAllUndecoded(cluster, Topics.MANIFESTS, rec -> {
            if (rec.key() == null) {
                return;
            }
            if (rec.value() == null) {
                newest.remove(rec.key());
            } else {
                newest.put(rec.key(), rec.value());
            }
        });
        List<SnapshotOffer> offers = new ArrayList<>();
        newest.forEach((key, value) -> {
            try {
                offers.add(SnapshotRecords.offer(key, value));
            } catch (MalformedRecordException e) {
                refused.accept(new Refusal(key, RecoveryFailure.RECORD_MALFORMED, String.valueOf(e.getMessage())));
            }
        });
        return offers;
    }

    @Override
    public void fetch(Sink sink, int threads) {
        List<TopicPartition> partitions;
        try (var consumer = cluster.undecodedConsumer()) {
            partitions = TopicReader.partitions(consumer, Topics.CHUNKS);
        }
        ExecutorService readers = Executors.newFixedThreadPool(Math.max(1, Math.min(threads, partitions.size())));
        try {
            List<Callable<Void>> shares = new ArrayList<>();
            for (TopicPartition partition : partitions) {
                shares.add(() -> {
                    read(partition, sink);
                    return null;
                });
            }
            for (Future<Void> done : readers.invokeAll(shares)) {
                done.get();
            }
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException known
                    ? known
                    : new IllegalStateException("fetching chunks: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while fetching chunks", e);
        } finally {
            readers.shutdownNow();
        }
    }

    @Override
    public boolean isNamed() {
        return false;
    }

    /** By a lease. Recovery is not to fail for want of one: without it the snapshot is read as long as it is there. */
    @Override
    public Hold hold(Hash manifest) {
        try {
            return SnapshotLease.take(cluster, "replayer/" + UUID.randomUUID(), manifest.fixed(), clock)::close;
        } catch (IllegalStateException | KafkaException e) {
            LOG.warn("no lease on the snapshot {}, the snapshotter may remove it: {}", manifest, e.toString());
            return () -> {};
        }
    }

    private void read(TopicPartition partition, Sink sink) {
        try (var consumer = cluster.undecodedConsumer()) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            TopicReader.readToEnd(consumer, List.of(partition), rec -> {
                if (rec.key() != null && rec.value() != null && isHash(rec.key())) {
                    take(Hash.ofHex(rec.key()), rec, sink);
                }
            });
        }
    }

    private void take(Hash id, ConsumerRecord<String, byte[]> rec, Sink sink) {
        if (!sink.wants(id)) {
            return;
        }
        byte[] frame = rec.value();
        try {
            frame = SnapshotRecords.frame(id, rec.value());
            sink.take(id, frame);
        } catch (InvalidSnapshotException e) {
            report(id, frame, e.reason().name(), e, rec);
        } catch (MalformedRecordException e) {
            sink.unreadable(id);
            report(id, frame, "MALFORMED", e, rec);
        }
    }

    private static boolean isHash(String key) {
        return key.length() == 64 && key.chars().allMatch(each -> Character.digit(each, 16) >= 0);
    }

    private void report(Hash id, byte[] frame, String reason, Exception why, ConsumerRecord<String, byte[]> rec) {
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
                .setBytes(ByteBuffer.wrap(frame, 0, Math.min(frame.length, REPORTED_BYTES)))
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
}
