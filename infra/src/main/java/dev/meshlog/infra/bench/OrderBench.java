package dev.meshlog.infra.bench;

import dev.meshlog.ledger.chain.InMemoryPendingVertices;
import dev.meshlog.ledger.chain.Ledger;
import dev.meshlog.ledger.crypto.Ed25519;
import dev.meshlog.ledger.dag.SafetyViolationException;
import dev.meshlog.ledger.execution.SystemPod;
import dev.meshlog.ledger.state.MemoryStateStore;
import dev.meshlog.ledger.state.State;
import dev.meshlog.ledger.vertex.Vertex;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Verified vertices without transactions through the ledger to commits, on one thread, state root included. The vertices are made ahead, a
 * block at a time, and making them is not measured. The history is cut into tenths: a cost that grew with it would show.
 */
final class OrderBench implements Bench {
    private static final int[] VALIDATORS = {4, 10, 50, 100};
    private static final int MAX_ROUNDS = 100_000;
    private static final int MAX_VERTICES = 1_000_000;
    private static final int BLOCK = 5_000;
    private static final int TENTHS = 10;

    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();

    @Override
    public String name() {
        return "order";
    }

    @Override
    public String sentence() {
        return "vertices ordered into commits by one thread, and whether their cost grows with the history; the size is rounds"
                + " (100,000, but 1 M vertices)";
    }

    @Override
    public void run(BenchSettings settings, Consumer<Figure> figures) throws Exception {
        for (int validators : VALIDATORS) {
            int rounds = settings.sizeOr(Math.min(MAX_ROUNDS, MAX_VERTICES / validators));
            order(validators, Math.max(TENTHS, rounds), settings, figures);
        }
    }

    /** What a tenth of the history took. */
    private record Tenth(double rate, double cpuMicros, double heapMb) {}

    private void order(int validators, int rounds, BenchSettings settings, Consumer<Figure> figures) throws Exception {
        var network = new BenchNetwork(validators);
        var state = new State(new MemoryStateStore(), network.genesis().bucketBits());
        var ledger = new Ledger(
                network.genesis(), state, new InMemoryPendingVertices(), Ed25519.fastest(), List.of(new SystemPod()));
        List<Tenth> tenths = new ArrayList<>();
        for (int tenth = 1; tenth <= TENTHS; tenth++) {
            Tenth took = tenth(network, ledger, rounds / TENTHS, validators);
            tenths.add(took);
            settings.progress()
                    .accept(String.format(
                            Locale.ROOT,
                            "order, %d validators: tenth %d of %,d rounds, %,.0f vertices/s, %.1f µs CPU a vertex,"
                                    + " %.0f MB, commit %,d",
                            validators,
                            tenth,
                            rounds,
                            took.rate(),
                            took.cpuMicros(),
                            took.heapMb(),
                            ledger.head().commitIndex()));
        }
        if (ledger.head().leaderRound() < rounds - rounds % TENTHS - 5) {
            throw new IllegalStateException(
                    "the order stands at round " + ledger.head().leaderRound());
        }
        report(validators + " validators", tenths, figures);
    }

    private void report(String figure, List<Tenth> tenths, Consumer<Figure> figures) {
        double[] cpu = tenths.stream().mapToDouble(Tenth::cpuMicros).toArray();
        figures.accept(Figure.alone(
                name(),
                figure,
                Medians.of(tenths.stream().mapToDouble(Tenth::rate).toArray()),
                "vertices/s",
                TENTHS));
        figures.accept(Figure.alone(name(), figure + ", CPU", Medians.of(cpu), "µs for each of the vertices", TENTHS));
        // The first tenth compiles; the next three are the young history.
        figures.accept(Figure.cost(
                name(),
                figure + ", CPU of the last three tenths against the second to fourth",
                Medians.of(Arrays.copyOfRange(cpu, TENTHS - 3, TENTHS)),
                "µs for each of the vertices",
                Medians.of(Arrays.copyOfRange(cpu, 1, 4)),
                3));
        figures.accept(Figure.cost(
                name(),
                figure + ", heap after the last tenth against the second",
                tenths.get(TENTHS - 1).heapMb(),
                "MB",
                tenths.get(1).heapMb(),
                1));
    }

    private Tenth tenth(BenchNetwork network, Ledger ledger, int rounds, int validators)
            throws SafetyViolationException {
        long cpu = 0;
        long wall = 0;
        for (int done = 0; done < rounds; ) {
            List<Vertex> block = new ArrayList<>();
            for (; done < rounds && block.size() < BLOCK; done++) {
                block.addAll(network.nextUnsignedRound(producer -> List.of()));
            }
            long cpuBefore = threads.getCurrentThreadCpuTime();
            long before = System.nanoTime();
            for (Vertex vertex : block) {
                ledger.apply(vertex, vertex.round());
            }
            wall += System.nanoTime() - before;
            cpu += threads.getCurrentThreadCpuTime() - cpuBefore;
        }
        double vertices = (double) rounds * validators;
        return new Tenth(vertices / (wall / 1e9), cpu / 1e3 / vertices, heapMb());
    }

    /** What is in use after a collection. */
    private static double heapMb() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return (runtime.totalMemory() - runtime.freeMemory()) / 1e6;
    }
}
