package dev.meshlog.infra.cli;

import dev.meshlog.ledger.simulation.Simulation;
import dev.meshlog.ledger.simulation.SimulationFailure;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "simulate",
        mixinStandardHelpOptions = true,
        description = {
            "Try the ledger's rules on simulated networks.",
            "Each seed is one network in virtual time, with delay, loss, crashes, cuts, liars, joins and leaves drawn from it;"
                    + " agreement, exactly-once execution, snapshots and progress are checked with every event."
                    + " The same seed is always the same run. Exit code 3 when a check fails."
        })
@SuppressWarnings("NullAway.Init") // fields are set by picocli
final class SimulateCommand implements Callable<Integer> {
    private static final long PROGRESS_NS = TimeUnit.SECONDS.toNanos(2);

    @Option(
            names = "--seeds",
            paramLabel = "N",
            defaultValue = "1000",
            description = "How many (default: ${DEFAULT-VALUE}).")
    private long seeds;

    @Option(
            names = "--from",
            paramLabel = "SEED",
            defaultValue = "0",
            description = "The first one (default: ${DEFAULT-VALUE}).")
    private long from;

    @Option(names = "--seed", paramLabel = "SEED", description = "Only this one: to see a failure again.")
    private @Nullable Long only;

    @Option(names = "--keep-going", description = "Do not stop at the first failure.")
    private boolean keepGoing;

    @Option(names = "--threads", paramLabel = "N", description = "Runs beside each other (default: one a processor).")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(names = "--json", description = "Print the summary as JSON.")
    private boolean json;

    @Option(names = "--debug", description = "Print the stack trace of a failure.")
    private boolean debug;

    @Spec
    private CommandSpec spec;

    private final Map<String, Long> counts = new TreeMap<>();
    private final List<Long> failed = new ArrayList<>();
    private long done;
    private long virtualMs;

    @Override
    public Integer call() throws InterruptedException {
        if (seeds < 1 || threads < 1) {
            throw new ParameterException(spec.commandLine(), "--seeds and --threads are at least 1");
        }
        long first = only == null ? from : only;
        long count = only == null ? seeds : 1;
        long started = System.nanoTime();
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            run(new ExecutorCompletionService<>(pool), first, count, started);
        } finally {
            pool.shutdownNow();
        }
        summary((System.nanoTime() - started) / 1e9);
        return failed.isEmpty() ? 0 : Meshlog.VERIFICATION_FAILED;
    }

    private void run(CompletionService<Simulation.Report> runs, long first, long count, long started)
            throws InterruptedException {
        long submitted = 0;
        long shown = started;
        while (submitted < count && submitted < 2L * threads) {
            submit(runs, first + submitted);
            submitted++;
        }
        for (long taken = 0; taken < submitted; taken++) {
            take(runs.take());
            if (submitted < count && (failed.isEmpty() || keepGoing)) {
                submit(runs, first + submitted);
                submitted++;
            }
            long now = System.nanoTime();
            if (now - shown > PROGRESS_NS) {
                shown = now;
                progress(count, (now - started) / 1e9);
            }
        }
    }

    private static void submit(CompletionService<Simulation.Report> runs, long seed) {
        Future<Simulation.Report> unused = runs.submit(() -> Simulation.run(seed));
    }

    private void take(Future<Simulation.Report> run) throws InterruptedException {
        done++;
        try {
            Simulation.Report report = run.get();
            virtualMs += report.virtualMs();
            report.counts().forEach((what, number) -> counts.merge(what, number, Long::sum));
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof SimulationFailure failure)) {
                throw new IllegalStateException("a simulation stopped without a verdict", e);
            }
            failed.add(failure.seed());
            PrintWriter err = spec.commandLine().getErr();
            err.println(failure.getMessage());
            if (debug) {
                failure.printStackTrace(err);
            }
            err.flush();
        }
    }

    private void progress(long count, double seconds) {
        PrintWriter err = spec.commandLine().getErr();
        err.printf(
                "%d of %d seeds (%d %%), %d failed, %.0f a minute, about %.0f s to go%n",
                done, count, 100 * done / count, failed.size(), 60 * done / seconds, (count - done) * seconds / done);
        err.flush();
    }

    private void summary(double seconds) {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            var figures = new LinkedHashMap<String, Object>();
            figures.put("seeds", done);
            figures.put("failed", failed);
            figures.put("virtualSeconds", virtualMs / 1_000);
            figures.put("seconds", Math.round(seconds * 10) / 10.0);
            figures.put("counts", counts);
            out.println(CommonOptions.toJson(figures));
        } else {
            counts.forEach((what, number) -> out.printf("%,14d  %s%n", number, what));
            out.printf(
                    "%d seeds in %.1f s, %,d virtual seconds: %s%n",
                    done,
                    seconds,
                    virtualMs / 1_000,
                    failed.isEmpty() ? "all invariants held" : failed.size() + " FAILED, seeds " + failed);
        }
        out.flush();
    }
}
