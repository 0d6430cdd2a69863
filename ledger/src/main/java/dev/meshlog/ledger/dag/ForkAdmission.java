package dev.meshlog.ledger.dag;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.VertexRef;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;

/**
 * Which of a producer's vertices for one round get into the log. Nobody may cite two of them, so more than a few are of no use until one is
 * wanted as a parent, and without a bound one liar could fill the disks and the memory of all. One that is held off is as if it had not
 * arrived yet: it is asked for by its id once something waits for it.
 *
 * <p>It stands before the log, since whatever is in the log must be taken in the same way by every replay, from wherever that begins. It
 * remembers at most {@value #MAX_FORKS} ids for each producer and round, and those that were wanted. One thread at a time.
 */
public final class ForkAdmission {
    /** Admitted unasked. */
    public static final int MAX_FORKS = 4;

    private final NavigableMap<Long, Map<Hash, Set<Hash>>> rounds = new TreeMap<>();

    /**
     * @param vertex valid, above the GC floor, and not {@link Dag#MAX_ROUNDS_AHEAD} rounds ahead
     * @param wanted whether a vertex that is in the log already waits for it: {@link Dag#isWanted}
     */
    public boolean admits(VertexRef vertex, boolean wanted) {
        Set<Hash> forks = rounds.computeIfAbsent(vertex.round(), round -> new HashMap<>())
                .computeIfAbsent(vertex.producer(), producer -> new HashSet<>());
        if (forks.size() >= MAX_FORKS && !wanted) {
            return forks.contains(vertex.id());
        }
        forks.add(vertex.id());
        return true;
    }

    /** Rounds at or below the GC floor do not come back. */
    public void forget(long floor) {
        rounds.headMap(floor, true).clear();
    }
}
