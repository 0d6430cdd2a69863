package dev.meshlog.ledger.chain;

import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.VertexRef;
import dev.meshlog.ledger.dag.Arrival;
import dev.meshlog.ledger.dag.Dag;
import dev.meshlog.ledger.dag.DagListener;
import dev.meshlog.ledger.dag.Decision;
import dev.meshlog.ledger.dag.SafetyViolationException;
import dev.meshlog.ledger.vertex.Verdict;
import dev.meshlog.ledger.vertex.Vertex;
import dev.meshlog.schemas.ledger.SignedHeader;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The vertices as a producer of its own process has to know them: it accepts, suspends and decides as the ledger does, and executes nothing. It may
 * start at any commit of the ledger, if it is given all vertices that were not committed then; what lies at or below the round of that commit's
 * leader is not looked at. One thread at a time.
 */
public final class ProducerDag {
    private final Hash producer;
    private final Epochs epochs;
    private final Dag<Vertex> dag;
    private final Fate fate;
    private long lastEpoch;

    /** What becomes of the producer's own vertices. */
    public interface Fate {
        void committed(VertexRef own);

        /** It never will be committed: what it carried has to go another way. */
        void orphaned(VertexRef own);
    }

    /**
     * @param open as of that commit or later, but still with the epoch of its leader
     * @param startRound round of a committed leader; 0: of the empty network
     */
    public ProducerDag(GenesisConfig genesis, Hash producer, OpenEpochs open, long startRound, Fate fate) {
        this.producer = producer;
        this.fate = fate;
        this.epochs = new Epochs(genesis.networkId(), genesis.epochLength(), open.history());
        this.lastEpoch = open.last();
        this.dag = new Dag<>(
                epochs,
                genesis.gcDepth(),
                this::lastOpenRound,
                new Listener(),
                new Dag.Start(startRound, startRound, List.of()));
    }

    /** What the ledger says of its validators by now. */
    public void take(OpenEpochs open) throws SafetyViolationException {
        if (open.last() > lastEpoch) {
            lastEpoch = open.last();
            // The ledger may be ahead of what was taken here, and have forgotten sets that are still needed.
            epochs.replace(epochs.history().and(open.history()).from(epochs.epoch(dag.floor())));
            decide();
        }
    }

    /** A vertex of the verified log, or one of our own that was just written. */
    public void take(Vertex vertex) throws SafetyViolationException {
        if (dag.add(vertex) == Arrival.TAKEN) {
            decide();
        }
    }

    public ProducerView view() {
        return new ProducerView(producer, dag, epochs, this::lastOpenRound);
    }

    /** At and below it nothing is committed any more. */
    public long floor() {
        return dag.floor();
    }

    private void decide() throws SafetyViolationException {
        Optional<Decision> decision = dag.advance();
        while (decision.isPresent()) {
            if (decision.get().isSkip()) {
                dag.skip(decision.get());
            } else {
                dag.commit(decision.get()).stream()
                        .map(Vertex::ref)
                        .filter(this::isOwn)
                        .forEach(fate::committed);
            }
            decision = dag.advance();
        }
    }

    /** Never further than the ledger itself: it alone sees registrations. */
    private long lastOpenRound(long decidedRound) {
        return Math.min(epochs.lastOpenRound(decidedRound), epochs.lastRoundOf(lastEpoch));
    }

    private boolean isOwn(VertexRef ref) {
        return ref.producer().equals(producer);
    }

    private final class Listener implements DagListener<Vertex> {
        @Override
        public void equivocation(VertexRef first, VertexRef second, List<SignedHeader> evidence) {
            // The ledger publishes it.
        }

        @Override
        public void orphaned(VertexRef ref, @Nullable SignedHeader header) {
            if (isOwn(ref)) {
                fate.orphaned(ref);
            }
        }

        @Override
        public void evicted(Vertex vertex) {
            // It comes again when it is needed.
        }

        @Override
        public void refused(Vertex vertex, Verdict.Invalid reason) {
            if (isOwn(vertex.ref())) {
                fate.orphaned(vertex.ref());
            }
        }
    }
}
