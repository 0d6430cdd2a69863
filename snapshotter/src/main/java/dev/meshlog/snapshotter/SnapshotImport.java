package dev.meshlog.snapshotter;

import dev.meshlog.ledger.Hash;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.SnapshotLease;
import dev.meshlog.schemas.TopicReader;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.ledger.SnapshotChunk;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.IntConsumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;

/** Brings a snapshot that is known to be good into a cluster, beside a snapshotter that may be at work there. */
public final class SnapshotImport {
    private static final int ATTEMPTS = 3;

    private SnapshotImport() {}

    /**
     * Writes the chunks, then the manifest, then looks whether the chunks are all there: the snapshotter may have been about to remove one that an older
     * snapshot had in common. Meanwhile a lease says that the snapshot is wanted.
     *
     * @param progress is told how many chunks are written after each
     */
    public static void publish(
            Cluster cluster, StoredSnapshot snapshot, ChunkFolder chunks, Clock clock, IntConsumer progress) {
        SnapshotLease lease = SnapshotLease.take(
                cluster, "import/" + UUID.randomUUID(), snapshot.hash().fixed(), clock);
        try (var producer = cluster.producer()) {
            write(producer, snapshot.chunkSizes().keySet(), snapshot, chunks, progress);
            producer.send(new ProducerRecord<>(
                            Topics.MANIFESTS.name(),
                            snapshot.hash().hex(),
                            Cluster.encode(Topics.MANIFESTS, snapshot.published())))
                    .get();
            Set<Hash> missing = missing(cluster, snapshot);
            for (int attempt = 1; !missing.isEmpty(); attempt++) {
                if (attempt > ATTEMPTS) {
                    throw new IllegalStateException(
                            "chunks of the snapshot vanish, " + missing.size() + " are missing; import it again");
                }
                write(producer, missing, snapshot, chunks, written -> {});
                missing = missing(cluster, snapshot);
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("the snapshot was not written: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while importing", e);
        } finally {
            lease.close();
        }
    }

    private static void write(
            Producer<String, byte[]> producer,
            Collection<Hash> ids,
            StoredSnapshot snapshot,
            ChunkFolder chunks,
            IntConsumer progress)
            throws ExecutionException, InterruptedException {
        Map<Hash, Integer> sizes = snapshot.chunkSizes();
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        for (Hash id : ids) {
            var chunk = SnapshotChunk.newBuilder()
                    .setId(id.fixed())
                    .setSize(sizes.getOrDefault(id, 0))
                    .setZstd(ByteBuffer.wrap(chunks.frame(id)))
                    .build();
            sent.add(producer.send(
                    new ProducerRecord<>(Topics.CHUNKS.name(), id.hex(), Cluster.encode(Topics.CHUNKS, chunk))));
        }
        int written = 0;
        for (Future<RecordMetadata> each : sent) {
            each.get();
            progress.accept(++written);
        }
    }

    private static Set<Hash> missing(Cluster cluster, StoredSnapshot snapshot) {
        Set<String> there = new HashSet<>();
        TopicReader.readAllUndecoded(cluster, Topics.CHUNKS, rec -> {
            if (rec.value() == null) {
                there.remove(rec.key());
            } else {
                there.add(rec.key());
            }
        });
        Set<Hash> missing = new HashSet<>(snapshot.chunkSizes().keySet());
        missing.removeIf(id -> there.contains(id.hex()));
        return missing;
    }
}
