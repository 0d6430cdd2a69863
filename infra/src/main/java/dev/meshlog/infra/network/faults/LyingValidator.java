package dev.meshlog.infra.network.faults;

import dev.meshlog.ingest.gossip.PeerAddress;
import dev.meshlog.ingest.gossip.quic.Answer;
import dev.meshlog.ingest.gossip.quic.Identity;
import dev.meshlog.ingest.gossip.quic.Peer;
import dev.meshlog.ingest.gossip.quic.PeerEvents;
import dev.meshlog.ingest.gossip.quic.PeerInfo;
import dev.meshlog.ingest.gossip.quic.PeerLimits;
import dev.meshlog.ingest.gossip.quic.PeerRefusal;
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
import dev.meshlog.schemas.MalformedRecordException;
import dev.meshlog.schemas.gossip.KnownPeers;
import dev.meshlog.schemas.gossip.PeerStatus;
import dev.meshlog.schemas.ledger.SignedVertex;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.avro.specific.SpecificRecordBase;
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

    private final GenesisConfig genesis;
    private final Hash own;
    private final List<InetSocketAddress> join;
    private final SplittableRandom random;
    private final SeenRounds seen;
    private final LyingVertices vertices;
    private final LyingAnswers answers;
    private final LieTally tally = new LieTally();
    private final Set<Peer> peers = ConcurrentHashMap.newKeySet();
    private final Map<InetSocketAddress, Peer> dialed = new ConcurrentHashMap<>();
    private final Set<InetSocketAddress> dialing = ConcurrentHashMap.newKeySet();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(LyingValidator::thread);
    private final QuicNode node;
    private volatile Set<Lie> lies = EnumSet.noneOf(Lie.class);
    private volatile @Nullable PeerStatus heard;
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
        this.genesis = genesis;
        this.own = key.publicKey();
        this.join = List.copyOf(join);
        this.random = new SplittableRandom(seed);
        this.seen = new SeenRounds(new Validators(genesis.validators()));
        this.vertices = new LyingVertices(genesis, key, random.split());
        this.answers = new LyingAnswers(lie -> lies.contains(lie), this::furthest, tally);
        this.node = QuicNode.open(
                new Identity(genesis.networkId(), key, false, PeerAddress.text(listen)),
                new QuicNode.Settings(listen, join.size() * 4 + 4, PeerLimits.DEFAULT),
                new Events(),
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
        liar.every(DIALS, liar::dial);
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

    LieTally tally() {
        return tally;
    }

    int connections() {
        return peers.size();
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

    private void dial() {
        for (InetSocketAddress address : join) {
            Peer known = dialed.get(address);
            if ((known == null || !peers.contains(known)) && dialing.add(address)) {
                var unused = node.dial(address).whenComplete((peer, failure) -> {
                    if (peer != null) {
                        dialed.put(address, peer);
                    }
                    dialing.remove(address);
                });
            }
        }
    }

    private void tellStatus() {
        PeerStatus status = heard;
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
        toAll(EncodedMessage.of(status));
    }

    private void turn() {
        if (peers.isEmpty()) {
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
        int number = 0;
        for (Peer peer : inOrder()) {
            if (lies.contains(Lie.FLOODS) && (flooded == null || flooded.equals(peer))) {
                flooded = peer;
                flood(peer, round, parents);
            }
            if (lies.contains(Lie.GARBAGE)) {
                garbage(peer, number, round, parents);
            }
            number++;
        }
    }

    private void produce(long round, List<VertexRef> parents) {
        Vertex one = vertices.next(round, parents);
        answers.keep(one);
        seen.add(one);
        if (!lies.contains(Lie.FORKS)) {
            toAll(EncodedMessage.of(one.record()));
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
        for (Peer peer : peers) {
            boolean unused = peer.push(turn ? first : second);
            turn = !turn;
        }
    }

    private void push(Lie why, Vertex vertex) {
        tally.count(why);
        toAll(EncodedMessage.of(vertex.record()));
    }

    private void toAll(EncodedMessage message) {
        for (Peer peer : peers) {
            boolean unused = peer.push(message);
        }
    }

    private void flood(Peer peer, long round, List<VertexRef> parents) {
        for (int i = 0; i < FORKS_OF_A_FLOOD; i++) {
            tally.count(Lie.FLOODS);
            boolean unused =
                    peer.push(EncodedMessage.of(vertices.next(round, parents).record()));
        }
    }

    /** Each kind ends the connection sooner or later, so that one peer gets one kind. */
    private void garbage(Peer peer, int number, long round, List<VertexRef> parents) {
        tally.count(Lie.GARBAGE);
        switch (number % 3) {
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

    /** The same one first each time, as long as it is there. */
    private List<Peer> inOrder() {
        return peers.stream()
                .sorted(Comparator.comparing(peer -> peer.info().name()))
                .toList();
    }

    private Optional<Peer> furthest() {
        return peers.stream().filter(peer -> !peer.info().listener()).findAny();
    }

    private final class Events implements PeerEvents {
        @Override
        public Optional<PeerRefusal> admit(PeerInfo peer) {
            return Optional.empty();
        }

        @Override
        public void connected(Peer peer) {
            peers.add(peer);
        }

        @Override
        public void pushed(Peer peer, SpecificRecordBase message, Runnable taken) {
            if (message instanceof SignedVertex record) {
                try {
                    Vertex vertex = Vertex.parse(genesis.networkId(), record);
                    if (!vertex.producer().equals(own)) {
                        seen.add(vertex);
                    }
                } catch (MalformedRecordException e) {
                    LOG.debug("{} pushes what is no vertex: {}", peer.info().name(), e.toString());
                }
            } else if (message instanceof PeerStatus status && !peer.info().listener()) {
                heard = status;
            }
            taken.run();
        }

        @Override
        public void asked(Peer peer, SpecificRecordBase question, Answer answer) throws Exception {
            answers.answer(question, answer);
        }

        @Override
        public void disconnected(Peer peer, PeerRefusal why) {
            LOG.info("the liar and {} part: {}", peer.info().name(), why);
            peers.remove(peer);
        }
    }
}
