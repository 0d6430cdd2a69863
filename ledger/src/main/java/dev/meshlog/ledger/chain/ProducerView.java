package dev.meshlog.ledger.chain;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.VertexRef;
import dev.meshlog.ledger.dag.Dag;
import dev.meshlog.ledger.vertex.Vertex;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongUnaryOperator;

/** What a producer has to know before it makes a vertex. Always about the present; same thread as the ledger. */
public final class ProducerView {
    private final Hash producer;
    private final Dag<Vertex> dag;
    private final Epochs epochs;
    private final LongUnaryOperator lastOpenRound;

    ProducerView(Hash producer, Dag<Vertex> dag, Epochs epochs, LongUnaryOperator lastOpenRound) {
        this.producer = producer;
        this.dag = dag;
        this.epochs = epochs;
        this.lastOpenRound = lastOpenRound;
    }

    /** The newest round with a quorum: the next vertex is for the round after it. 0 in an empty network. */
    public long quorumRound() {
        long round = dag.newestRound();
        while (round > dag.floor() && !dag.hasQuorum(round)) {
            round--;
        }
        return round;
    }

    /** Of any accepted vertex. */
    public long newestRound() {
        return dag.newestRound();
    }

    public boolean hasQuorum(long round) {
        return dag.hasQuorum(round);
    }

    /** Whether a vertex of the round's leader is accepted. Round 0 needs none. */
    public boolean hasLeader(long round) {
        if (round == 0) {
            return true;
        }
        Hash leader = epochs.leader(round);
        return dag.accepted(round).stream().anyMatch(ref -> ref.producer().equals(leader));
    }

    /** The producer's newest accepted vertex above the GC floor. */
    public Optional<VertexRef> ownNewest() {
        for (long round = dag.newestRound(); round > dag.floor(); round--) {
            Optional<VertexRef> own = own(round);
            if (own.isPresent()) {
                return own;
            }
        }
        return Optional.empty();
    }

    /** Whether a vertex of this producer for the round would be accepted now: the round's validators are final, and it is one of them. */
    public boolean mayProduce(long round) {
        return round <= lastOpenRound.applyAsLong(dag.decidedRound())
                && round > dag.floor()
                && epochs.validators(round).contains(producer);
    }

    /**
     * The parents of a vertex for the round: the producer's own newest vertex first, then one of every other producer, from the round before
     * or, where it has none there, its newest one that is not committed. Where an epoch begins, the round before may fill the list alone: a
     * validator that comes back then leaves out its vertex from before it left, because the quorum is worth more.
     */
    public List<VertexRef> parents(long round) {
        Map<Hash, VertexRef> chosen = new LinkedHashMap<>();
        if (round == 1) {
            epochs.validators(0).members().forEach(member -> {
                chosen.put(member.publicKey(), VertexRef.implicit(member.publicKey()));
            });
        }
        long lowest = Math.max(dag.floor() + 1, 1);
        int wanted = Math.max(
                epochs.validators(round).size(), epochs.validators(round - 1).size());
        for (long below = round - 1; below >= lowest; below--) {
            for (VertexRef ref : sorted(below)) {
                boolean isOwn = ref.producer().equals(producer);
                boolean isUseful = below == round - 1 || isOwn || !dag.isCommitted(ref);
                if (isUseful && (isOwn || chosen.size() < wanted)) {
                    chosen.putIfAbsent(ref.producer(), ref);
                }
            }
        }
        VertexRef own = chosen.remove(producer);
        List<VertexRef> parents = new ArrayList<>();
        long strong =
                chosen.values().stream().filter(ref -> ref.round() == round - 1).count();
        if (own != null && strong < wanted) {
            parents.add(own);
        }
        for (VertexRef ref : chosen.values()) {
            if (parents.size() < wanted) {
                parents.add(ref);
            }
        }
        return parents;
    }

    private Optional<VertexRef> own(long round) {
        return sorted(round).stream()
                .filter(ref -> ref.producer().equals(producer))
                .findFirst();
    }

    private List<VertexRef> sorted(long round) {
        return dag.accepted(round).stream().sorted(Comparator.naturalOrder()).toList();
    }
}
