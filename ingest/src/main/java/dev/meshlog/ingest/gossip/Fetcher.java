package dev.meshlog.ingest.gossip;

import dev.meshlog.ingest.gossip.quic.Peer;
import dev.meshlog.ingest.gossip.quic.PeerException;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.vertex.VertexHeader;
import dev.meshlog.schemas.gossip.RefusalReason;
import dev.meshlog.schemas.gossip.VerticesById;
import dev.meshlog.schemas.ledger.SignedVertex;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks peers for vertices by their ids: each attempt another peer, the producer itself first, and those last who just failed to answer. Any thread. */
final class Fetcher {
    private static final Logger LOG = LoggerFactory.getLogger(Fetcher.class);
    private static final int WANTED = 10_000;
    private static final int IDS_AT_ONCE = 500;

    /** Attempts that nobody gets who just failed to answer, unless nobody else is there; then it may be the only one that has a vertex. */
    private static final int SPARING_ATTEMPTS = 4;

    /** Vertices of answers that the intake has at a time. */
    private static final int IN_INTAKE = 64;

    private final PeerTable peers;
    private final Intake intake;
    private final Intake.Outcome outcome;
    private final Executor asking;
    private final Hash networkId;
    private final Precedence precedence;
    private final LongSupplier nanoTime;
    private final Map<Hash, Want> wanted = new LinkedHashMap<>();
    private final Set<Peer> asked = ConcurrentHashMap.newKeySet();

    private record Want(Hash producer, int attempt, List<Peer> from) {}

    /** @param asking has a thread for each peer, as {@link #threads} do */
    Fetcher(
            PeerTable peers,
            Intake intake,
            Intake.Outcome outcome,
            Executor asking,
            Hash networkId,
            Predicate<Hash> isValidator,
            LongSupplier nanoTime) {
        this.peers = peers;
        this.intake = intake;
        this.outcome = outcome;
        this.asking = asking;
        this.networkId = networkId;
        this.precedence = new Precedence(isValidator, nanoTime);
        this.nanoTime = nanoTime;
    }

    /** Each peer has one question at a time, so there are never more threads than peers, and no few of them can hold all. */
    static ExecutorService threads() {
        return Executors.newCachedThreadPool(new DefaultThreadFactory("meshlog-gossip-ask", true));
    }

    /** @param attempt from 1 on */
    void want(Hash id, Hash producer, int attempt) {
        put(id, new Want(producer, attempt, List.of()));
    }

    /** One of these has it, or says so. */
    void want(Hash id, List<Peer> from) {
        if (!from.isEmpty()) {
            put(id, new Want(Hash.ZERO, 1, from));
        }
    }

    private synchronized void put(Hash id, Want want) {
        if (wanted.size() < WANTED) {
            wanted.put(id, want);
        }
    }

    /** Asks for all that is wanted by now. */
    void ask() {
        choose().forEach((peer, ids) -> asking.execute(() -> {
            try {
                boolean answers = true;
                for (int from = 0; answers && from < ids.size(); from += IDS_AT_ONCE) {
                    answers = ask(peer, ids.subList(from, Math.min(ids.size(), from + IDS_AT_ONCE)));
                }
            } finally {
                asked.remove(peer);
            }
        }));
    }

    /** A peer has one question at a time: one that does not answer would hold up all that others could answer meanwhile. */
    private synchronized Map<Peer, List<Hash>> choose() {
        Map<Peer, List<Hash>> chosen = new LinkedHashMap<>();
        List<Peer> connected = peers.connected();
        Precedence.Ranked sparing = precedence.of(free(awake(connected)));
        Precedence.Ranked any = precedence.of(free(connected));
        wanted.entrySet().removeIf(each -> {
            Optional<Peer> peer = choose(
                    each.getKey(), each.getValue(), each.getValue().attempt() <= SPARING_ATTEMPTS ? sparing : any);
            peer.ifPresent(found ->
                    chosen.computeIfAbsent(found, unused -> new ArrayList<>()).add(each.getKey()));
            return peer.isPresent();
        });
        asked.addAll(chosen.keySet());
        return chosen;
    }

    private Optional<Peer> choose(Hash id, Want want, Precedence.Ranked free) {
        Optional<Peer> maker = want.attempt() == 1
                ? peers.of(want.producer()).filter(peer -> !asked.contains(peer) && !precedence.isResting(peer))
                : Optional.empty();
        Precedence.Ranked among = want.from().isEmpty() ? free : precedence.of(free(want.from()));
        return maker.isPresent() || among.isEmpty()
                ? maker
                : Optional.of(among.at(Math.floorMod(want.attempt() - 1, among.size()), id.hashCode()));
    }

    private List<Peer> free(List<Peer> all) {
        return all.stream().filter(peer -> !asked.contains(peer)).toList();
    }

    private List<Peer> awake(List<Peer> all) {
        List<Peer> awake =
                all.stream().filter(peer -> !precedence.isResting(peer)).toList();
        return awake.isEmpty() ? all : awake;
    }

    /** False: nothing more is to be asked of it now. */
    private boolean ask(Peer peer, List<Hash> ids) {
        Set<Hash> open = new HashSet<>(ids);
        var question = new VerticesById(ids.stream().map(Hash::fixed).toList());
        try (VertexReply reply = VertexReply.ask(peer, question, nanoTime)) {
            if (takeAll(peer, reply, open)) {
                LOG.debug("{} had {} of {} vertices", peer.info().name(), ids.size() - open.size(), ids.size());
                precedence.answered(peer);
                return true;
            }
            precedence.failed(peer);
        } catch (PeerException e) {
            blame(outcome, peer, e);
            precedence.failed(peer, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return false;
    }

    /** Each of them once at most. False: the peer did wrong. */
    private boolean takeAll(Peer peer, VertexReply reply, Set<Hash> open) throws PeerException, InterruptedException {
        var room = new Semaphore(IN_INTAKE);
        Optional<SignedVertex> next = reply.next();
        while (next.isPresent()) {
            SignedVertex vertex = next.get();
            Hash id = VertexHeader.decode(vertex.getHeader().bytes()).vertexId(networkId);
            if (!open.remove(id)) {
                outcome.misbehaved(peer, Misbehaviour.WRONG_ANSWER, "vertex " + id.brief() + " was not asked for");
                return false;
            }
            room.acquire();
            intake.takeOnDemand(peer, vertex, room::release);
            next = reply.next();
        }
        return true;
    }

    /** Busy is no crime. */
    static void blame(Intake.Outcome outcome, Peer peer, PeerException why) {
        String detail = String.valueOf(why.getMessage());
        if (why.reason() == RefusalReason.MALFORMED) {
            outcome.misbehaved(peer, Misbehaviour.MALFORMED, detail);
        } else if (why.reason() == RefusalReason.TOO_SLOW) {
            outcome.misbehaved(peer, Misbehaviour.NO_ANSWER, detail);
        } else {
            LOG.debug("{} does not answer: {}", peer.info().name(), detail);
        }
    }
}
