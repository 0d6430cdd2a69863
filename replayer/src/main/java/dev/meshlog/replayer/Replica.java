package dev.meshlog.replayer;

import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.crypto.Ed25519;
import dev.meshlog.ledger.query.LedgerView;
import dev.meshlog.ledger.rocksdb.RocksStateStore;
import dev.meshlog.ledger.state.State;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.Failpoint;
import dev.meshlog.schemas.LogIdentity;
import dev.meshlog.schemas.Topic;
import dev.meshlog.schemas.TopicReader;
import dev.meshlog.schemas.Topics;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * A recovered state that goes on with the log. State and offset are one write batch, so that it goes on from there whatever ended it. It is live when
 * it stands at the end of the log, is faster than production, and a certificate covers a checkpoint at or past the one that it began with.
 *
 * <p>One thread runs it; any thread may ask it.
 */
public final class Replica implements AutoCloseable {
    private final Cluster cluster;
    private final ReplayedLedger ledger;
    private final RocksStateStore store;
    private final VertexIntake intake;
    private final LogReplay replay;
    private final Consumer<String, byte[]> commits;
    private final Consumer<String, byte[]> certificates;
    private final GenesisConfig genesis;
    private volatile @Nullable ReplicaIndex index;
    private volatile boolean live;

    private Replica(
            Cluster cluster, GenesisConfig genesis, RocksStateStore store, Clock clock, boolean verify, int threads) {
        this.cluster = cluster;
        this.genesis = genesis;
        this.store = store;
        Signatures signatures = verify ? new Signatures(genesis, Ed25519.fastest()) : null;
        ledger = new ReplayedLedger(genesis, store, State.inMemory(store, genesis.bucketBits()), signatures);
        long from = ledger.resumeAt(LogIdentity.of(cluster));
        intake = new VertexIntake(genesis, signatures, threads);
        @Nullable LogReplay opened = null;
        try {
            opened = new LogReplay(cluster, genesis.networkId(), ledger, intake, from, clock);
            commits = fromBeginning(Topics.COMMITS);
            certificates = fromBeginning(Topics.CERTIFICATES);
        } catch (RuntimeException e) {
            intake.close();
            if (opened != null) {
                opened.close();
            }
            throw e;
        }
        replay = opened;
    }

    /**
     * Opens what a recovery left, or this class itself.
     *
     * @throws RecoveryException when the directory has no such state, or it is of another network or log
     */
    public static Replica open(
            Cluster cluster,
            GenesisConfig genesis,
            Path directory,
            Clock clock,
            boolean verifySignatures,
            int threads) {
        RocksStateStore store = StateDirectory.open(directory, genesis);
        try {
            return new Replica(cluster, genesis, store, clock, verifySignatures, threads);
        } catch (RuntimeException e) {
            store.close();
            throw e;
        }
    }

    /**
     * Builds the index for questions where the state has none, and goes on with the log until it is told to stop, or until something differs from
     * what was published: the state is kept then, and so is the evidence.
     *
     * @return what differs
     */
    public List<Difference> run(BooleanSupplier stop, RecoveryListener listener) {
        index = ledger.keepIndex(genesis, cluster, listener);
        while (!stop.getAsBoolean()) {
            replay.round();
            Failpoint.REPLAY_COMMITTED.reached();
            takePublished();
            if (!ledger.comparison().differences().isEmpty()) {
                return ledger.comparison().differences();
            }
            ReplayProgress progress = replay.progress();
            listener.replaying(progress);
            boolean atTheEnd =
                    progress.offset() >= progress.end() && progress.pace().reachesTheEnd();
            if (!live && atTheEnd && ledger.isCertified()) {
                Failpoint.BEFORE_LIVE.reached();
                live = true;
                listener.live(progress.commitIndex());
            }
        }
        store.sync();
        return List.of();
    }

    /** One question, answered from the state as of the last whole round; empty until it is live. Any thread, but not beside {@link #close()}. */
    public <T> Optional<T> ask(Function<LedgerView, T> question) {
        ReplicaIndex opened = index;
        if (!live || opened == null) {
            return Optional.empty();
        }
        try (RocksStateStore.View view = store.view()) {
            return Optional.of(question.apply(opened.view(view)));
        }
    }

    private void takePublished() {
        for (ConsumerRecord<String, byte[]> rec : commits.poll(Duration.ZERO)) {
            if (rec.value() != null) {
                var commit = Topics.COMMITS.values().deserializer().deserialize(rec.topic(), rec.value());
                if (commit.getIndex() >= ledger.startedAtCommit()) {
                    ledger.comparison().published(commit.getIndex(), PublishedCommits.Commit.of(commit));
                }
            }
        }
        for (ConsumerRecord<String, byte[]> rec : certificates.poll(Duration.ZERO)) {
            PublishedCertificates.take(rec, ledger.comparison());
        }
    }

    private Consumer<String, byte[]> fromBeginning(Topic<String, ?> topic) {
        Consumer<String, byte[]> consumer = cluster.undecodedConsumer();
        var partitions = TopicReader.partitions(consumer, topic);
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        return consumer;
    }

    @Override
    public void close() {
        commits.close();
        certificates.close();
        replay.close();
        intake.close();
        store.close();
    }
}
