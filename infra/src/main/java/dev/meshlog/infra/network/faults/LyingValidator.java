package dev.meshlog.infra.network.faults;

import dev.meshlog.ingest.gossip.PeerAddress;
import dev.meshlog.ingest.gossip.quic.Identity;
import dev.meshlog.ingest.gossip.quic.Peer;
import dev.meshlog.ingest.gossip.quic.PeerLimits;
import dev.meshlog.ingest.gossip.quic.QuicNode;
import dev.meshlog.ingest.gossip.wire.EncodedMessage;
import dev.meshlog.ingest.gossip.wire.MessageType;
import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Validators;
import dev.meshlog.ledger.VertexRef;
import dev.meshlog.ledger.crypto.SignatureCheck;
import dev.meshlog.ledger.crypto.SigningKey;
import dev.meshlog.ledger.vertex.Vertex;
import dev.meshlog.schemas.gossip.KnownPeers;
import dev.meshlog.schemas.gossip.PeerStatus;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A validator with a true key that does what the rules forbid: the one of four that the others have to get along with. It has no log and computes no state;
 * it hears what the others push, and makes vertices out of that. Which of the lies it tells can be changed while it runs.
 */
public final class LyingValidator implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LyingValidator.class);
    private static final Duration TURN = Duration.ofMillis(100);
    private static final Duration DIALS = Duration.ofSeconds(1);
    private static final Duration STATUS = Duration.ofSeconds(2);
    private static final int FORKS_OF_A_FLOOD = 25;
    private static final int FUTURE_AT_ONCE = 5;
    private static final int FURTHEST = 3_000;
    private static final long BOAST = 1_000_000;
    private static final int GARBAGE_BYTES = 300;

    private final Hash own;
    private final List<InetSocketAddress> join;
    private final SplittableRandom random;
    private final SeenRounds seen;
    private final LyingVertices vertices;
    private final LyingAnswers answers;
    private final LieTally tally = new LieTally();
    private final LyingPeers peers;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(LyingValidator::thread);
    private final QuicNode node;
    private volatile Set<Lie> lies = EnumSet.noneOf(Lie.class);
    private final Map<String, Integer> kinds = new HashMap<>();
    private @Nullable Peer flooded;
    private long lastRound;

    private LyingValidator(
            GenesisConfig genesis,
            SigningKey key,
            InetSocketAddress listen,
            List<InetSocketAddress> join,
            long seed,
            SignatureCheck signatures,
            Clock clock)
            throws IOException {
        this.own = key.publicKey();
        this.join = List.copyOf(join);
        this.random = new SplittableRandom(seed);
        this.seen = new SeenRounds(new Validators(genesis.validators()));
        this.vertices = new LyingVertices(genesis, key, random.split());
        this.answers = new LyingAnswers(lie -> lies.contains(lie), this::anybody, tally);
        this.peers = new LyingPeers(genesis.networkId(), own, seen, answers);
        this.node = QuicNode.open(
                new Identity(genesis.networkId(), key, false, PeerAddress.text(listen)),
                new QuicNode.Settings(listen, join.size() * 4 + 4, PeerLimits.DEFAULT),
                peers,
                signatures,
                clock);
    }

    /**
     * Joins the others and behaves until it is told to lie.
     *
     * @param seed of everything that is random
     * @throws IOException when the address can't be had
     */
    public static LyingValidator start(
            GenesisConfig genesis,
            SigningKey key,
            InetSocketAddress listen,
            List<InetSocketAddress> join,
            long seed,
            SignatureCheck signatures,
            Clock clock)
            throws IOException {
        var liar = new LyingValidator(genesis, key, listen, join, seed, signatures, clock);
        liar.every(DIALS, () -> liar.peers.dial(liar.node, liar.join));
        liar.every(STATUS, liar::tellStatus);
        liar.every(TURN, liar::turn);
        return liar;
    }

    private static Thread thread(Runnable work) {
        var thread = new Thread(work, "meshlog-liar");
        thread.setDaemon(true);
        return thread;
    }

    private void every(Duration pause, Runnable work) {
        var unused = timer.scheduleWithFixedDelay(
                () -> {
                    try {
                        work.run();
                    } catch (RuntimeException e) {
                        LOG.warn("the liar goes on after", e);
                    }
                },
                0,
                pause.toMillis(),
                TimeUnit.MILLISECONDS);
    }

    /** From now on these and no others. */
    void tell(Set<Lie> chosen) {
        lies = Set.copyOf(chosen);
    }

    private Optional<Peer> anybody() {
        return peers.any();
    }

    LieTally tally() {
        return tally;
    }

    int connections() {
        return peers.count();
    }

    Hash publicKey() {
        return own;
    }

    @Override
    public void close() {
        timer.shutdownNow();
        answers.close();
        node.close();
    }

    private void tellStatus() {
        PeerStatus status = peers.heard().orElse(null);
        if (status == null) {
            return;
        }
        if (lies.contains(Lie.BOASTS)) {
            tally.count(Lie.BOASTS);
            status = new PeerStatus(
                    status.getCommitIndex() + BOAST,
                    status.getCommitHash(),
                    status.getLeaderRound() + BOAST,
                    status.getNewestRound() + BOAST,
                    status.getOldestRound(),
                    status.getSnapshot(),
                    status.getSoftware());
        }
        peers.push(EncodedMessage.of(status));
    }

    private void turn() {
        if (peers.count() == 0) {
            return;
        }
        long round = seen.quorumRound() + 1;
        List<VertexRef> parents = seen.parents(round, own);
        if (round > lastRound) {
            lastRound = round;
            produce(round, parents);
            if (lies.contains(Lie.HIDDEN_PARENTS)) {
                push(Lie.HIDDEN_PARENTS, vertices.withoutParents(round));
            }
        }
        if (lies.contains(Lie.FUTURE_ROUNDS)) {
            for (int i = 0; i < FUTURE_AT_ONCE; i++) {
                push(Lie.FUTURE_ROUNDS, vertices.withoutParents(round + random.nextInt(10, FURTHEST)));
            }
        }
        for (Peer peer : peers.inOrder()) {
            if (lies.contains(Lie.FLOODS) && (flooded == null || flooded.equals(peer))) {
                flooded = peer;
                flood(peer, round, parents);
            }
            if (lies.contains(Lie.GARBAGE)) {
                garbage(peer, kindFor(peer), round, parents);
            }
        }
    }

    private void produce(long round, List<VertexRef> parents) {
        Vertex one = vertices.next(round, parents);
        answers.keep(one);
        seen.add(one);
        if (!lies.contains(Lie.FORKS)) {
            peers.push(EncodedMessage.of(one.record()));
            return;
        }
        Vertex other = vertices.next(round, parents);
        if (!lies.contains(Lie.HIDDEN_PARENTS)) {
            answers.keep(other);
        }
        tally.count(Lie.FORKS);
        EncodedMessage first = EncodedMessage.of(one.record());
        EncodedMessage second = EncodedMessage.of(other.record());
        boolean turn = random.nextBoolean();
        for (Peer peer : peers.inOrder()) {
            boolean unused = peer.push(turn ? first : second);
            turn = !turn;
        }
    }

    private void push(Lie why, Vertex vertex) {
        tally.count(why);
        peers.push(EncodedMessage.of(vertex.record()));
    }

    private void flood(Peer peer, long round, List<VertexRef> parents) {
        for (int i = 0; i < FORKS_OF_A_FLOOD; i++) {
            tally.count(Lie.FLOODS);
            boolean unused =
                    peer.push(EncodedMessage.of(vertices.next(round, parents).record()));
        }
    }

    private int kindFor(Peer peer) {
        int next = kinds.size();
        return kinds.computeIfAbsent(peer.info().name(), any -> next);
    }

    /** Each kind ends the connection sooner or later, so that one peer gets one kind. */
    private void garbage(Peer peer, int kind, long round, List<VertexRef> parents) {
        tally.count(Lie.GARBAGE);
        switch (kind % 3) {
            case 0 -> {
                boolean unused = peer.push(EncodedMessage.of(vertices.invalid(round, parents)));
            }
            case 1 -> {
                byte[] bytes = new byte[GARBAGE_BYTES];
                random.nextBytes(bytes);
                boolean unused = peer.push(EncodedMessage.ofBytes(bytes));
            }
            default ->
                peer.ask(new KnownPeers(List.of()), EnumSet.of(MessageType.STATUS))
                        .close();
        }
    }
}
