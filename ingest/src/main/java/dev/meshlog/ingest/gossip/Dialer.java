package dev.meshlog.ingest.gossip;

import dev.meshlog.ingest.TokenBucket;
import dev.meshlog.ingest.gossip.quic.Peer;
import dev.meshlog.ingest.gossip.quic.PeerException;
import dev.meshlog.ingest.gossip.quic.PeerRefusal;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Validator;
import dev.meshlog.ledger.Validators;
import dev.meshlog.ledger.chain.OpenEpochs;
import dev.meshlog.schemas.gossip.KnownPeer;
import dev.meshlog.schemas.gossip.KnownPeers;
import dev.meshlog.schemas.gossip.RefusalReason;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Connects to every node that it is told of, one connection each, again and again. Any thread. */
final class Dialer {
    private static final Logger LOG = LoggerFactory.getLogger(Dialer.class);
    private static final int DIALS_AT_ONCE = 8;
    private static final Duration CONNECTED = Duration.ofSeconds(5);
    private static final int MOST_OWNERS = 10_000;

    /** Addresses of one message. */
    static final int TOLD_AT_ONCE = 64;

    /** Messages of one peer that are looked at. It needs one every two seconds. */
    private static final int TOLD_PER_MINUTE = 60;

    static final int TOLD_IN_A_ROW = 3;

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
    private final Executor resolving;
    private final LongSupplier nanoTime;
    private final PeerBook book;
    private final Map<Peer, TokenBucket> telling = new ConcurrentHashMap<>();

    /** Whose address it is, as the ledger and peers say: anybody may claim any. */
    private final Map<String, Set<Hash>> claims = new ConcurrentHashMap<>();

    /** Whose address it was when we dialed it. */
    private final Map<String, Hash> found = new ConcurrentHashMap<>();

    private final Map<Peer, String> dialed = new ConcurrentHashMap<>();

    /**
     * @param own our key, if we have one
     * @param resolving looks up names, each of which may take its time
     */
    Dialer(
            @Nullable Hash own,
            Function<InetSocketAddress, CompletableFuture<Peer>> connecting,
            PeerTable peers,
            PeerLog log,
            Executor resolving,
            LongSupplier nanoTime,
            RandomGenerator random) {
        this.own = own;
        this.resolving = resolving;
        this.connecting = connecting;
        this.peers = peers;
        this.log = log;
        this.nanoTime = nanoTime;
        this.book = new PeerBook(random);
    }

    /** Of the configuration: for ever. */
    void learn(String address) {
        synchronized (book) {
            PeerAddress.canonical(address).ifPresent(known -> book.ours(known, nanoTime.getAsLong()));
        }
    }

    /** Validators are dialed wherever they say they are. */
    void learn(OpenEpochs open) {
        long now = nanoTime.getAsLong();
        Map<String, Set<Hash>> claimed = new HashMap<>();
        for (long epoch = open.first(); epoch <= open.last(); epoch++) {
            for (Validator each : open.ofEpoch(epoch).map(Validators::members).orElse(List.of())) {
                Optional<String> address = PeerAddress.canonical(each.gossipAddress());
                if (!Objects.equals(each.publicKey(), own) && address.isPresent()) {
                    claimed.computeIfAbsent(address.get(), first -> new HashSet<>())
                            .add(each.publicKey());
                }
            }
        }
        synchronized (book) {
            claims.putAll(claimed);
            claimed.keySet().forEach(address -> book.ours(address, now));
        }
    }

    /** What a peer told: for a few tries. Who tells more often than there is anything new is not listened to. */
    void learn(Peer from, KnownPeers told) {
        long now = nanoTime.getAsLong();
        TokenBucket allowed =
                telling.computeIfAbsent(from, any -> new TokenBucket(TOLD_PER_MINUTE, TOLD_IN_A_ROW, now));
        synchronized (book) {
            if (allowed.take(now)) {
                told.getPeers().stream().limit(TOLD_AT_ONCE).forEach(each -> learn(each, now));
            }
        }
    }

    private void learn(KnownPeer told, long now) {
        Hash owner = told.getPublicKey() == null ? null : Hash.of(told.getPublicKey());
        if (owner != null && (Objects.equals(owner, own) || peers.of(owner).isPresent())) {
            return;
        }
        boolean isNew = book.told(told.getAddress(), now);
        if (isNew && owner != null && claims.size() < MOST_OWNERS) {
            // True or not, who told the address told this too: it is not dialed while the owner is connected.
            PeerAddress.parseLiteral(told.getAddress())
                    .ifPresent(address -> claims.putIfAbsent(PeerAddress.text(address), Set.of(owner)));
        }
    }

    /** Connects to whom it is time to. */
    void dial() {
        List<String> due;
        synchronized (book) {
            due = book.due(nanoTime.getAsLong(), DIALS_AT_ONCE);
        }
        due.forEach(this::dial);
    }

    private void dial(String address) {
        if (isConnected(address)) {
            synchronized (book) {
                if (book.rest(address, CONNECTED, nanoTime.getAsLong())) {
                    claims.remove(address);
                }
            }
            return;
        }
        PeerAddress.parseLiteral(address)
                .ifPresentOrElse(literal -> connect(address, literal), () -> resolving.execute(() -> resolve(address)));
    }

    /**
     * Whether we have a connection with whoever is there: of a node with two addresses one is enough. Where the ledger names several, only one of them can be
     * right, and the others are looked for until it is known which.
     */
    private boolean isConnected(String address) {
        Set<Hash> claimed = claims.getOrDefault(address, Set.of());
        Hash met = found.get(address);
        return (met != null && isConnected(met) && (claimed.isEmpty() || claimed.contains(met)))
                || (!claimed.isEmpty() && claimed.stream().allMatch(this::isConnected));
    }

    private boolean isConnected(Hash key) {
        return peers.of(key).isPresent();
    }

    private void resolve(String address) {
        Optional<InetSocketAddress> resolved = PeerAddress.parseRemote(address)
                .map(parsed -> new InetSocketAddress(parsed.getHostString(), parsed.getPort()))
                .filter(host -> !host.isUnresolved());
        if (resolved.isPresent()) {
            connect(address, resolved.get());
        } else {
            failed(address, new PeerRefusal(RefusalReason.NOT_FOUND, "no such host"));
        }
    }

    private void connect(String address, InetSocketAddress resolved) {
        var unused = connecting.apply(resolved).whenComplete((peer, failure) -> {
            if (failure != null) {
                failed(address, refusal(failure));
                return;
            }
            dialed.put(peer, address);
            Hash key = peer.info().publicKey();
            if (key != null && found.size() < MOST_OWNERS) {
                found.put(address, key);
            }
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
        telling.remove(peer);
        String address = dialed.remove(peer);
        if (address != null) {
            synchronized (book) {
                book.free(address, nanoTime.getAsLong());
            }
        }
    }

    private static PeerRefusal refusal(Throwable failure) {
        Throwable cause = failure instanceof PeerException || failure.getCause() == null ? failure : failure.getCause();
        return cause instanceof PeerException known
                ? known.refusal()
                : new PeerRefusal(RefusalReason.UNKNOWN, String.valueOf(cause.getMessage()));
    }

    /** Null: nobody said so, or several did. */
    private @Nullable Hash ownerOf(String address) {
        Set<Hash> claimed = claims.getOrDefault(address, Set.of());
        return claimed.size() == 1 ? claimed.iterator().next() : found.get(address);
    }

    private void failed(String address, PeerRefusal why) {
        boolean isHopeless = HOPELESS.contains(why.reason());
        int failures;
        synchronized (book) {
            book.failed(address, why.detail(), isHopeless, nanoTime.getAsLong());
            failures = book.failures(address);
        }
        if (why.reason() != RefusalReason.DUPLICATE) {
            log.unreachable(address, ownerOf(address), why);
        }
        if (failures == 1) {
            LOG.info("peer {}: {}", address, why);
        } else {
            LOG.debug("peer {}, try {}: {}", address, failures, why);
        }
    }
}
