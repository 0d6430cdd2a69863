package dev.meshlog.infra.cli;

import dev.meshlog.infra.bench.Bench;
import dev.meshlog.infra.bench.BenchSettings;
import dev.meshlog.infra.bench.Benches;
import dev.meshlog.infra.bench.Figure;
import java.io.PrintWriter;
import java.time.Clock;
import java.util.Iterator;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description = {
            "Measure a part of Meshlog against what bounds it on this machine.",
            "Both run in turn within one run, and the medians are compared: the ratio is the figure, more is better."
        })
@SuppressWarnings("NullAway.Init") // fields are set by picocli
final class BenchCommand implements Callable<Integer> {
    @Parameters(
            paramLabel = "NAME",
            completionCandidates = Names.class,
            description = "One of ${COMPLETION-CANDIDATES}; or 'list' for what they measure.")
    private String name;

    @Option(
            names = "--objects",
            paramLabel = "N",
            description = "How many objects, vertices or rounds; 'list' says which, and the default.")
    private @Nullable Long objects;

    @Option(
            names = "--seconds",
            paramLabel = "S",
            defaultValue = "12",
            description = "For each comparison, if its work fits into that (default: ${DEFAULT-VALUE}).")
    private double seconds;

    @Option(names = "--json", description = "Print each figure as a JSON object on a line of its own.")
    private boolean json;

    @Option(names = "--debug", description = "Print the stack trace of a failure.")
    @SuppressWarnings("UnusedVariable") // read by the handler of failures
    private boolean debug;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        if (name.equals("list")) {
            Benches.all().forEach(bench -> out().printf("%-14s %s%n", bench.name(), bench.sentence()));
            out().flush();
            return 0;
        }
        Bench bench = Benches.find(name)
                .orElseThrow(() -> new ParameterException(
                        spec.commandLine(), "there is no bench '" + name + "'; 'meshlog bench list' names them"));
        if ((objects != null && objects < 1) || !(seconds > 0)) {
            throw new ParameterException(spec.commandLine(), "--objects and --seconds are more than 0");
        }
        var settings = new BenchSettings(
                objects == null ? OptionalLong.empty() : OptionalLong.of(objects),
                seconds,
                Clock.systemUTC(),
                this::progress);
        bench.run(settings, this::print);
        return 0;
    }

    private void print(Figure figure) {
        if (json) {
            out().println(CommonOptions.toJson(figure));
        } else {
            out().printf(
                            Locale.ROOT,
                            "%s, %s: %s %s%s%n",
                            figure.bench(),
                            figure.figure(),
                            number(figure.value()),
                            figure.unit(),
                            against(figure));
        }
        out().flush();
    }

    private static String against(Figure figure) {
        return figure.limit() == null
                ? ""
                : String.format(Locale.ROOT, "; limit %s, ratio %.2f", number(figure.limit()), figure.ratio());
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, value < 1_000 ? "%.2f" : "%,.0f", value);
    }

    private void progress(String line) {
        PrintWriter err = spec.commandLine().getErr();
        err.println(line);
        err.flush();
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }

    static final class Names implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Benches.all().stream().map(Bench::name).iterator();
        }
    }
}
