package dev.meshlog.ingest.gossip.serve;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.state.InvalidSnapshotException;
import dev.meshlog.schemas.MalformedRecordException;
import dev.meshlog.schemas.Topics;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the two topics of snapshots say, in memory: manifests, and for each chunk about 150 bytes. Any thread; one writes. */
final class SnapshotTables {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotTables.class);

    private final Hash networkId;
    private final Map<Hash, Shelved> snapshots = new HashMap<>();
    private final Map<Hash, ChunkPlace> places = new HashMap<>();
    private @Nullable List<Shelved> offers;
    private long manifestsRead;

    SnapshotTables(Hash networkId) {
        this.networkId = networkId;
    }

    /** Nothing is known, as before the first record. */
    synchronized void clear() {
        snapshots.clear();
        places.clear();
        offers = null;
        manifestsRead = 0;
    }

    /** A record of either topic. */
    synchronized void take(ConsumerRecord<String, byte[]> rec) {
        Hash key;
        try {
            key = Hash.ofHex(String.valueOf(rec.key()));
        } catch (IllegalArgumentException e) {
            LOG.warn("{} offset {} is passed over: its key is no hash", rec.topic(), rec.offset());
            return;
        }
        offers = null;
        if (rec.topic().equals(Topics.CHUNKS.name())) {
            if (rec.value() == null) {
                places.remove(key);
            } else {
                places.put(key, new ChunkPlace(new TopicPartition(rec.topic(), rec.partition()), rec.offset()));
            }
            return;
        }
        snapshots.remove(key);
        if (rec.value() != null) {
            try {
                var published = Topics.MANIFESTS.values().deserializer().deserialize(rec.topic(), rec.value());
                snapshots.put(key, Shelved.of(published, networkId, key));
            } catch (InvalidSnapshotException | MalformedRecordException e) {
                LOG.warn("snapshot {} is not used: {}", key, e.getMessage());
            }
        }
    }

    /** The manifests before the offset are taken. */
    synchronized void manifestsRead(long offset) {
        manifestsRead = offset;
        notifyAll();
    }

    /** @throws TimeoutException when they are not taken so soon */
    synchronized void awaitManifests(long offset, Duration most) throws InterruptedException {
        long end = System.nanoTime() + most.toNanos();
        while (manifestsRead < offset) {
            long millis = (end - System.nanoTime()) / 1_000_000;
            if (millis <= 0) {
                throw new TimeoutException(Topics.MANIFESTS.name() + " is not read up to offset " + offset);
            }
            wait(millis);
        }
    }

    /** The certified ones that were verified here, with all their chunks, newest first. */
    synchronized List<Shelved> offers() {
        List<Shelved> known = offers;
        if (known == null) {
            known = snapshots.values().stream()
                    .filter(each -> each.isVerified() && places.keySet().containsAll(each.chunks()))
                    .sorted(Comparator.comparingLong(Shelved::checkpoint)
                            .reversed()
                            .thenComparing(Shelved::hash))
                    .toList();
            offers = known;
        }
        return known;
    }

    synchronized boolean has(Hash manifest) {
        return snapshots.containsKey(manifest);
    }

    synchronized boolean consistsOf(Hash manifest, Hash chunk) {
        Shelved snapshot = snapshots.get(manifest);
        return snapshot != null && snapshot.chunks().contains(chunk);
    }

    /** The newest of the offers that the chunk is a part of. */
    synchronized Optional<Hash> newestWith(Hash chunk) {
        return offers().stream()
                .filter(each -> each.chunks().contains(chunk))
                .map(Shelved::hash)
                .findFirst();
    }

    synchronized Optional<ChunkPlace> place(Hash chunk) {
        return Optional.ofNullable(places.get(chunk));
    }
}
