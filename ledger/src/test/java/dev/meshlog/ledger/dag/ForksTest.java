package dev.meshlog.ledger.dag;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshlog.ledger.Domain;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Validator;
import dev.meshlog.ledger.Validators;
import dev.meshlog.ledger.VertexRef;
import dev.meshlog.ledger.vertex.Verdict;
import dev.meshlog.schemas.ledger.SignedHeader;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** One validator of four signs as many vertices for round 1 as it likes. */
class ForksTest {
    private static final List<Hash> KEYS = IntStream.range(0, 4)
            .mapToObj(number -> Domain.BODY.hash(Domain.u32(number)))
            .toList();

    private final Dag<BareVertex> dag =
            new Dag<>(new Equal(), 60, decided -> Long.MAX_VALUE, new Silent(), Dag.Start.GENESIS);

    @Test
    void floodOfForksIsHeldOff() throws Exception {
        for (int fork = 0; fork < 10_000; fork++) {
            Arrival arrival = dag.add(fork(fork));
            dag.advance();
            assertThat(arrival).isEqualTo(fork < Dag.MAX_FORKS ? Arrival.TAKEN : Arrival.TOO_MANY_FORKS);
        }
        assertThat(dag.acceptedCount()).isEqualTo(Dag.MAX_FORKS);
        assertThat(dag.add(fork(0))).as("one that is there").isEqualTo(Arrival.DUPLICATE);
    }

    @Test
    void forkThatSomebodyCitesIsTaken() throws Exception {
        for (int fork = 0; fork < 10; fork++) {
            dag.add(fork(fork));
        }
        dag.add(vertex(1, 1, 0, genesisParents()));
        dag.add(vertex(2, 1, 0, genesisParents()));
        BareVertex child = vertex(
                1,
                2,
                0,
                List.of(
                        vertex(1, 1, 0, List.of()).ref(),
                        vertex(2, 1, 0, List.of()).ref(),
                        fork(9).ref()));
        dag.add(child);
        dag.advance();
        assertThat(dag.missingParents(10)).containsExactly(fork(9).ref());

        assertThat(dag.add(fork(9))).isEqualTo(Arrival.TAKEN);
        dag.advance();
        assertThat(dag.isAccepted(child.ref())).isTrue();
        assertThat(dag.add(fork(8))).isEqualTo(Arrival.TOO_MANY_FORKS);
    }

    /** What waits for parents counts too: a liar need not even have its parents known. */
    @Test
    void suspendedForksCount() {
        var unknown = new VertexRef(4, KEYS.get(1), Domain.BODY.hash(Domain.u32(99)));
        for (int fork = 0; fork < 100; fork++) {
            dag.add(vertex(0, 5, fork, List.of(unknown)));
        }
        assertThat(dag.suspendedCount()).isEqualTo(Dag.MAX_FORKS);
    }

    private static BareVertex fork(int number) {
        return vertex(0, 1, number, genesisParents());
    }

    private static List<VertexRef> genesisParents() {
        return KEYS.stream().map(VertexRef::implicit).toList();
    }

    private static BareVertex vertex(int producer, long round, int fork, List<VertexRef> parents) {
        Hash id = Domain.VERTEX.hash(Domain.u32(producer), Domain.u64(round), Domain.u32(fork));
        return new BareVertex(new VertexRef(round, KEYS.get(producer), id), parents);
    }

    private static final class Equal implements Schedule {
        private final Validators validators = new Validators(
                KEYS.stream().map(key -> new Validator(key, 1, "", 0)).toList());

        @Override
        public Validators validators(long round) {
            return validators;
        }

        @Override
        public Hash leader(long round) {
            return KEYS.get(3);
        }
    }

    private static final class Silent implements DagListener<BareVertex> {
        @Override
        public void equivocation(VertexRef first, VertexRef second, List<SignedHeader> evidence) {}

        @Override
        public void orphaned(VertexRef ref, @Nullable SignedHeader header) {}

        @Override
        public void evicted(BareVertex vertex) {}

        @Override
        public void refused(BareVertex vertex, Verdict.Invalid reason) {}
    }
}
