package dev.meshlog.streams.ledger;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Validators;
import dev.meshlog.ledger.VertexRef;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a producer knows of the rounds so far: the first vertex it saw of each validator in each of the newest rounds, and its own newest one.
 * Pure; one thread.
 */
final class RoundTracker {
    private static final int KEPT_ROUNDS = 64;

    private final Hash self;
    private final Validators validators;
    private final NavigableMap<Long, Map<Hash, VertexRef>> rounds = new TreeMap<>();
    private VertexRef own;

    RoundTracker(Hash self, Validators validators) {
        this.self = self;
        this.validators = validators;
        this.own = VertexRef.implicit(self);
    }

    /** A vertex of the verified log, or one of our own that was just written. */
    void saw(VertexRef vertex) {
        if (!validators.contains(vertex.producer())) {
            return;
        }
        rounds.computeIfAbsent(vertex.round(), round -> new HashMap<>()).putIfAbsent(vertex.producer(), vertex);
        if (vertex.producer().equals(self) && vertex.round() > own.round()) {
            own = vertex;
        }
        if (rounds.size() > KEPT_ROUNDS) {
            forgetOne();
        }
    }

    VertexRef ownNewest() {
        return own;
    }

    long newestRound() {
        return rounds.isEmpty() ? 0 : rounds.lastKey();
    }

    /** The round our next vertex has: above our newest one, and the highest whose round before carries a quorum. */
    Optional<Long> nextRound() {
        for (long before : rounds.tailMap(own.round(), true).descendingKeySet()) {
            if (hasQuorum(before)) {
                return Optional.of(before + 1);
            }
        }
        return own.round() == 0 ? Optional.of(1L) : Optional.empty();
    }

    boolean hasLeader(long round, Hash leader) {
        return round == 0 || rounds.getOrDefault(round, Map.of()).containsKey(leader);
    }

    /** Our own newest vertex first, then what the others have at the round before; at round 1 the implicit vertices of all. */
    List<VertexRef> parents(long round) {
        var parents = new ArrayList<VertexRef>();
        parents.add(own);
        if (round == 1) {
            validators.members().stream()
                    .filter(member -> !member.publicKey().equals(self))
                    .forEach(member -> parents.add(VertexRef.implicit(member.publicKey())));
        } else {
            rounds.getOrDefault(round - 1, Map.of()).values().stream()
                    .filter(vertex -> !vertex.producer().equals(self))
                    .sorted()
                    .forEach(parents::add);
        }
        return parents;
    }

    /** The oldest round goes; but one far above every quorum first: a single validator can sign for any round and must not push out those of all. */
    private void forgetOne() {
        long base = rounds.descendingKeySet().stream()
                .filter(this::hasQuorum)
                .findFirst()
                .orElse(own.round());
        if (rounds.lastKey() > base + KEPT_ROUNDS) {
            rounds.pollLastEntry();
        } else {
            rounds.pollFirstEntry();
        }
    }

    private boolean hasQuorum(long round) {
        return validators.isQuorum(rounds.getOrDefault(round, Map.of()).keySet().stream()
                .mapToLong(validators::weight)
                .sum());
    }
}
