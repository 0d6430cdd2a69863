package dev.meshlog.infra.network.faults;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Validators;
import dev.meshlog.ledger.VertexRef;
import dev.meshlog.ledger.vertex.Vertex;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** The newest rounds, as far as they were heard of: enough to name parents that are true. Any thread. */
final class SeenRounds {
    private static final int KEPT = 200;

    private final Validators validators;
    private final NavigableMap<Long, Map<Hash, VertexRef>> rounds = new TreeMap<>();

    SeenRounds(Validators validators) {
        this.validators = validators;
        Map<Hash, VertexRef> genesis = new HashMap<>();
        validators.members().forEach(each -> genesis.put(each.publicKey(), VertexRef.implicit(each.publicKey())));
        rounds.put(0L, genesis);
    }

    /** Of a producer's forks the first one counts. */
    synchronized void add(Vertex vertex) {
        if (!validators.contains(vertex.producer())) {
            return;
        }
        rounds.computeIfAbsent(vertex.round(), any -> new HashMap<>()).putIfAbsent(vertex.producer(), vertex.ref());
        while (rounds.size() > KEPT) {
            rounds.pollFirstEntry();
        }
    }

    /** The newest round with a quorum. */
    synchronized long quorumRound() {
        for (Map.Entry<Long, Map<Hash, VertexRef>> each : rounds.descendingMap().entrySet()) {
            long weight = each.getValue().keySet().stream()
                    .mapToLong(validators::weight)
                    .sum();
            if (validators.isQuorum(weight)) {
                return each.getKey();
            }
        }
        return 0;
    }

    /** What a vertex of the round behind may name, the producer's own first. */
    synchronized List<VertexRef> parents(long round, Hash producer) {
        Map<Hash, VertexRef> before = new HashMap<>(rounds.getOrDefault(round - 1, Map.of()));
        List<VertexRef> parents = new ArrayList<>();
        VertexRef own = before.remove(producer);
        if (own != null) {
            parents.add(own);
        }
        before.values().stream().sorted().forEach(parents::add);
        return parents;
    }
}
