package dev.meshlog.ingest.gossip;

import dev.meshlog.ingest.TokenBucket;
import dev.meshlog.ingest.gossip.quic.Peer;
import dev.meshlog.ingest.gossip.quic.PeerInfo;
import dev.meshlog.ingest.gossip.quic.PeerRefusal;
import dev.meshlog.ledger.Hash;
import dev.meshlog.schemas.gossip.RefusalReason;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Who is connected, who may be, and who did wrong. Peers with a key are known by it, the others by their IP address. Of two connections with one
 * key the one stays that the smaller key opened, on both sides. A key costs nothing, so a peer that has one and is no validator is counted by where it comes from;
 * validators always come in. Any thread.
 */
final class PeerTable {
    /** So many points end the connection. */
    static final int LIMIT = 100;

    static final Duration BANNED_FOR = Duration.ofMinutes(10);
    private static final long NANOS_PER_POINT = Duration.ofSeconds(1).toNanos();
    private static final int REMEMBERED = 10_000;

    /** Peers with a key that are no validators, from one IP address. A network on one machine has all of its nodes at one. */
    static final int STRANGERS_OF_A_PLACE = 32;

    /** That come from there. */
    static final int STRANGERS_PER_MINUTE = 60;

    private static final int IPV6_NETWORK = 8;

    private final @Nullable Hash own;
    private final Limits limits;
    private final LongSupplier nanoTime;
    private final TokenBucket namelessRate;
    private final Predicate<Hash> isValidator;

    /** In the order in which they came. */
    private final Map<Hash, Peer> named = new LinkedHashMap<>();

    private final List<Peer> nameless = new ArrayList<>();
    private final Map<Object, Conduct> conduct = remembered();
    private final Map<Object, TokenBucket> strangerRates = remembered();

    /**
     * How many.
     *
     * @param named peers that proved a key; validators beyond it take the places of others
     * @param nameless listeners without one
     * @param namelessPerMinute that are let in
     */
    record Limits(int named, int nameless, int namelessPerMinute) {}

    private static final class Conduct {
        private double points;
        private long countedAt;
        private long bannedUntil;
        private boolean isBanned;
    }

    /**
     * @param own our key, if we have one
     * @param isValidator of an epoch that counts
     */
    PeerTable(@Nullable Hash own, Limits limits, Predicate<Hash> isValidator, LongSupplier nanoTime) {
        this.own = own;
        this.isValidator = isValidator;
        this.limits = limits;
        this.nanoTime = nanoTime;
        this.namelessRate =
                new TokenBucket(limits.namelessPerMinute(), limits.namelessPerMinute(), nanoTime.getAsLong());
    }

    /** Why the peer may not come in, if so. */
    synchronized Optional<PeerRefusal> admit(PeerInfo peer) {
        long now = nanoTime.getAsLong();
        Conduct known = conduct.get(name(peer));
        if (known != null && known.isBanned && now - known.bannedUntil < 0) {
            long seconds = Duration.ofNanos(known.bannedUntil - now).toSeconds() + 1;
            return refusal(RefusalReason.MISBEHAVED, "not before " + seconds + " s have passed");
        }
        Hash key = peer.publicKey();
        if (key != null) {
            Peer other = named.get(key);
            if (other != null) {
                return isBetter(peer, other.info())
                        ? Optional.empty()
                        : refusal(RefusalReason.DUPLICATE, "we are connected already");
            }
            return isValidator.test(key) ? Optional.empty() : admitStranger(peer, now);
        } else if (!peer.dialed()) {
            if (nameless.size() >= limits.nameless()) {
                return refusal(RefusalReason.TOO_MANY_LISTENERS, "all " + limits.nameless() + " places are taken");
            }
            if (!namelessRate.take(now)) {
                return refusal(
                        RefusalReason.TOO_FAST,
                        "over " + limits.namelessPerMinute() + " listeners without a key a minute");
            }
        }
        return Optional.empty();
    }

    private Optional<PeerRefusal> admitStranger(PeerInfo peer, long now) {
        if (named.size() >= limits.named()) {
            return refusal(RefusalReason.TOO_MANY_PEERS, "all " + limits.named() + " places are taken");
        }
        Object place = place(peer);
        long there = named.values().stream()
                .filter(other -> isStranger(other) && place(other.info()).equals(place))
                .count();
        if (there >= STRANGERS_OF_A_PLACE) {
            return refusal(
                    RefusalReason.TOO_MANY_PEERS,
                    "all " + STRANGERS_OF_A_PLACE + " places for peers at one IP address are taken");
        }
        // Whom we dial we looked for.
        TokenBucket rate = strangerRates.computeIfAbsent(
                place, any -> new TokenBucket(STRANGERS_PER_MINUTE, STRANGERS_PER_MINUTE, now));
        return peer.dialed() || rate.take(now)
                ? Optional.empty()
                : refusal(RefusalReason.TOO_FAST, "over " + STRANGERS_PER_MINUTE + " peers a minute at one IP address");
    }

    private boolean isStranger(Peer peer) {
        Hash key = peer.info().publicKey();
        return key != null && !isValidator.test(key);
    }

    /** Returns the connection that the new one takes the place of. */
    synchronized Optional<Peer> add(Peer peer) {
        Hash key = peer.info().publicKey();
        if (key == null) {
            nameless.add(peer);
            return Optional.empty();
        }
        return Optional.ofNullable(named.put(key, peer));
    }

    /** Who has to go since validators take more places than were left: of those that are none, the one that came last. */
    synchronized Optional<Peer> surplus() {
        return named.size() <= limits.named()
                ? Optional.empty()
                : named.values().stream().filter(this::isStranger).reduce((before, last) -> last);
    }

    /** False when another connection took its place. */
    synchronized boolean remove(Peer peer) {
        Hash key = peer.info().publicKey();
        return key == null ? nameless.remove(peer) : named.remove(key, peer);
    }

    synchronized List<Peer> connected() {
        var all = new ArrayList<>(named.values());
        all.addAll(nameless);
        return all;
    }

    synchronized Optional<Peer> of(Hash publicKey) {
        return Optional.ofNullable(named.get(publicKey));
    }

    /** True: that was too much, and the connection has to end. */
    synchronized boolean did(PeerInfo peer, Misbehaviour what) {
        long now = nanoTime.getAsLong();
        Conduct entry = conduct.computeIfAbsent(name(peer), any -> new Conduct());
        double forgiven = (now - entry.countedAt) / (double) NANOS_PER_POINT;
        entry.points = (entry.points == 0 ? 0 : Math.max(0, entry.points - forgiven)) + what.points();
        entry.countedAt = now;
        if (entry.points >= LIMIT) {
            entry.points = 0;
            entry.isBanned = true;
            entry.bannedUntil = now + BANNED_FOR.toNanos();
            return true;
        }
        return false;
    }

    /** The connection that the other side keeps too. One that was opened again the same way is the one that lives. */
    private boolean isBetter(PeerInfo fresh, PeerInfo old) {
        if (own == null || fresh.dialed() == old.dialed()) {
            return true;
        }
        boolean oursCounts = own.compareTo(Objects.requireNonNull(fresh.publicKey())) < 0;
        return fresh.dialed() == oursCounts;
    }

    /** What is held against a peer stays with its key, or with its IP address. */
    static Object name(PeerInfo peer) {
        InetAddress address = peer.remote().getAddress();
        return peer.publicKey() == null ? address : peer.publicKey();
    }

    /** Where a peer comes from: of IPv6 the network, for whoever has one has all of its addresses. */
    private static Object place(PeerInfo peer) {
        InetAddress address = peer.remote().getAddress();
        return address instanceof Inet6Address ? ByteBuffer.wrap(address.getAddress(), 0, IPV6_NETWORK) : address;
    }

    private static <V> Map<Object, V> remembered() {
        return new LinkedHashMap<>() {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<Object, V> eldest) {
                return size() > REMEMBERED;
            }
        };
    }

    private static Optional<PeerRefusal> refusal(RefusalReason reason, String detail) {
        return Optional.of(new PeerRefusal(reason, detail));
    }
}
