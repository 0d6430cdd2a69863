package dev.meshlog.streams.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshlog.ledger.Domain;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.VertexRef;
import dev.meshlog.schemas.ledger.MissingVertex;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MissingParentsTest {
    private static final VertexRef LOST = vertex(7);

    private final MissingParents missing = new MissingParents();

    @Test
    void oneThatIsMerelyLateIsNotAskedFor() {
        assertThat(missing.look(List.of(LOST))).isEmpty();
        assertThat(missing.look(List.of())).isEmpty();
        assertThat(missing.look(List.of(LOST))).as("missing anew").isEmpty();
    }

    @Test
    void oneThatStaysMissingIsAskedForAgainAndAgain() {
        List<Integer> attempts = new ArrayList<>();
        for (int look = 0; look < 2 + 2 * MissingParents.RETRY_LOOKS; look++) {
            missing.look(List.of(LOST, vertex(8))).stream()
                    .filter(asked -> asked.getRound() == LOST.round())
                    .map(MissingVertex::getAttempt)
                    .forEach(attempts::add);
        }

        assertThat(attempts).containsExactly(1, 2, 3);
    }

    private static VertexRef vertex(long round) {
        return new VertexRef(round, Hash.ofHex("ab".repeat(32)), Domain.BODY.hash(Domain.u64(round)));
    }
}
