package dev.meshlog.ingest.gossip;

import dev.meshlog.ingest.gossip.quic.Peer;
import dev.meshlog.ingest.gossip.quic.PeerException;
import dev.meshlog.ingest.gossip.quic.PeerRefusal;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Validator;
import dev.meshlog.ledger.Validators;
import dev.meshlog.ledger.chain.OpenEpochs;
import dev.meshlog.schemas.gossip.KnownPeer;
import dev.meshlog.schemas.gossip.RefusalReason;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Connects to every node that it is told of, one connection each, again and again. Any thread. */
final class Dialer {
    private static final Logger LOG = LoggerFactory.getLogger(Dialer.class);
    private static final int DIALS_AT_ONCE = 8;
    private static final Duration CONNECTED = Duration.ofSeconds(5);

    /** Another try soon would end the same way. */
    private static final Set<RefusalReason> HOPELESS = EnumSet.of(
            RefusalReason.OTHER_NETWORK,
            RefusalReason.PROTOCOL_VERSION,
            RefusalReason.BAD_PROOF,
            RefusalReason.SELF,
            RefusalReason.DUPLICATE,
            RefusalReason.MISBEHAVED);

    private final @Nullable Hash own;
    private final Function<InetSocketAddress, CompletableFuture<Peer>> connecting;
    private final PeerTable peers;
    private final PeerLog log;
    private final PeerBook book;
    /** Whose address it is, where somebody said so. */
    private final Map<String, Hash> owners = new ConcurrentHashMap<>();

    private final Map<Peer, String> dialed = new ConcurrentHashMap<>();

    /** @param own our key, if we have one */
    Dialer(
            @Nullable Hash own,
            Function<InetSocketAddress, CompletableFuture<Peer>> connecting,
            PeerTable peers,
            PeerLog log,
            RandomGenerator random) {
        this.own = own;
        this.connecting = connecting;
        this.peers = peers;
        this.log = log;
        this.book = new PeerBook(random);
    }

    /** Of the configuration: for ever. */
    void learn(String address) {
        synchronized (book) {
            book.ours(address, System.nanoTime());
        }
    }

    /** Validators are dialed wherever they say they are. */
    void learn(OpenEpochs open) {
        long now = System.nanoTime();
        synchronized (book) {
            for (long epoch = open.first(); epoch <= open.last(); epoch++) {
                for (Validator each :
                        open.ofEpoch(epoch).map(Validators::members).orElse(List.of())) {
                    String address = each.gossipAddress();
                    if (!Objects.equals(each.publicKey(), own)
                            && PeerAddress.parseRemote(address).isPresent()) {
                        owners.put(address, each.publicKey());
                        book.ours(address, now);
                    }
                }
            }
        }
    }

    /** What a peer told: for a few tries. */
    void learn(KnownPeer told) {
        Hash owner = told.getPublicKey() == null ? null : Hash.of(told.getPublicKey());
        if (owner != null && (Objects.equals(owner, own) || peers.of(owner).isPresent())) {
            return;
        }
        synchronized (book) {
            boolean unused = book.told(told.getAddress(), System.nanoTime());
        }
    }

    /** Connects to whom it is time to. */
    void dial() {
        List<String> due;
        synchronized (book) {
            due = book.due(System.nanoTime(), DIALS_AT_ONCE);
        }
        due.forEach(this::dial);
    }

    private void dial(String address) {
        Hash owner = owners.get(address);
        if (owner != null && peers.of(owner).isPresent()) {
            synchronized (book) {
                book.rest(address, CONNECTED, System.nanoTime());
            }
            return;
        }
        Optional<InetSocketAddress> resolved = PeerAddress.parseRemote(address)
                .map(parsed -> new InetSocketAddress(parsed.getHostString(), parsed.getPort()))
                .filter(found -> !found.isUnresolved());
        if (resolved.isEmpty()) {
            failed(address, new PeerRefusal(RefusalReason.NOT_FOUND, "no such host"));
            return;
        }
        var unused = connecting.apply(resolved.get()).whenComplete((peer, failure) -> {
            if (failure != null) {
                failed(address, refusal(failure));
                return;
            }
            dialed.put(peer, address);
            if (!peers.connected().contains(peer)) {
                // It went before its address was known.
                gone(peer);
            }
        });
    }

    /** The last reason of each address that can't be had. */
    List<SourceFailure> failures() {
        synchronized (book) {
            return book.failed();
        }
    }

    /** A connection is over. */
    void gone(Peer peer) {
        String address = dialed.remove(peer);
        if (address != null) {
            synchronized (book) {
                book.free(address, System.nanoTime());
            }
        }
    }

    private static PeerRefusal refusal(Throwable failure) {
        Throwable cause = failure instanceof PeerException || failure.getCause() == null ? failure : failure.getCause();
        return cause instanceof PeerException known
                ? known.refusal()
                : new PeerRefusal(RefusalReason.UNKNOWN, String.valueOf(cause.getMessage()));
    }

    private void failed(String address, PeerRefusal why) {
        boolean isHopeless = HOPELESS.contains(why.reason());
        int failures;
        synchronized (book) {
            book.failed(address, why.detail(), isHopeless, System.nanoTime());
            failures = book.failures(address);
        }
        if (why.reason() != RefusalReason.DUPLICATE) {
            log.unreachable(address, owners.get(address), why);
        }
        if (failures == 1) {
            LOG.info("peer {}: {}", address, why);
        } else {
            LOG.debug("peer {}, try {}: {}", address, failures, why);
        }
    }
}
