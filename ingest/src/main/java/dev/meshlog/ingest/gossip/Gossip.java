package dev.meshlog.ingest.gossip;

import dev.meshlog.ingest.Following;
import dev.meshlog.ingest.gossip.quic.Answer;
import dev.meshlog.ingest.gossip.quic.Identity;
import dev.meshlog.ingest.gossip.quic.Peer;
import dev.meshlog.ingest.gossip.quic.PeerEvents;
import dev.meshlog.ingest.gossip.quic.PeerInfo;
import dev.meshlog.ingest.gossip.quic.PeerLimits;
import dev.meshlog.ingest.gossip.quic.PeerRefusal;
import dev.meshlog.ingest.gossip.quic.QuicNode;
import dev.meshlog.ingest.gossip.serve.Answers;
import dev.meshlog.ingest.gossip.serve.NewestVertices;
import dev.meshlog.ingest.gossip.serve.SnapshotShelf;
import dev.meshlog.ingest.gossip.serve.Submissions;
import dev.meshlog.ingest.gossip.serve.VertexIndex;
import dev.meshlog.ingest.gossip.wire.EncodedMessage;
import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Validators;
import dev.meshlog.ledger.crypto.SignatureCheck;
import dev.meshlog.ledger.trust.Trust;
import dev.meshlog.ledger.vertex.Transaction;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.gossip.KnownPeer;
import dev.meshlog.schemas.gossip.KnownPeers;
import dev.meshlog.schemas.gossip.NewestVertexQuery;
import dev.meshlog.schemas.gossip.PeerStatus;
import dev.meshlog.schemas.gossip.RefusalReason;
import dev.meshlog.schemas.ledger.SignedVertex;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.clients.producer.Producer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node among its peers: pushes what is committed to the log, takes what they push, asks for what is missing, answers what they ask. Nothing that is
 * computed depends on it: it moves vertices, and the ledger orders them.
 */
public final class Gossip implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Gossip.class);
    private static final Duration TICK = Duration.ofMillis(100);
    private static final Duration STATUS = Duration.ofSeconds(2);
    private static final Duration WRITTEN_DOWN = Duration.ofSeconds(10);
    private static final Duration LOOK = Duration.ofMillis(500);
    private static final Duration LAST_RECORDS = Duration.ofSeconds(2);
    private static final int REMEMBERED = 50_000;

    /** Chunks that one peer is asked for at a time, with our key: fewer than it answers at once, for it may be asked for something else. */
    private static final int ANSWERS_AT_ONCE = 2;

    /** The ledger refuses what lies 500 rounds above the newest that it accepted. */
    private static final long ROUNDS_AHEAD = 450;

    private final Identity identity;
    private final Settings settings;
    private final VertexIndex index;
    private final SnapshotShelf snapshots;
    private final Submissions submissions;
    private final Answers answers;
    private final PeerTable peers;
    private final Spread<Peer> spread = new Spread<>(REMEMBERED);
    private final Intake intake;
    private final Fetcher fetcher;
    private final CatchUp catchUp;
    private final Submitter submitter;
    private final Cluster cluster;
    private final RandomGenerator random;
    private @Nullable Following tail;
    private final QuicNode node;
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(new DefaultThreadFactory("meshlog-gossip-timer", true));
    private final ScheduledExecutorService looking =
            Executors.newSingleThreadScheduledExecutor(new DefaultThreadFactory("meshlog-gossip-catch-up", true));
    private final ExecutorService asking = Fetcher.threads();
    private final ExecutorService writing = PeerLog.thread();
    private final Dialer dialer;
    private final GossipMetrics metrics;
    private final Producer<String, byte[]> producer;
    private final Meetings meetings;
    private final NewestVertices newestVertices;
    private final SignatureCheck signatures;
    private final Clock clock;
    private final OwnLog ownLog;
    private final NetworkView network;
    private final NodeFigures figures;

    /** Our newest commit; of zeros before the first. */
    public record Progress(long commitIndex, Hash commitHash, long leaderRound, long epoch) {}

    /**
     * What connected peers say of the network.
     *
     * @param leaderRound of the newest commit that any of them has
     * @param oldestRound from which on one of them has all vertices
     * @param hasSnapshot whether one of them has a certified snapshot
     */
    public record Standing(long leaderRound, long oldestRound, boolean hasSnapshot) {}

    /** A connected peer, with what it last said of itself. */
    public record PeerState(PeerInfo info, Optional<PeerStatus> status) {}

    /**
     * Where and whom.
     *
     * @param join addresses of peers, host:port
     * @param directory for what is derived from the log
     * @param software for other people
     * @param isFresh whether the ledger has no state yet: until {@link #joined} vertices are kept as they come, and none is passed on
     */
    public record Settings(
            InetSocketAddress listen, List<String> join, Path directory, String software, boolean isFresh) {
        private static final PeerTable.Limits LIMITS = new PeerTable.Limits(128, 32, 60);
        private static final int CONNECTIONS = 192;
    }

    private Gossip(
            Cluster cluster,
            GenesisConfig genesis,
            Identity identity,
            Settings settings,
            SignatureCheck signatures,
            RandomGenerator random,
            Clock clock)
            throws IOException {
        this.cluster = cluster;
        this.random = random;
        this.identity = identity;
        this.settings = settings;
        Hash own = identity.key() == null ? null : identity.key().publicKey();
        this.peers = new PeerTable(own, Settings.LIMITS, this::isValidator, System::nanoTime);
        var outcome = new Consequences();
        this.clock = clock;
        this.producer = cluster.producer();
        var log = new PeerLog(producer, clock, writing);
        var vertices = new PeerTally();
        this.meetings = new Meetings(log, vertices, clock);
        this.ownLog = new OwnLog(genesis, own, signatures, spread, peers, meetings::tally);
        this.network = new NetworkView(ownLog, meetings);
        this.figures = new NodeFigures(peers, ownLog, network);
        this.metrics = new GossipMetrics(figures, vertices);
        this.signatures = signatures;
        this.intake = new Intake(
                producer,
                genesis,
                ownLog,
                signatures,
                spread,
                () -> ownLog.progress().leaderRound() + ROUNDS_AHEAD,
                new ForkLimit(() -> ownLog.progress().leaderRound(), genesis.gcDepth()),
                outcome);
        this.fetcher =
                new Fetcher(peers, intake, outcome, asking, genesis.networkId(), this::isValidator, System::nanoTime);
        this.index = VertexIndex.open(
                cluster, genesis.networkId(), settings.directory().resolve("vertex-index"), random);
        this.newestVertices = new NewestVertices(index);
        this.catchUp = new CatchUp(
                intake,
                outcome,
                () -> ownLog.progress().leaderRound(),
                () -> index.isReady() ? index.newestRound() : 0,
                this::isValidator,
                System::nanoTime);
        this.submitter = new Submitter(peers, outcome, System::nanoTime);
        this.snapshots = SnapshotShelf.open(cluster, genesis.networkId(), clock, random);
        this.submissions = Submissions.into(cluster, genesis.networkId(), signatures);
        this.answers = new Answers(index, snapshots, submissions, this::status);
        this.dialer = new Dialer(own, this::connect, peers, log, asking, System::nanoTime, random);
        ownLog.tell(fetcher, dialer);
        if (settings.isFresh()) {
            intake.keepForLater(true);
            ownLog.keepToItself(true);
            catchUp.waitForBegin();
        }
        try {
            this.node = QuicNode.open(
                    identity,
                    new QuicNode.Settings(settings.listen(), Settings.CONNECTIONS, PeerLimits.DEFAULT),
                    new Events(),
                    signatures,
                    clock);
        } catch (IOException e) {
            metrics.close();
            closeStores();
            throw e;
        }
        metrics.follow(node.traffic());
    }

    /** @throws IOException when the address can't be had */
    public static Gossip open(
            Cluster cluster,
            GenesisConfig genesis,
            Identity identity,
            Settings settings,
            SignatureCheck signatures,
            Clock clock)
            throws IOException {
        var gossip = new Gossip(cluster, genesis, identity, settings, signatures, new Random(), clock);
        gossip.start();
        return gossip;
    }

    private void start() {
        settings.join().forEach(dialer::learn);
        dialer.learn(ownLog.validators());
        tail = LedgerTail.follow(cluster, ownLog, random);
        every(timer, TICK, dialer::dial);
        every(timer, TICK, fetcher::ask);
        every(timer, STATUS, this::tell);
        every(timer, WRITTEN_DOWN, meetings::writeDown);
        every(looking, LOOK, () -> {
            try {
                catchUp.step(network.credible());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        LOG.info("listening for peers at {}", node.address());
    }

    private static void every(ScheduledExecutorService timer, Duration pause, Runnable work) {
        var unused = timer.scheduleWithFixedDelay(
                () -> {
                    try {
                        work.run();
                    } catch (RuntimeException e) {
                        LOG.error("gossip goes on after", e);
                    }
                },
                0,
                pause.toMillis(),
                TimeUnit.MILLISECONDS);
    }

    /** Where peers reach us. */
    public InetSocketAddress address() {
        return node.address();
    }

    public Progress progress() {
        return ownLog.progress();
    }

    public List<PeerState> peers() {
        return peers.connected().stream()
                .map(peer -> new PeerState(peer.info(), meetings.status(peer)))
                .toList();
    }

    @Override
    public void close() {
        timer.shutdownNow();
        looking.shutdownNow();
        asking.shutdownNow();
        if (tail != null) {
            tail.close();
        }
        node.close();
        metrics.close();
        closeStores();
    }

    private void closeStores() {
        intake.close();
        finishWriting();
        producer.close(Duration.ofSeconds(2));
        submissions.close();
        snapshots.close();
        index.close();
    }

    /** That the connections ended is still on its way. */
    private void finishWriting() {
        writing.shutdown();
        try {
            boolean unused = writing.awaitTermination(LAST_RECORDS.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean isValidator(Hash publicKey) {
        return ownLog.isKnown(publicKey);
    }

    private CompletableFuture<Peer> connect(InetSocketAddress address) {
        return node.dial(address);
    }

    /** What we say of ourselves. */
    public PeerStatus status() {
        Progress now = ownLog.progress();
        OptionalLong checkpoint = snapshots.newestCheckpoint();
        return PeerStatus.newBuilder()
                .setCommitIndex(now.commitIndex())
                .setCommitHash(now.commitHash().fixed())
                .setLeaderRound(now.leaderRound())
                .setNewestRound(index.isReady() ? index.newestRound() : 0)
                .setOldestRound(index.isReady() ? index.oldestRound() : Long.MAX_VALUE)
                .setSnapshot(checkpoint.isPresent() ? checkpoint.getAsLong() : null)
                .setSoftware(settings.software())
                .build();
    }

    /** Keeps connections alive, too. */
    private void tell() {
        EncodedMessage status = EncodedMessage.of(status());
        EncodedMessage known = EncodedMessage.of(known());
        for (Peer peer : peers.connected()) {
            boolean unused = peer.push(status) && peer.push(known);
        }
    }

    private KnownPeers known() {
        List<KnownPeer> told = new ArrayList<>();
        for (Peer peer : peers.connected()) {
            Hash key = peer.info().publicKey();
            String address = peer.info().address();
            if (address != null && told.size() < Dialer.TOLD_AT_ONCE) {
                told.add(new KnownPeer(address, key == null ? null : key.fixed()));
            }
        }
        return new KnownPeers(told);
    }

    /**
     * Waits until this validator may produce: a quorum said which of its vertices is the newest, that one is in the log, and there is no deep gap. A
     * vertex that it signed before its log was lost is then never signed a second time in another form.
     *
     * @param isNew whether the log may lack what it signed; then it waits for at least one other node
     * @return up to which round it must not sign any more, whatever its log says
     */
    public long awaitJoined(boolean isNew) throws InterruptedException {
        Hash own = Objects.requireNonNull(identity.key()).publicKey();
        while (!ownLog.isUpToDate()) {
            Thread.sleep(LOOK.toMillis());
        }
        var ownVertices = new OwnVertices(own, ownLog.genesis(), signatures, new Consequences());
        return new Joining(own, ownVertices, peers, spread, intake, isNew).await(ownLog::validators, this::gap);
    }

    private boolean isFounder() {
        return identity.key() != null
                && new Validators(ownLog.genesis().validators())
                        .contains(identity.key().publicKey());
    }

    /** Whether our key is in the validator set of the newest committed epoch. */
    public boolean isValidator() {
        return identity.key() != null
                && network.currentValidators().contains(identity.key().publicKey());
    }

    /** Whether we know of no peer that is much further. */
    public boolean isCaughtUp() {
        return network.isCaughtUp();
    }

    /**
     * Gives a transaction to a validator among the peers, each time to another one first. One thread at a time.
     *
     * @return who has it in its log; empty: nobody took it
     */
    public Optional<PeerInfo> submit(Transaction transaction) throws InterruptedException {
        return submitter.submit(transaction, network.currentValidators());
    }

    /** Rounds that the furthest peer has decided, and we have not. */
    public long gap() {
        return network.gap();
    }

    /** Empty while no peer has said anything. */
    public Optional<Standing> standing() {
        return network.standing();
    }

    /** Addresses where nobody answered, or where nobody wanted us, with the last reason. */
    public List<SourceFailure> unreachable() {
        return dialer.failures();
    }

    /** Who knows how far this node is with joining. */
    public void watch(JoinWatch watched) {
        figures.watch(watched);
    }

    /** Where snapshots of peers are had. */
    public SnapshotFetch snapshots(Trust trust) {
        return new SnapshotFetch(
                cluster,
                ownLog.genesis(),
                trust,
                producer,
                meetings::statuses,
                new Consequences(),
                identity.key() == null ? 1 : ANSWERS_AT_ONCE,
                clock);
    }

    /**
     * The ledger has a state: what comes from now on is judged by it, and passed on.
     *
     * @param lacking the first round of which the state lacks vertices
     */
    public void joined(long lacking) {
        intake.keepForLater(false);
        ownLog.keepToItself(false);
        long newest = index.isReady() ? index.newestRound() : 0;
        catchUp.beginAt(lacking, newest - lacking > ROUNDS_AHEAD);
    }

    private final class Consequences implements Intake.Outcome {
        @Override
        public void misbehaved(Peer peer, Misbehaviour what, String detail) {
            LOG.warn("{}: {} ({})", peer.info().name(), what, detail);
            metrics.did(what);
            if (peers.did(peer.info(), what)) {
                peer.close(new PeerRefusal(RefusalReason.MISBEHAVED, detail));
            }
        }

        @Override
        public PeerTally tally(Peer peer) {
            return meetings.tally(peer);
        }

        @Override
        public void wanted(Hash id, List<Peer> from) {
            fetcher.want(id, from);
        }
    }

    private final class Events implements PeerEvents {
        @Override
        public Optional<PeerRefusal> admit(PeerInfo peer) {
            return peers.admit(peer);
        }

        @Override
        public void connected(Peer peer) {
            LOG.info("connected to {}{}", peer.info().name(), peer.info().listener() ? ", a listener" : "");
            meetings.began(peer);
            peers.add(peer)
                    .ifPresent(old ->
                            old.close(new PeerRefusal(RefusalReason.DUPLICATE, "another connection takes its place")));
            peers.surplus()
                    .ifPresent(stranger -> stranger.close(
                            new PeerRefusal(RefusalReason.TOO_MANY_PEERS, "a validator takes its place")));
            boolean unused = peer.push(EncodedMessage.of(status())) && peer.push(EncodedMessage.of(known()));
        }

        @Override
        public void pushed(Peer peer, SpecificRecordBase message, Runnable taken) {
            if (message instanceof SignedVertex vertex) {
                intake.take(peer, vertex, taken);
                return;
            }
            if (message instanceof PeerStatus status) {
                meetings.said(peer, status);
            } else if (message instanceof KnownPeers known) {
                dialer.learn(peer, known);
            }
            taken.run();
        }

        @Override
        public boolean isPreferred(PeerInfo peer) {
            Hash key = peer.publicKey();
            return key != null && isValidator(key);
        }

        @Override
        public void asked(Peer peer, SpecificRecordBase question, Answer answer) throws Exception {
            metrics.asked(question.getSchema().getName());
            if (question instanceof NewestVertexQuery newest) {
                if (figures.isJoining() && (figures.allJoinBytes() > 0 || !isFounder())) {
                    // Its newest vertex may still be on the way to us, and "none" would count. Who founds a network has
                    // nothing to wait for.
                    answer.refuse(new PeerRefusal(RefusalReason.NOT_READY, "this node is joining"));
                    return;
                }
                newestVertices.answer(newest, peer.info(), ownLog, answer);
            } else {
                answers.answer(question, answer);
            }
        }

        @Override
        public void disconnected(Peer peer, PeerRefusal why) {
            LOG.info("no longer connected to {}: {}", peer.info().name(), why);
            boolean isLast = peers.remove(peer);
            meetings.ended(peer, why, isLast);
            spread.gone(peer);
            dialer.gone(peer);
            if (why.reason() == RefusalReason.MALFORMED && !why.detail().startsWith("the peer says")) {
                metrics.did(Misbehaviour.MALFORMED);
                var unusedBan = peers.did(peer.info(), Misbehaviour.MALFORMED);
            }
        }
    }
}
