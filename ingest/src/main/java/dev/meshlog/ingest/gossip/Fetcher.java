package dev.meshlog.ingest.gossip;

import dev.meshlog.ingest.gossip.quic.Peer;
import dev.meshlog.ingest.gossip.quic.PeerException;
import dev.meshlog.ingest.gossip.quic.Reply;
import dev.meshlog.ingest.gossip.wire.MessageType;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.vertex.VertexHeader;
import dev.meshlog.schemas.gossip.RefusalReason;
import dev.meshlog.schemas.gossip.VerticesById;
import dev.meshlog.schemas.ledger.SignedVertex;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import org.apache.avro.specific.SpecificRecordBase;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks peers for vertices by their ids: each attempt another peer, the producer itself first. Any thread. */
final class Fetcher {
    private static final Logger LOG = LoggerFactory.getLogger(Fetcher.class);
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int WANTED = 10_000;
    private static final int IDS_AT_ONCE = 500;

    /** Vertices of answers that the intake has at a time. */
    private static final int IN_INTAKE = 64;

    private static final Set<MessageType> VERTEX = EnumSet.of(MessageType.VERTEX);

    private final PeerTable peers;
    private final Intake intake;
    private final Intake.Outcome outcome;
    private final Executor asking;
    private final Hash networkId;
    private final Map<Hash, Want> wanted = new LinkedHashMap<>();
    private final Set<Peer> asked = ConcurrentHashMap.newKeySet();

    private record Want(Hash producer, int attempt, List<Peer> from) {}

    Fetcher(PeerTable peers, Intake intake, Intake.Outcome outcome, Executor asking, Hash networkId) {
        this.peers = peers;
        this.intake = intake;
        this.outcome = outcome;
        this.asking = asking;
        this.networkId = networkId;
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
                for (int from = 0; from < ids.size(); from += IDS_AT_ONCE) {
                    ask(peer, ids.subList(from, Math.min(ids.size(), from + IDS_AT_ONCE)));
                }
            } finally {
                asked.remove(peer);
            }
        }));
    }

    /** A peer has one question at a time: one that does not answer would hold up all that others could answer meanwhile. */
    private synchronized Map<Peer, List<Hash>> choose() {
        Map<Peer, List<Hash>> chosen = new LinkedHashMap<>();
        List<Peer> free = free(peers.connected());
        wanted.entrySet().removeIf(each -> {
            Optional<Peer> peer = choose(each.getKey(), each.getValue(), free);
            peer.ifPresent(found ->
                    chosen.computeIfAbsent(found, any -> new ArrayList<>()).add(each.getKey()));
            return peer.isPresent();
        });
        asked.addAll(chosen.keySet());
        return chosen;
    }

    private Optional<Peer> choose(Hash id, Want want, List<Peer> free) {
        Optional<Peer> maker =
                want.attempt() == 1 ? peers.of(want.producer()).filter(free::contains) : Optional.empty();
        List<Peer> among = want.from().isEmpty() ? free : free(want.from());
        return maker.isPresent() || among.isEmpty()
                ? maker
                : Optional.of(among.get(Math.floorMod(id.hashCode() + want.attempt(), among.size())));
    }

    private List<Peer> free(List<Peer> all) {
        return all.stream().filter(peer -> !asked.contains(peer)).toList();
    }

    private void ask(Peer peer, List<Hash> ids) {
        Set<Hash> open = new HashSet<>(ids);
        var question = new VerticesById(ids.stream().map(Hash::fixed).toList());
        try (Reply reply = peer.ask(question, VERTEX)) {
            takeAll(peer, reply, open);
            LOG.debug("{} had {} of {} vertices", peer.info().name(), ids.size() - open.size(), ids.size());
        } catch (PeerException e) {
            blame(outcome, peer, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void takeAll(Peer peer, Reply reply, Set<Hash> open) throws PeerException, InterruptedException {
        var room = new Semaphore(IN_INTAKE);
        Optional<SpecificRecordBase> next = reply.next(PATIENCE);
        while (next.isPresent()) {
            var vertex = (SignedVertex) next.get();
            Hash id = VertexHeader.decode(vertex.getHeader().bytes()).vertexId(networkId);
            if (!open.remove(id)) {
                outcome.misbehaved(peer, Misbehaviour.WRONG_ANSWER, "vertex " + id.brief() + " was not asked for");
                return;
            }
            room.acquire();
            intake.takeOnDemand(peer, vertex, room::release);
            next = reply.next(PATIENCE);
        }
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
