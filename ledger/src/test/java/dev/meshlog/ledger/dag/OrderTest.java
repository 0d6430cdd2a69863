package dev.meshlog.ledger.dag;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshlog.ledger.VertexRef;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Many views of one DAG, each deciding as early as it can on what it has. */
class OrderTest {
    /** Also the views that are not complete yet: each commit is compared when it is made. */
    @Test
    void hundredDeliveryOrdersGiveOneSequence() throws Exception {
        var dag = new RandomVertices(new Random(7), 7, 2, 1_000);
        List<Sequencer.Commit> expected = sequence(new DagSequencer(dag), dag.vertices);
        assertThat(expected).hasSizeGreaterThan(500);

        LongStream.range(0, 100).parallel().forEach(order -> {
            List<Sequencer.Commit> seen = new ArrayList<>();
            var view = new DagSequencer(dag);
            for (BareVertex vertex : dag.delivery(new Random(order))) {
                for (Sequencer.Commit commit : add(view, vertex)) {
                    assertThat(commit)
                            .as("order %d, commit %d", order, seen.size())
                            .isEqualTo(expected.get(seen.size()));
                    seen.add(commit);
                }
            }
            assertThat(seen).as("order %d", order).hasSameSizeAs(expected);
        });
    }

    @Test
    void viewsOfSmallNetworksNeverFork() {
        assertThat(forks(DagSequencer::new)).isZero();
    }

    /** Nobody lies: late messages are enough. */
    @Test
    void twoRoundMembershipForks() {
        assertThat(forks(TwoRoundMembership::new)).as("of 300 DAGs").isGreaterThan(30);
    }

    /** What a map without an order would give. */
    @Test
    void batchInTheOrderOfArrivalForks() {
        assertThat(forks(ArrivalOrder::new)).as("of 300 DAGs").isGreaterThan(200);
    }

    /** Two views of each of 300 DAGs of four honest validators: in how many do they differ? */
    private static int forks(Function<Schedule, Sequencer> rule) {
        int forks = 0;
        for (long seed = 0; seed < 300; seed++) {
            var random = new Random(seed);
            var dag = new RandomVertices(random, 4, 0, 40);
            List<Sequencer.Commit> one = sequence(rule.apply(dag), dag.delivery(random));
            List<Sequencer.Commit> other = sequence(rule.apply(dag), dag.delivery(random));
            int both = Math.min(one.size(), other.size());
            if (!one.subList(0, both).equals(other.subList(0, both))) {
                forks++;
            }
        }
        return forks;
    }

    private static List<Sequencer.Commit> sequence(Sequencer view, List<BareVertex> delivery) {
        List<Sequencer.Commit> commits = new ArrayList<>();
        delivery.forEach(vertex -> commits.addAll(add(view, vertex)));
        return commits;
    }

    private static List<Sequencer.Commit> add(Sequencer view, BareVertex vertex) {
        try {
            return view.add(vertex);
        } catch (SafetyViolationException e) {
            throw new AssertionError(e);
        }
    }

    /** A mutant: the rule as it is, but each batch in the order in which its vertices came. */
    private static final class ArrivalOrder implements Sequencer {
        private final DagSequencer rule;
        private final Map<VertexRef, Integer> arrivals = new HashMap<>();

        ArrivalOrder(Schedule schedule) {
            this.rule = new DagSequencer(schedule);
        }

        @Override
        public List<Commit> add(BareVertex vertex) throws SafetyViolationException {
            arrivals.put(vertex.ref(), arrivals.size());
            return rule.add(vertex).stream()
                    .map(commit -> new Commit(
                            commit.leader(),
                            commit.batch().stream()
                                    .sorted(java.util.Comparator.comparing(arrivals::get))
                                    .toList()))
                    .toList();
        }
    }
}
