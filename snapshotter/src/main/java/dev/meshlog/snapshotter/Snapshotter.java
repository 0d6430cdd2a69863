package dev.meshlog.snapshotter;

import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.chain.GenesisState;
import dev.meshlog.ledger.rocksdb.RocksStateStore;
import dev.meshlog.ledger.state.State;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.LogIdentity;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.ledger.CommitChanges;
import dev.meshlog.schemas.ledger.PublishedSnapshot;
import dev.meshlog.snapshotter.Candidates.Certified;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
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

    /** Under this name the store knows whose it is. */
    static final String NETWORK_ID = "networkId";

    private final Cluster cluster;
    private final Network network;
    private final Settings settings;
    private final Clock clock;
    private final Thread intakeThread = new Thread(this::run, "meshlog-snapshotter");
    private volatile boolean closing;
    private volatile @Nullable RuntimeException failure;
    private volatile Consumer<PublishedSnapshot> listener = snapshot -> {};

    /**
     * What the snapshotter must know of the ledger.
     *
     * @param genesisState writes the entries of checkpoint 0
     * @param trust which snapshots may take the place of a store that is lost
     */
    public record Network(Hash id, int bucketBits, Consumer<State> genesisState, SnapshotTrust trust) {
        public static Network of(GenesisConfig genesis) {
            return new Network(
                    genesis.networkId(),
                    genesis.bucketBits(),
                    state -> GenesisState.entries(genesis).forEach(state::put),
                    SnapshotTrust.ofGenesis(genesis));
        }
    }

    /**
     * How it works.
     *
     * @param directory of its own store
     * @param interval between two snapshots
     * @param keep how many of the newest stay published
     * @param keepLogFor the verified log is shortened to what the kept snapshots need, but for vertices younger than this; empty: all of it stays
     */
    public record Settings(Path directory, Duration interval, int keep, Optional<Duration> keepLogFor) {}

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
        try {
            awaitChanges();
            try {
                work();
            } catch (UnfitStoreException e) {
                new StoreRebuild(cluster, network, settings.directory(), clock).run(e);
                work();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error e) {
            fail(e);
        }
    }

    /** A new store begins with the genesis, or with the snapshot that this ledger began with: the first commit that is computed here says which. */
    private void awaitChanges() throws InterruptedException {
        if (Files.exists(settings.directory())) {
            return;
        }
        try (var changes = new ChangesTopic(cluster)) {
            while (!closing && changes.end() == 0) {
                Thread.sleep(SHORT_POLL.toMillis());
            }
        }
    }

    private void fail(Throwable why) {
        if (failure == null) {
            failure = why instanceof RuntimeException known ? known : new IllegalStateException(why.toString(), why);
            LOG.error("the snapshotter stops: {}", why.getMessage(), why);
        }
    }

    /**
     * Until the end, or until the store is found to be unfit; a snapshot that is being written is finished first, since it reads from the store. The
     * store is opened before another snapshotter is fenced: one that is started twice by mistake, in one directory, then does no harm.
     */
    private void work() {
        if (closing) {
            return;
        }
        try (RocksStateStore store = RocksStateStore.open(settings.directory(), network.bucketBits());
                var publisher = new SnapshotPublisher(
                        cluster, network.id(), LogIdentity.of(cluster), settings.keep(), settings.keepLogFor(), clock);
                var publishing = new Publishing(publisher, snapshot -> listener.accept(snapshot))) {
            publisher.open();
            takeIn(prepare(store), publishing);
        } catch (RuntimeException e) {
            throw UnfitStoreException.ofDamage(e)
                    .map(RuntimeException.class::cast)
                    .orElse(e);
        }
    }

    /** A new store begins with the genesis state; one of another network is refused, and one that can't go on from here. */
    private ChangesIntake prepare(RocksStateStore store) {
        try (var changes = new ChangesTopic(cluster)) {
            begin(store, changes);
            ChangesIntake intake = intake(store);
            requireThere(intake.nextOffset(), changes);
            return intake;
        }
    }

    private void begin(RocksStateStore store, ChangesTopic changes) {
        byte[] known = store.bytes(NETWORK_ID);
        if (known == null) {
            long first = changes.offsetOf(1)
                    .orElseThrow(() -> UnfitStoreException.outOfReach(
                            "the store is new, and %s does not begin with the first commit any more"
                                    .formatted(ChangesTopic.PARTITION)));
            var state = new State(store, network.bucketBits());
            network.genesisState().accept(state);
            state.flush();
            store.putBytes(NETWORK_ID, network.id().bytes());
            ChangesIntake.begin(store, 0, first);
            store.commit();
        } else if (!Hash.of(known).equals(network.id())) {
            throw new IllegalStateException("the store in %s belongs to network %s, not to %s"
                    .formatted(settings.directory(), Hash.of(known), network.id()));
        }
    }

    private ChangesIntake intake(RocksStateStore store) {
        try {
            return new ChangesIntake(store, network.bucketBits());
        } catch (IllegalStateException e) {
            throw UnfitStoreException.damaged(e);
        }
    }

    private void takeIn(ChangesIntake intake, Publishing publishing) {
        long nextCut = clock.millis();
        try (var changes = cluster.consumer(Topics.CHANGES);
                var certificates = new Certificates(cluster);
                var requests = new SnapshotRequests(cluster, clock);
                var candidates = new Candidates()) {
            changes.assign(List.of(ChangesTopic.PARTITION));
            changes.seek(ChangesTopic.PARTITION, intake.nextOffset());
            while (!closing) {
                for (ConsumerRecord<String, CommitChanges> rec :
                        changes.poll(candidates.isEmpty() ? POLL : SHORT_POLL)) {
                    intake.apply(rec.value(), rec.offset()).ifPresent(candidates::add);
                }
                intake.commit();
                certificates.read();
                if (requests.cameIn()) {
                    nextCut = clock.millis();
                }
                Optional<Certified> next = publishing.isIdle() && clock.millis() >= nextCut
                        ? candidates.take(certificates)
                        : Optional.empty();
                if (next.isPresent()) {
                    nextCut = clock.millis() + settings.interval().toMillis();
                    publishing.submit(next.get());
                }
            }
        } catch (RuntimeException e) {
            if (UnfitStoreException.ofDamage(e).isEmpty()) {
                // Now, and not when the snapshot that is being written is done.
                fail(e);
            }
            throw e;
        }
    }

    private void requireThere(long nextOffset, ChangesTopic changes) {
        long first = changes.begin();
        if (nextOffset < first) {
            throw UnfitStoreException.outOfReach(
                    "%s begins at offset %d, this snapshotter has read up to %d: it was away longer than the topic is kept"
                            .formatted(ChangesTopic.PARTITION, first, nextOffset));
        }
        long end = changes.end();
        if (nextOffset > end) {
            throw new IllegalStateException(
                    "%s ends at offset %d, this snapshotter has read up to %d: the topic was truncated or made again. If that was meant, delete %s, and the snapshotter begins anew"
                            .formatted(ChangesTopic.PARTITION, end, nextOffset, settings.directory()));
        }
    }
}
