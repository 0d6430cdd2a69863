package dev.meshlog.streams.ledger;

import dev.meshlog.ledger.VertexRef;
import dev.meshlog.schemas.ledger.MissingVertex;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;

/**
 * Which missing parents are asked for when. One that has just been named may be on its way in another partition, so it is asked for at the second
 * look, and again after {@link #RETRY_LOOKS} looks. One thread.
 */
final class MissingParents {
    /** Asked for at most at one look, lowest round first. */
    static final int MAX = 1_000;

    static final int RETRY_LOOKS = 5;

    private final Map<VertexRef, Integer> looks = new HashMap<>();

    /** Returns what to ask for now, given what is missing now. */
    List<MissingVertex> look(List<VertexRef> missing) {
        looks.keySet().retainAll(new HashSet<>(missing));
        List<MissingVertex> asked = new ArrayList<>();
        for (VertexRef ref : missing) {
            int seen = looks.merge(ref, 1, Integer::sum);
            if (seen >= 2 && (seen - 2) % RETRY_LOOKS == 0) {
                asked.add(new MissingVertex(
                        ref.id().fixed(), ref.round(), ref.producer().fixed(), 1 + (seen - 2) / RETRY_LOOKS));
            }
        }
        return asked;
    }
}
