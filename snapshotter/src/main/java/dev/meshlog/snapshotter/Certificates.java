package dev.meshlog.snapshotter;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.certificate.Attestation;
import dev.meshlog.schemas.AvroBinary;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.ledger.LedgerCertificate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** The newest certificates of {@code ledger.certificates}, by checkpoint. What they are worth is for the reader of a snapshot to check. One thread. */
final class Certificates implements AutoCloseable {
    /** How far back a new reader looks, in records. */
    private static final long WINDOW = 1_000;

    private static final int KEPT = 1_000;
    private static final AvroBinary<LedgerCertificate> BYTES = new AvroBinary<>(LedgerCertificate.getClassSchema());

    private final Consumer<String, LedgerCertificate> consumer;
    private final NavigableMap<Long, Named> byCheckpoint = new TreeMap<>();

    /**
     * A certificate.
     *
     * @param bytes canonical
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Named(Hash root, byte[] bytes) {}

    Certificates(Cluster cluster) {
        consumer = cluster.consumer(Topics.CERTIFICATES);
        var partition = new TopicPartition(Topics.CERTIFICATES.name(), 0);
        consumer.assign(List.of(partition));
        Map<TopicPartition, Long> first = consumer.beginningOffsets(List.of(partition));
        Map<TopicPartition, Long> end = consumer.endOffsets(List.of(partition));
        consumer.seek(partition, Math.max(first.getOrDefault(partition, 0L), end.getOrDefault(partition, 0L) - WINDOW));
    }

    /** Takes in what has come since. */
    void read() {
        for (ConsumerRecord<String, LedgerCertificate> rec : consumer.poll(Duration.ZERO)) {
            List<Attestation> headers =
                    rec.value().getHeaders().stream().map(Attestation::of).toList();
            if (!headers.isEmpty()) {
                var header = headers.get(0).header();
                byCheckpoint.put(
                        header.checkpointIndex(), new Named(header.checkpointRoot(), BYTES.encode(rec.value())));
            }
        }
        while (byCheckpoint.size() > KEPT) {
            byCheckpoint.pollFirstEntry();
        }
    }

    Optional<Named> of(long checkpointIndex) {
        return Optional.ofNullable(byCheckpoint.get(checkpointIndex));
    }

    @Override
    public void close() {
        consumer.close();
    }
}
