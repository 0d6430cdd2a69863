package dev.meshlog.infra.network.faults;

import dev.meshlog.ingest.gossip.quic.Answer;
import dev.meshlog.ingest.gossip.quic.Peer;
import dev.meshlog.ingest.gossip.quic.PeerEvents;
import dev.meshlog.ingest.gossip.quic.PeerInfo;
import dev.meshlog.ingest.gossip.quic.PeerRefusal;
import dev.meshlog.ingest.gossip.quic.QuicNode;
import dev.meshlog.ingest.gossip.wire.EncodedMessage;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.vertex.Vertex;
import dev.meshlog.schemas.MalformedRecordException;
import dev.meshlog.schemas.gossip.PeerStatus;
import dev.meshlog.schemas.ledger.SignedVertex;
import java.net.InetSocketAddress;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.specific.SpecificRecordBase;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whom a liar talks to, and what it hears from them. Any thread. */
final class LyingPeers implements PeerEvents {
    private static final Logger LOG = LoggerFactory.getLogger(LyingPeers.class);

    private final Hash networkId;
    private final Hash own;
    private final SeenRounds seen;
    private final LyingAnswers answers;
    private final Set<Peer> peers = ConcurrentHashMap.newKeySet();
    private final Map<InetSocketAddress, Peer> dialed = new ConcurrentHashMap<>();
    private final Set<InetSocketAddress> dialing = ConcurrentHashMap.newKeySet();
    private volatile @Nullable PeerStatus heard;

    /** @param own whose vertices come back from others and say nothing new */
    LyingPeers(Hash networkId, Hash own, SeenRounds seen, LyingAnswers answers) {
        this.networkId = networkId;
        this.own = own;
        this.seen = seen;
        this.answers = answers;
    }

    /** Connects to those that are not connected. */
    void dial(QuicNode node, List<InetSocketAddress> addresses) {
        for (InetSocketAddress address : addresses) {
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

    /** The same one first each time, as long as it is there. */
    List<Peer> inOrder() {
        return peers.stream()
                .sorted(Comparator.comparing(peer -> peer.info().name()))
                .toList();
    }

    int count() {
        return peers.size();
    }

    /** What one of them last said of itself. */
    Optional<PeerStatus> heard() {
        return Optional.ofNullable(heard);
    }

    void push(EncodedMessage message) {
        for (Peer peer : peers) {
            boolean unused = peer.push(message);
        }
    }

    /** Anybody but a listener. */
    Optional<Peer> any() {
        return peers.stream().filter(peer -> !peer.info().listener()).findAny();
    }

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
                Vertex vertex = Vertex.parse(networkId, record);
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
    public boolean isPreferred(PeerInfo peer) {
        return false;
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
