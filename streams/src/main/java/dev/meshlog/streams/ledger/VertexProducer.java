package dev.meshlog.streams.ledger;

import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.chain.ProducerView;
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
import java.util.Map;
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

    /** Where the log of vertices ended, by partition, before we made any, and when earlier producers with the key were fenced. */
    private Map<Integer, Long> openedAt = Map.of();

    private final Thread thread = new Thread(this::run, "meshlog-vertex-producer");
    private Runnable onceSigned = () -> {};

    /** Set before the thread starts. */
    private long signedAtLeast;

    private volatile boolean closing;
    private volatile @Nullable RuntimeException failure;

    /**
     * When a vertex is made.
     *
     * @param minRoundInterval least time between two of ours
     * @param idleRoundInterval time between two of ours while there is nothing to order, and nobody waits for an epoch to become a validator or cease to be one
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

    /** To be run when there is a vertex with our signature in the log; before the start. */
    public void onceSigned(Runnable then) {
        onceSigned = then;
    }

    public void start() {
        start(0);
    }

    /** @param signed the newest round that others know a vertex of ours for, whether it is in the log or not; up to it nothing is signed */
    public void start(long signed) {
        signedAtLeast = signed;
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
     * turn, so the log is asked first whose newest vertex stands there. Vertices from before we began are of earlier runs.
     */
    private boolean isTakenOver() {
        try (var last = new LastRecord(cluster.properties(), SEARCH)) {
            return last.since(
                            partition -> openedAt.getOrDefault(partition, 0L),
                            Topics.VERTICES,
                            key.publicKey().hex(),
                            vertex -> true)
                    .map(found -> Vertex.parse(genesis.networkId(), found.value()))
                    .filter(newest -> !made.contains(newest.id()))
                    .filter(newest -> Ed25519.fastest().verify(key.publicKey(), newest.id(), newest.signature()))
                    .isPresent();
        }
    }

    private Map<Integer, Long> ends() {
        try (var last = new LastRecord(cluster.properties(), SEARCH)) {
            return last.ends(Topics.VERTICES);
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
        var factory = new VertexFactory(genesis.networkId(), genesis.epochLength(), key);
        try (var output = new VertexOutput(cluster, key.publicKey());
                var input = new ProducerInput(cluster, genesis, key.publicKey(), genesisRoot)) {
            if (made.isEmpty()) {
                openedAt = ends();
            }
            input.open();
            input.signed(signedAtLeast);
            LOG.info("validator {} has signed up to round {}", key.publicKey().brief(), input.signedRound());
            if (input.signedRound() > 0) {
                onceSigned.run();
            }
            long lastMade = 0;
            long readySince = 0;
            long readyRound = 0;
            while (!closing) {
                long now = clock.millis();
                // A clock that is set back must not make us wait until it is there again.
                lastMade = Math.min(lastMade, now);
                readySince = Math.min(readySince, now);
                ProducerView view = input.view();
                long round = view.quorumRound() + 1;
                if (round != readyRound) {
                    readyRound = round;
                    readySince = now;
                }
                long due = due(input, view, round, lastMade, readySince);
                if (due > now) {
                    input.read(Duration.ofMillis(Math.min(due - now, 1_000)));
                    continue;
                }
                TransactionQueue.Batch batch = input.queue().take();
                Vertex vertex = factory.make(
                        round,
                        view.parents(round),
                        batch.transactions(),
                        input.checkpointIndex(),
                        input.checkpointRoot(),
                        now);
                made.add(vertex.id());
                boolean isFirst = input.signedRound() == 0;
                output.write(vertex, batch.rejections(), input.queue().writing(vertex.ref(), batch), input.group());
                made.retainAll(Set.of(vertex.id()));
                input.wrote(vertex);
                if (isFirst) {
                    onceSigned.run();
                }
                lastMade = now;
                input.read(Duration.ZERO);
            }
        }
    }

    /** When the next vertex is due, in milliseconds of the clock; in the far future while its round can't be made. */
    private long due(ProducerInput input, ProducerView view, long round, long lastMade, long readySince) {
        if (round <= input.signedRound()
                || !view.mayProduce(round)
                || !view.hasQuorum(round - 1)
                || input.signedRound() - input.verifiedRound() > MAX_AHEAD) {
            return Long.MAX_VALUE;
        }
        boolean hasWork = !input.queue().isEmpty()
                || input.queue().isInFlight()
                || view.newestRound() > input.signedRound()
                || input.isSetChanging(round);
        Duration interval = hasWork ? settings.minRoundInterval() : settings.idleRoundInterval();
        long due = lastMade + interval.toMillis();
        return view.hasLeader(round - 1)
                ? due
                : Math.max(due, readySince + settings.leaderTimeout().toMillis());
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
