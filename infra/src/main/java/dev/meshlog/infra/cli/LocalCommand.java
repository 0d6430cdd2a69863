package dev.meshlog.infra.cli;

import dev.meshlog.infra.UserError;
import dev.meshlog.infra.network.Load;
import dev.meshlog.infra.network.LocalNetwork;
import dev.meshlog.infra.network.NetworkCheck;
import dev.meshlog.infra.node.Directories;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "local",
        mixinStandardHelpOptions = true,
        subcommands = FaultsCommand.class,
        description = {
            "Run a whole network on this machine, each node a process of its own with its own broker, until Ctrl-C.",
            "With --check the nodes are compared at the end: exit code 3 when they differ, or a transaction is lost."
        })
@SuppressWarnings("NullAway.Init") // fields are set by picocli
final class LocalCommand implements Callable<Integer> {
    /** For the nodes, which stop together, and the load before them. */
    private static final long STOPPING_SECONDS = 60;

    private static final int VALIDATORS = 4;
    private static final int LISTENERS = 1;
    private static final Duration RESULTS = Duration.ofMinutes(10);

    @Option(names = "--validators", paramLabel = "N", description = "Of a new network (default: " + VALIDATORS + ").")
    private @Nullable Integer validators;

    @Option(names = "--listeners", paramLabel = "N", description = "Of a new network (default: " + LISTENERS + ").")
    private @Nullable Integer listeners;

    @Option(
            names = "--load",
            paramLabel = "TPS",
            description = "Send so many transactions a second, to all validators.")
    private int load;

    @Option(
            names = "--duration",
            paramLabel = "TIME",
            converter = DurationConverter.class,
            description = "End after this time, 90s or 10m, counted from when all nodes are up (default: never).")
    private @Nullable Duration duration;

    @Option(
            names = "--check",
            description = "Compare commits, results, roots and dumps of all nodes at the end; needs --duration.")
    private boolean check;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description =
                    "Keep the network here, or go on with the one that is there (default: a temporary directory).")
    private @Nullable Path data;

    @Option(names = "--keep", description = "Do not delete the temporary directory.")
    private boolean keep;

    @Option(names = "--json", description = "Print one JSON object for each node and one for all of it.")
    private boolean json;

    @Option(names = "--verbose", description = "More log lines on standard error.")
    private boolean verbose;

    /** Read by whoever explains a failure. */
    @Option(names = "--debug", description = "Print the stack trace of a failure.")
    boolean debug;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        if (check && duration == null) {
            throw new ParameterException(spec.commandLine(), "--check needs --duration: it compares at the end");
        }
        if (load < 0 || (validators != null && validators < 1) || (listeners != null && listeners < 0)) {
            throw new ParameterException(
                    spec.commandLine(), "a network has at least one validator, and no number is negative");
        }
        Logging.toConsole(verbose, false);
        var out = spec.commandLine().getOut();
        var terminal = new Terminal(json ? spec.commandLine().getErr() : out, false);
        Path directory = data == null ? temporary() : data;
        boolean isDone = false;
        try (StopSignal stop = StopSignal.install(STOPPING_SECONDS)) {
            stop.interrupt(Thread.currentThread());
            int code = run(directory, new LocalReport(out, terminal, json), terminal, stop.requested());
            isDone = code == 0;
            return code;
        } catch (InterruptedException e) {
            terminal.say("stopped");
            isDone = true;
            return Meshlog.FAILED;
        } finally {
            tidy(directory, isDone, terminal);
        }
    }

    private int run(Path directory, LocalReport report, Terminal terminal, CountDownLatch stop)
            throws InterruptedException {
        try (LocalNetwork network = open(directory)) {
            terminal.say("starting %d nodes in %s".formatted(network.nodes().size(), network.directory()));
            network.start();
            report.nodes(network);
            long sentBefore = report.sentBytes(network);
            Load running = load == 0 ? null : Load.start(network.validators(), network.genesis(), load);
            try {
                watch(network, running, report, stop);
                if (stop.getCount() == 0) {
                    terminal.say(check ? "stopping before the end: nothing is compared" : "stopping");
                    return check ? Meshlog.FAILED : 0;
                }
                if (running != null) {
                    running.stop();
                    terminal.say("the load has stopped; waiting for the results of what was sent");
                    if (!running.awaitResults(RESULTS)) {
                        throw new UserError(
                                "%d transactions have no result after %d s, and could still get one"
                                        .formatted(running.counts().unsettled(), RESULTS.toSeconds()),
                                "look at commit and round above: a network that commits nothing lacks a quorum");
                    }
                }
                long sent = report.sentBytes(network) - sentBefore;
                NetworkCheck result = check
                        ? NetworkCheck.run(
                                network.nodes(),
                                network.genesis(),
                                running == null ? 1 : running.counts().newestCommit(),
                                Clock.systemUTC(),
                                terminal::say)
                        : null;
                return report.end(result, running, sent) ? 0 : Meshlog.VERIFICATION_FAILED;
            } finally {
                if (running != null) {
                    running.close();
                }
            }
        }
    }

    private LocalNetwork open(Path directory) {
        int wantedValidators = validators == null ? VALIDATORS : validators;
        int wantedListeners = listeners == null ? LISTENERS : listeners;
        boolean isThere = LocalNetwork.isIn(directory);
        LocalNetwork network = LocalNetwork.open(
                directory,
                LocalNetwork.Settings.of(wantedValidators, wantedListeners, Meshlog.class),
                new SecureRandom());
        int there = network.validators().size();
        int others = network.nodes().size() - there;
        if (isThere && ((validators != null && validators != there) || (listeners != null && listeners != others))) {
            throw new UserError(
                    "the network in %s has %d validators and %d listeners".formatted(directory, there, others),
                    "leave --validators and --listeners away to go on with it, or choose another directory with --data");
        }
        return network;
    }

    private void watch(LocalNetwork network, @Nullable Load running, LocalReport report, CountDownLatch stop)
            throws InterruptedException {
        long began = System.nanoTime();
        while (duration == null || System.nanoTime() - began < duration.toNanos()) {
            network.failure().ifPresent(failure -> {
                throw new UserError(failure, "the other nodes are stopped; its log says more");
            });
            if (running != null) {
                running.failure().ifPresent(failure -> {
                    throw new UserError(failure, "the logs of the validators may tell why");
                });
            }
            report.standing(network, running);
            if (stop.await(1, TimeUnit.SECONDS)) {
                return;
            }
        }
    }

    private static Path temporary() {
        try {
            return Files.createTempDirectory("meshlog-local");
        } catch (IOException e) {
            throw new UncheckedIOException("a temporary directory", e);
        }
    }

    private void tidy(Path directory, boolean isDone, Terminal terminal) {
        if (data != null) {
            return;
        }
        if (keep || !isDone) {
            terminal.say("everything is kept in " + directory);
            return;
        }
        try {
            Directories.delete(directory);
        } catch (IOException e) {
            terminal.say("%s could not be deleted: %s".formatted(directory, e));
        }
    }
}
