package dev.meshlog.streams.ledger;

import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Validators;
import dev.meshlog.ledger.VertexRef;
import dev.meshlog.ledger.crypto.Ed25519;
import dev.meshlog.ledger.crypto.SigningKey;
import dev.meshlog.ledger.vertex.Vertex;
import dev.meshlog.ledger.vertex.VertexFactory;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.LastRecord;
import dev.meshlog.schemas.Topics;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Produces our validator's vertices: signing, the write to the log and the offsets of the transactions inside are one Kafka transaction, and a
 * vertex is visible only after its commit. A second process with the same key takes over the transactional id; the first one is fenced and stops.
 *
 * <p>Before its first vertex it learns its own newest one from the log, so that it never signs a second one for a round. One thread of its own.
 */
public final class VertexProducer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(VertexProducer.class);
    private static final Duration SEARCH = Duration.ofSeconds(30);
    private static final long RETRY_MS = 1_000;

    /** Vertices that are not ordered yet; more of them would only grow the backlog. */
    private static final long MAX_AHEAD = 50;

    private final Cluster cluster;
    private final GenesisConfig genesis;
    private final Hash genesisRoot;
    private final SigningKey key;
    private final Settings settings;
    private final Clock clock;
    /** The newest vertex that we wrote, and those that we tried to write since. */
    private final Set<Hash> made = new HashSet<>();

    private final Thread thread = new Thread(this::run, "meshlog-vertex-producer");
    private volatile boolean closing;
    private volatile @Nullable RuntimeException failure;

    /**
     * When a vertex is made.
     *
     * @param minRoundInterval least time between two of ours
     * @param idleRoundInterval time between two of ours while there is nothing to order
     * @param leaderTimeout how long the vertex of the round's leader is waited for
     */
    public record Settings(Duration minRoundInterval, Duration idleRoundInterval, Duration leaderTimeout) {}

    /** @param genesisRoot state root of checkpoint 0 */
    public VertexProducer(
            Cluster cluster, GenesisConfig genesis, Hash genesisRoot, SigningKey key, Settings settings, Clock clock) {
        this.cluster = cluster;
        this.genesis = genesis;
        this.genesisRoot = genesisRoot;
        this.key = key;
        this.settings = settings;
        this.clock = clock;
    }

    public void start() {
        thread.start();
    }

    /** Why it stopped by itself, if it did. */
    public Optional<RuntimeException> failure() {
        return Optional.ofNullable(failure);
    }

    @Override
    public void close() {
        closing = true;
        try {
            thread.join(Duration.ofSeconds(5).toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        while (!closing && failure == null) {
            try {
                produce();
            } catch (ProducerFencedException | InvalidProducerEpochException e) {
                stopFenced(e);
            } catch (KafkaException e) {
                LOG.warn("producing vertices is interrupted, trying again: {}", e.toString());
                pause();
            } catch (RuntimeException e) {
                failure = e;
                LOG.error("the vertex producer stops: {}", e.getMessage(), e);
            } catch (Error e) {
                failure = new IllegalStateException("the vertex producer stops: " + e, e);
                throw e;
            }
        }
    }

    /**
     * A producer that is fenced in the middle of a transaction does not always hear that this was the reason. Going on would fence the other process in
     * turn, so the log is asked first whose newest vertex stands there.
     */
    private boolean isTakenOver() {
        try (var last = new LastRecord(cluster.properties(), SEARCH)) {
            return last.of(Topics.VERTICES, key.publicKey().hex(), vertex -> true)
                    .map(found -> Vertex.parse(genesis.networkId(), found.value()))
                    .filter(newest -> !made.contains(newest.id()))
                    .filter(newest -> Ed25519.fastest().verify(key.publicKey(), newest.id(), newest.signature()))
                    .isPresent();
        }
    }

    private void stopFenced(@Nullable Exception cause) {
        failure = new IllegalStateException(
                "another process produces vertices with the key "
                        + key.publicKey().brief() + "; this one stops so that no round is signed twice",
                cause);
        LOG.error("{}", failure.getMessage());
    }

    private void produce() {
        if (!made.isEmpty() && isTakenOver()) {
            stopFenced(null);
            return;
        }
        var validators = new Validators(genesis.validators());
        var tracker = new RoundTracker(key.publicKey(), validators);
        var factory = new VertexFactory(genesis.networkId(), genesis.epochLength(), key);
        try (var output = new VertexOutput(cluster, key.publicKey());
                var input = new ProducerInput(cluster, genesis, key.publicKey(), genesisRoot, tracker)) {
            input.open();
            LOG.info(
                    "validator {} produces from round {} on",
                    key.publicKey().brief(),
                    tracker.ownNewest().round() + 1);
            long lastMade = 0;
            long readySince = 0;
            long readyRound = 0;
            while (!closing) {
                long now = clock.millis();
                // A clock that is set back must not make us wait until it is there again.
                lastMade = Math.min(lastMade, now);
                readySince = Math.min(readySince, now);
                Optional<Long> next = tracker.nextRound();
                if (next.isPresent() && next.get() != readyRound) {
                    readyRound = next.get();
                    readySince = now;
                }
                long due = due(input, tracker, validators, next, lastMade, readySince);
                if (due > now) {
                    input.read(Duration.ofMillis(Math.min(due - now, 1_000)));
                    continue;
                }
                PendingTransactions.Batch batch = input.take();
                Vertex vertex = factory.make(
                        readyRound,
                        tracker.parents(readyRound),
                        batch.transactions(),
                        input.checkpointIndex(),
                        input.checkpointRoot(),
                        now);
                made.add(vertex.id());
                output.write(vertex, batch, input.group());
                made.retainAll(Set.of(vertex.id()));
                VertexRef own = vertex.ref();
                tracker.saw(own);
                input.wrote(own.round(), !batch.transactions().isEmpty());
                lastMade = now;
                input.read(Duration.ZERO);
            }
        }
    }

    /** When the next vertex is due, in milliseconds of the clock; in the far future while its round can't be made. */
    private long due(
            ProducerInput input,
            RoundTracker tracker,
            Validators validators,
            Optional<Long> next,
            long lastMade,
            long readySince) {
        if (next.isEmpty() || tracker.ownNewest().round() - input.verifiedRound() > MAX_AHEAD) {
            return Long.MAX_VALUE;
        }
        long round = next.get();
        Duration interval = input.hasWork() ? settings.minRoundInterval() : settings.idleRoundInterval();
        long due = lastMade + interval.toMillis();
        long before = round - 1;
        if (before > 0
                && !tracker.hasLeader(
                        before, validators.leader(genesis.networkId(), before / genesis.epochLength(), before))) {
            due = Math.max(due, readySince + settings.leaderTimeout().toMillis());
        }
        return due;
    }

    private void pause() {
        try {
            Thread.sleep(RETRY_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            closing = true;
        }
    }
}
