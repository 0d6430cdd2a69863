package dev.meshlog.snapshotter;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.rocksdb.RocksStateStore;
import dev.meshlog.ledger.state.State;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.LogIdentity;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.ledger.CommitChanges;
import dev.meshlog.schemas.ledger.PublishedSnapshot;
import dev.meshlog.snapshotter.Candidates.Certified;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The snapshotter: one thread takes in {@code ledger.changes}, another publishes a snapshot of the newest certified checkpoint at every interval that
 * brought one. The intake never waits for the publisher.
 */
public final class Snapshotter implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Snapshotter.class);
    private static final Duration POLL = Duration.ofSeconds(1);

    /** While a checkpoint waits for its certificate. */
    private static final Duration SHORT_POLL = Duration.ofMillis(200);

    private static final String NETWORK_ID = "networkId";

    private final Cluster cluster;
    private final Network network;
    private final Settings settings;
    private final Clock clock;
    private final ExecutorService publishing =
            Executors.newSingleThreadExecutor(task -> new Thread(task, "meshlog-snapshots"));
    private final Thread intakeThread = new Thread(this::run, "meshlog-snapshotter");
    private volatile boolean closing;
    private volatile @Nullable RuntimeException failure;
    private volatile Consumer<PublishedSnapshot> listener = snapshot -> {};

    /**
     * What the snapshotter must know of the ledger.
     *
     * @param genesisState writes the entries of checkpoint 0
     */
    public record Network(Hash id, int bucketBits, Consumer<State> genesisState) {}

    /**
     * How it works.
     *
     * @param directory of its own store
     * @param interval between two snapshots
     * @param keep how many of the newest stay published
     */
    public record Settings(Path directory, Duration interval, int keep) {}

    public Snapshotter(Cluster cluster, Network network, Settings settings, Clock clock) {
        this.cluster = cluster;
        this.network = network;
        this.settings = settings;
        this.clock = clock;
    }

    /** Is told of every snapshot once the cluster has it. */
    public void onPublished(Consumer<PublishedSnapshot> newListener) {
        listener = newListener;
    }

    public void start() {
        intakeThread.start();
    }

    /** Why it stopped by itself, if it did. */
    public Optional<RuntimeException> failure() {
        return Optional.ofNullable(failure);
    }

    /** Stops within a few seconds; a snapshot that is being written is finished. */
    @Override
    public void close() {
        closing = true;
        try {
            intakeThread.join(Duration.ofSeconds(8).toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try (RocksStateStore store = RocksStateStore.open(settings.directory(), network.bucketBits());
                var publisher =
                        new SnapshotPublisher(cluster, network.id(), LogIdentity.of(cluster), settings.keep(), clock)) {
            try {
                prepare(store);
                publisher.open();
                takeIn(store, publisher);
            } catch (RuntimeException | Error e) {
                fail(e);
            } finally {
                // A snapshot that is being written reads from the store.
                awaitPublishing();
            }
        } catch (RuntimeException | Error e) {
            fail(e);
        }
    }

    private void fail(Throwable why) {
        if (failure == null) {
            failure = why instanceof RuntimeException known ? known : new IllegalStateException(why.toString(), why);
        }
        LOG.error("the snapshotter stops: {}", why.getMessage(), why);
    }

    private void awaitPublishing() {
        publishing.shutdown();
        boolean interrupted = false;
        while (!publishing.isTerminated()) {
            try {
                if (publishing.awaitTermination(1, TimeUnit.MINUTES)) {
                    break;
                }
                LOG.warn("still waiting for a snapshot that is being written");
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** A new store begins with the genesis state; one of another network is refused. */
    private void prepare(RocksStateStore store) {
        byte[] known = store.bytes(NETWORK_ID);
        if (known == null) {
            var state = new State(store, network.bucketBits());
            network.genesisState().accept(state);
            state.flush();
            store.putBytes(NETWORK_ID, network.id().bytes());
            store.commit();
        } else if (!Hash.of(known).equals(network.id())) {
            throw new IllegalStateException("the store in %s belongs to network %s, not to %s"
                    .formatted(settings.directory(), Hash.of(known), network.id()));
        }
    }

    private void takeIn(RocksStateStore store, SnapshotPublisher publisher) {
        var intake = new ChangesIntake(store, network.bucketBits());
        var partition = new TopicPartition(Topics.CHANGES.name(), 0);
        Future<?> publication = null;
        long nextCut = clock.millis();
        try (var consumer = cluster.consumer(Topics.CHANGES);
                var certificates = new Certificates(cluster);
                var candidates = new Candidates()) {
            consumer.assign(List.of(partition));
            seek(consumer, partition, intake.nextOffset());
            while (!closing) {
                for (ConsumerRecord<String, CommitChanges> rec :
                        consumer.poll(candidates.isEmpty() ? POLL : SHORT_POLL)) {
                    intake.apply(rec.value(), rec.offset()).ifPresent(candidates::add);
                }
                intake.commit();
                certificates.read();
                boolean idle = publication == null || publication.isDone();
                if (publication != null && idle) {
                    publication.get();
                    publication = null;
                }
                Optional<Certified> next =
                        idle && clock.millis() >= nextCut ? candidates.take(certificates) : Optional.empty();
                if (next.isPresent()) {
                    nextCut = clock.millis() + settings.interval().toMillis();
                    publication = publishing.submit(() -> publish(publisher, next.get()));
                }
            }
            if (publication != null) {
                publication.get();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            throw new IllegalStateException("publishing a snapshot: " + e.getCause(), e);
        }
    }

    private void publish(SnapshotPublisher publisher, Certified next) {
        try (next) {
            if (next.candidate().checkpointIndex() > publisher.newestCheckpoint()) {
                listener.accept(publisher.publish(next.candidate(), next.certificate()));
            }
        }
    }

    private void seek(
            org.apache.kafka.clients.consumer.Consumer<?, ?> consumer, TopicPartition partition, long nextOffset) {
        long first = consumer.beginningOffsets(List.of(partition)).getOrDefault(partition, 0L);
        if (nextOffset < first) {
            throw new IllegalStateException(
                    "%s begins at offset %d, this snapshotter has read up to %d: it was away longer than the topic is kept"
                            .formatted(partition, first, nextOffset));
        }
        long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
        if (nextOffset > end) {
            throw new IllegalStateException(
                    "%s ends at offset %d, this snapshotter has read up to %d: the topic was truncated or made again"
                            .formatted(partition, end, nextOffset));
        }
        consumer.seek(partition, nextOffset);
    }
}
