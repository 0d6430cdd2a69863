package dev.meshlog.ingest.gossip;

import dev.meshlog.ingest.gossip.quic.Peer;
import dev.meshlog.ingest.gossip.quic.PeerException;
import dev.meshlog.ledger.Hash;
import dev.meshlog.schemas.gossip.RefusalReason;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Who is asked before whom: validators before others, for a key costs nothing, and behind all of them who just failed to answer, so that a silent peer costs
 * its patience once in a while and not in each turn. Any thread.
 */
final class Precedence {
    /** After one failure; doubled with each further one in a row. */
    static final Duration REST = Duration.ofMinutes(1);

    private static final int MOST_DOUBLINGS = 4;
    private static final int REMEMBERED = 10_000;
    private static final int RESTING = 2;

    private final Predicate<Hash> isValidator;
    private final LongSupplier nanoTime;
    private final Map<Object, Failures> failures = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Object, Failures> eldest) {
            return size() > REMEMBERED;
        }
    };

    private record Failures(int inARow, long restsUntil) {}

    /**
     * Peers, the best rank first.
     *
     * @param ranks none of which is empty
     */
    record Ranked(List<List<Peer>> ranks) {
        boolean isEmpty() {
            return ranks.isEmpty();
        }

        int size() {
            return ranks.stream().mapToInt(List::size).sum();
        }

        /**
         * Each peer has one place; peers of one rank change places with the turn.
         *
         * @param place below {@link #size()}
         */
        Peer at(int place, int turn) {
            int left = place;
            for (List<Peer> rank : ranks) {
                if (left < rank.size()) {
                    return rank.get(Math.floorMod(turn + left, rank.size()));
                }
                left -= rank.size();
            }
            throw new IndexOutOfBoundsException("place " + place + " of " + size());
        }
    }

    Precedence(Predicate<Hash> isValidator, LongSupplier nanoTime) {
        this.isValidator = isValidator;
        this.nanoTime = nanoTime;
    }

    Ranked of(Collection<Peer> peers) {
        return new Ranked(List.copyOf(peers.stream()
                .collect(Collectors.groupingBy(this::rank, TreeMap::new, Collectors.toList()))
                .values()));
    }

    private int rank(Peer peer) {
        Hash key = peer.info().publicKey();
        int rank = key != null && isValidator.test(key) ? 0 : 1;
        return isResting(peer) ? rank + RESTING : rank;
    }

    /** It did not answer as it should. */
    synchronized void failed(Peer peer) {
        Object name = PeerTable.name(peer.info());
        Failures before = failures.remove(name);
        int inARow = before == null ? 1 : before.inARow() + 1;
        Duration rest = REST.multipliedBy(1L << Math.min(inARow - 1, MOST_DOUBLINGS));
        failures.put(name, new Failures(inARow, nanoTime.getAsLong() + rest.toNanos()));
    }

    /** Who refuses costs no time, and may be the only one that has something: it keeps its place. */
    void failed(Peer peer, PeerException why) {
        if (why.reason() == RefusalReason.TOO_SLOW || why.reason() == RefusalReason.MALFORMED) {
            failed(peer);
        }
    }

    synchronized void answered(Peer peer) {
        failures.remove(PeerTable.name(peer.info()));
    }

    synchronized boolean isResting(Peer peer) {
        Failures known = failures.get(PeerTable.name(peer.info()));
        return known != null && nanoTime.getAsLong() - known.restsUntil() < 0;
    }
}
