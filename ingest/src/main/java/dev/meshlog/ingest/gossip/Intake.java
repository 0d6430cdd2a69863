package dev.meshlog.ingest.gossip;

import dev.meshlog.ingest.TokenBucket;
import dev.meshlog.ingest.gossip.quic.Peer;
import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Validators;
import dev.meshlog.ledger.VertexRef;
import dev.meshlog.ledger.crypto.SignatureCheck;
import dev.meshlog.ledger.vertex.KnownValidators;
import dev.meshlog.ledger.vertex.RejectReason;
import dev.meshlog.ledger.vertex.Verdict;
import dev.meshlog.ledger.vertex.VertexHeader;
import dev.meshlog.ledger.vertex.VertexVerifier;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.ledger.RejectedInput;
import dev.meshlog.schemas.ledger.SignedVertex;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Vertices of peers on their way into the log. A vertex that is known by its id costs nothing more. The others are verified here, so that we never pass on
 * what a peer would have to hold against us, and once more by the ledger, which trusts nobody.
 */
final class Intake implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Intake.class);
    private static final int KEPT_BYTES = 64 << 10;

    /** Bytes of the log that strangers may fill before it is known who they are. What comes later is asked for. */
    private static final long BYTES_FOR_LATER = 1L << 30;

    /** Each of them may take a place in the memory of forks, for there are as many keys as strangers like. */
    private static final long VERTICES_FOR_LATER = 250_000;

    /** Rejected vertices that are written down, of all peers; the rest is counted. */
    private static final int REPORTS_AT_ONCE = 100;

    private static final Set<RejectReason> OPEN_TO_DOUBT =
            Set.of(RejectReason.UNKNOWN_PRODUCER, RejectReason.NOT_A_VALIDATOR, RejectReason.NO_QUORUM);

    private final Hash networkId;
    private final VertexVerifier verifier;
    private final VertexVerifier ofAnybody;
    private final Spread<Peer> spread;
    private final Outcome outcome;
    private final LongSupplier highestRound;

    /** Of the verifying thread. */
    private final ForkLimit forks;

    private final Producer<String, byte[]> producer;
    private final TokenBucket reports;
    private final Allowance forLater = new Allowance(BYTES_FOR_LATER, VERTICES_FOR_LATER);
    private final AtomicBoolean hasFirst = new AtomicBoolean();
    private volatile boolean keepsForLater;
    private final ExecutorService verifying = new ThreadPoolExecutor(
            1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), work -> new Thread(work, "meshlog-gossip-intake"));

    /** What whoever opened the intake wants to know. */
    interface Outcome {
        /** Where vertices of the peer are counted. */
        PeerTally tally(Peer peer);

        void misbehaved(Peer peer, Misbehaviour what, String detail);

        /** What the first peer sent under this id was no good; these sent something too. */
        void wanted(Hash id, List<Peer> from);
    }

    /**
     * @param highestRound vertices of later rounds are not taken now: the ledger would refuse them
     */
    Intake(
            Producer<String, byte[]> producer,
            GenesisConfig genesis,
            KnownValidators validators,
            SignatureCheck signatures,
            Spread<Peer> spread,
            LongSupplier highestRound,
            ForkLimit forks,
            Outcome outcome) {
        this.networkId = genesis.networkId();
        this.verifier = new VertexVerifier(networkId, genesis.epochLength(), validators, signatures);
        this.ofAnybody = new VertexVerifier(networkId, genesis.epochLength(), new Anybody(), signatures);
        this.spread = spread;
        this.highestRound = highestRound;
        this.forks = forks;
        this.outcome = outcome;
        this.producer = producer;
        this.reports = new TokenBucket(REPORTS_AT_ONCE, REPORTS_AT_ONCE, System.nanoTime());
    }

    /**
     * While it is not known yet who the validators are, for the state that says so is still to come: what is well formed and signed is kept, and the ledger
     * judges the rest when it has the state.
     */
    void keepForLater(boolean isToBeKept) {
        keepsForLater = isToBeKept;
    }

    /**
     * What a peer sent of itself, or what may well be here already.
     *
     * @param done is run once the vertex takes no memory any more
     */
    void take(Peer from, SignedVertex vertex, Runnable done) {
        take(from, vertex, false, done);
    }

    /** What the ledger misses, though it may have been in our log before. */
    void takeOnDemand(Peer from, SignedVertex vertex, Runnable done) {
        take(from, vertex, true, done);
    }

    private void take(Peer from, SignedVertex vertex, boolean isWanted, Runnable done) {
        PeerTally tally = outcome.tally(from);
        tally.received.incrementAndGet();
        VertexHeader header = VertexHeader.decode(vertex.getHeader().bytes());
        Hash id = header.vertexId(networkId);
        if (!(isWanted ? spread.receivedOnDemand(id, from) : spread.received(id, from))) {
            tally.duplicates.incrementAndGet();
            done.run();
        } else if (keepsForLater ? !forLater.takes(size(vertex)) : header.round() > highestRound.getAsLong()) {
            tally.tooEarly.incrementAndGet();
            spread.refused(id, from);
            done.run();
        } else {
            verifying.execute(() -> verify(from, id, vertex, isWanted, done));
        }
    }

    private static long size(SignedVertex vertex) {
        return (long) vertex.getBody().remaining() + VertexHeader.LENGTH;
    }

    private void verify(Peer from, Hash id, SignedVertex vertex, boolean isWanted, Runnable done) {
        Verdict verdict = (keepsForLater ? ofAnybody : verifier).verify(vertex);
        if (verdict instanceof Verdict.Invalid invalid) {
            done.run();
            reject(from, id, vertex, invalid);
            return;
        }
        if (verdict instanceof Verdict.Valid valid
                && !forks.admits(valid.value().ref(), isWanted)) {
            holdOff(from, valid.value().ref());
            done.run();
            return;
        }
        VertexHeader header = VertexHeader.decode(vertex.getHeader().bytes());
        var record = new ProducerRecord<>(
                Topics.VERTICES.name(), header.producer().hex(), Cluster.encode(Topics.VERTICES, vertex));
        var unused = producer.send(record, (metadata, failure) -> {
            if (failure == null) {
                outcome.tally(from).accepted.incrementAndGet();
                if (!hasFirst.getAndSet(true)) {
                    LOG.info(
                            "first vertex: round {} of {}, from {}",
                            header.round(),
                            header.producer().brief(),
                            from.info().name());
                }
            } else {
                LOG.warn(
                        "vertex {} of {} is not in the log: {}",
                        id.brief(),
                        from.info().name(),
                        failure.toString());
                outcome.wanted(id, spread.refused(id, from));
            }
            done.run();
        });
    }

    /** It may come again, asked for. Who relays a fork has it in its log and did nothing wrong; who made it did. */
    private void holdOff(Peer from, VertexRef vertex) {
        List<Peer> unused = spread.refused(vertex.id(), from);
        if (Objects.equals(vertex.producer(), from.info().publicKey()) && !forks.isTooOld(vertex)) {
            outcome.tally(from).rejected.incrementAndGet();
            outcome.misbehaved(from, Misbehaviour.TOO_MANY_FORKS, "vertex " + vertex + " is one of many for its round");
        } else {
            outcome.tally(from).duplicates.incrementAndGet();
        }
    }

    private void reject(Peer from, Hash id, SignedVertex vertex, Verdict.Invalid invalid) {
        outcome.tally(from).rejected.incrementAndGet();
        List<Peer> others = spread.refused(id, from);
        boolean isDoubtful = OPEN_TO_DOUBT.contains(invalid.reason());
        String detail = "vertex %s: %s (%s)".formatted(id.brief(), invalid.reason(), invalid.detail());
        if (reports.take(System.nanoTime())) {
            report(from, vertex, invalid);
        }
        outcome.misbehaved(from, isDoubtful ? Misbehaviour.DOUBTFUL_VERTEX : Misbehaviour.INVALID_VERTEX, detail);
        if (!others.isEmpty()) {
            outcome.wanted(id, others);
        }
    }

    private void report(Peer from, SignedVertex vertex, Verdict.Invalid invalid) {
        byte[] bytes = Cluster.encode(Topics.VERTICES, vertex);
        var record = RejectedInput.newBuilder()
                .setReason(invalid.reason().name())
                .setDetail("from " + from.info().name() + ": " + invalid.detail())
                .setLength(bytes.length)
                .setBytes(ByteBuffer.wrap(bytes, 0, Math.min(bytes.length, KEPT_BYTES)))
                .setOrigin(null)
                .build();
        String key = VertexHeader.decode(vertex.getHeader().bytes()).producer().hex();
        var unused = producer.send(
                new ProducerRecord<>(
                        Topics.LEDGER_REJECTED.name(), key, Cluster.encode(Topics.LEDGER_REJECTED, record)),
                (metadata, failure) -> {
                    if (failure != null) {
                        LOG.warn("a rejected vertex could not be written down: {}", failure.toString());
                    }
                });
    }

    @Override
    public void close() {
        verifying.shutdownNow();
    }

    /** Any key may be a validator's, of any epoch. */
    private static final class Anybody implements KnownValidators {
        @Override
        public Optional<Validators> ofEpoch(long epoch) {
            return Optional.empty();
        }

        @Override
        public boolean isKnown(Hash publicKey) {
            return true;
        }
    }
}
