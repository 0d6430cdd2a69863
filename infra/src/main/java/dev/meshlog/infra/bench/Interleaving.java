package dev.meshlog.infra.bench;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;

/**
 * Runs a subject and its limit in turn, so that a machine that is slow for a while is slow for both, and takes medians. CPU time is that of the
 * whole process: collector, compiler and the threads of native libraries included.
 */
final class Interleaving {
    static final int ROUNDS = 5;

    private static final OperatingSystemMXBean SYSTEM =
            ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

    private final String bench;
    private final String unit;
    private final BenchSettings settings;

    /** @param unit what a work counts, in the plural */
    Interleaving(String bench, String unit, BenchSettings settings) {
        this.bench = bench;
        this.unit = unit;
        this.settings = settings;
    }

    /** A piece of work that can be done over and over. */
    @FunctionalInterface
    interface Work {
        /** @return how many units were done */
        long run() throws Exception;
    }

    /** Units a second of wall time, and microseconds of CPU time for a unit. */
    private record Speed(double rate, double cpuMicros) {}

    /** A slice of the time for each run; work that takes longer than its slice is done once a run. */
    void compare(String figure, Work subject, Work limit, Consumer<Figure> figures) throws Exception {
        long slice = (long) (settings.seconds() * 1e9 / (2 * (ROUNDS + 1)));
        measure(subject, slice);
        measure(limit, slice);
        List<Speed> subjects = new ArrayList<>();
        List<Speed> limits = new ArrayList<>();
        for (int round = 1; round <= ROUNDS; round++) {
            subjects.add(measure(subject, slice));
            limits.add(measure(limit, slice));
            settings.progress()
                    .accept(String.format(
                            Locale.ROOT,
                            "%s, %s: round %d of %d, %,.0f and %,.0f %s/s",
                            bench,
                            figure,
                            round,
                            ROUNDS,
                            subjects.get(round - 1).rate(),
                            limits.get(round - 1).rate(),
                            unit));
        }
        figures.accept(Figure.rate(
                bench, figure, median(subjects, Speed::rate), unit + "/s", median(limits, Speed::rate), ROUNDS));
        figures.accept(Figure.cost(
                bench,
                figure + ", CPU",
                median(subjects, Speed::cpuMicros),
                "µs for each of the " + unit,
                median(limits, Speed::cpuMicros),
                ROUNDS));
    }

    private static Speed measure(Work work, long slice) throws Exception {
        long cpu = SYSTEM.getProcessCpuTime();
        long started = System.nanoTime();
        long units = 0;
        long elapsed;
        do {
            units += work.run();
            elapsed = System.nanoTime() - started;
        } while (elapsed < slice);
        return new Speed(units / (elapsed / 1e9), (SYSTEM.getProcessCpuTime() - cpu) / 1e3 / units);
    }

    private static double median(List<Speed> speeds, ToDoubleFunction<Speed> what) {
        return Medians.of(speeds.stream().mapToDouble(what).toArray());
    }
}
