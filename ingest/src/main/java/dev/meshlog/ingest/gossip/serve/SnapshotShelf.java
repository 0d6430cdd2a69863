package dev.meshlog.ingest.gossip.serve;

import dev.meshlog.ingest.Backoff;
import dev.meshlog.ingest.Following;
import dev.meshlog.ingest.gossip.quic.PeerException;
import dev.meshlog.ledger.Hash;
import dev.meshlog.schemas.Bytes32;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.MalformedRecordException;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.ledger.PublishedSnapshot;
import dev.meshlog.schemas.ledger.SnapshotChunk;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.random.RandomGenerator;
import org.apache.kafka.common.TopicPartition;

/**
 * The snapshots that the cluster's topics have, for peers. Of chunks it is only known where they stand. The newest ones that a peer was told of are held by
 * a lease, and so is an older one of which a chunk was asked for, so that it is not removed while the peer downloads it.
 *
 * <p>Any thread may ask.
 */
public final class SnapshotShelf implements AutoCloseable {
    /** The most that a peer is told of. */
    public static final int OFFERED = 64;

    /** Stands for the cluster of a snapshot that peers brought here. Whoever installs it makes it one of this cluster. */
    public static final String OF_PEERS = "of peers";

    /** More of them than anybody tries before asking again, unless it has to be a certain one. */
    private static final int HELD = 3;

    private static final TopicPartition MANIFESTS = new TopicPartition(Topics.MANIFESTS.name(), 0);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);
    private static final Duration NEWS = Duration.ofSeconds(15);

    private final SnapshotTables tables;
    private final SnapshotHolds holds;
    private final OffsetReader reader;
    private final Following following;

    private SnapshotShelf(Cluster cluster, Hash networkId, Clock clock, RandomGenerator random) {
        tables = new SnapshotTables(networkId);
        holds = new SnapshotHolds(cluster, clock);
        reader = new OffsetReader(cluster);
        following = Following.start(
                "meshlog-snapshot-shelf",
                () -> new SnapshotTail(OffsetReader.consumer(cluster, SnapshotTail.IDLE_MS), tables, holds),
                new Backoff(FIRST_PAUSE, LONGEST_PAUSE, random));
    }

    /**
     * Begins to follow the topics.
     *
     * @param clock for the leases: about that of the snapshotter
     * @param random for the pauses between tries to reach the cluster
     */
    public static SnapshotShelf open(Cluster cluster, Hash networkId, Clock clock, RandomGenerator random) {
        return new SnapshotShelf(cluster, networkId, clock, random);
    }

    /** Of the newest certified snapshot of which all chunks are there. */
    public OptionalLong newestCheckpoint() {
        return tables.offers().stream().mapToLong(Shelved::checkpoint).findFirst();
    }

    /**
     * The newest certified snapshots of which all chunks are there, newest first. The first {@value #HELD} stay until nobody asked for them, or a chunk of
     * them, for a minute; another one stays from the first question for a chunk that only it has.
     *
     * @param atMost {@value #OFFERED} are the most there are
     * @throws org.apache.kafka.common.KafkaException when the cluster does not answer
     */
    public List<PublishedSnapshot> newest(int atMost) throws InterruptedException {
        List<Shelved> chosen =
                tables.offers().stream().limit(Math.min(atMost, OFFERED)).toList();
        boolean isNew = false;
        for (Shelved each : chosen.subList(0, Math.min(HELD, chosen.size()))) {
            isNew |= holds.hold(each.hash());
        }
        if (isNew) {
            // Only what is still there once the lease is, is not on its way out.
            tables.awaitManifests(endOfManifests(), NEWS);
        }
        return chosen.stream()
                .filter(each -> tables.has(each.hash()))
                .map(Shelved::published)
                .toList();
    }

    /** @throws org.apache.kafka.common.KafkaException when the cluster does not answer */
    public Optional<SnapshotChunk> chunk(Hash id) throws InterruptedException {
        Optional<ChunkPlace> place = tables.place(id);
        if (place.isEmpty()) {
            return Optional.empty();
        }
        if (!holds.asked(manifest -> tables.consistsOf(manifest, id))) {
            tables.newestWith(id).ifPresent(holds::holdIfThereIsRoom);
        }
        SnapshotChunk[] found = {null};
        try {
            var unused = reader.read(
                    place.get().partition(),
                    new long[] {place.get().offset()},
                    rec -> found[0] = Topics.CHUNKS.values().deserializer().deserialize(rec.topic(), rec.value()));
        } catch (PeerException e) {
            throw new IllegalStateException("no peer was involved", e);
        } catch (MalformedRecordException e) {
            return Optional.empty();
        }
        Bytes32 wanted = id.fixed();
        return Optional.ofNullable(found[0]).filter(chunk -> chunk.getId().equals(wanted));
    }

    private long endOfManifests() throws InterruptedException {
        try {
            return reader.end(MANIFESTS);
        } catch (PeerException e) {
            throw new IllegalStateException("no peer was involved", e);
        }
    }

    @Override
    public void close() {
        following.close();
        holds.close();
        reader.close();
    }
}
