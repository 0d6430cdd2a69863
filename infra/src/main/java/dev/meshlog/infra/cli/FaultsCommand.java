package dev.meshlog.infra.cli;

import dev.meshlog.infra.UserError;
import dev.meshlog.infra.network.faults.DrillReport;
import dev.meshlog.infra.network.faults.Drills;
import dev.meshlog.infra.node.Directories;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "faults",
        mixinStandardHelpOptions = true,
        description = {
            "Let something go wrong in a network of processes on this machine, and check what has to hold then.",
            "kills: one of four validators is killed and restarted, twenty times. cut: one of four is cut off for a minute."
                    + " halves: two of four are cut off from the other two. byzantine: one of four lies."
                    + " links: listeners join over links that delay, lose, duplicate, reorder or are cut."
                    + " members: beside four, a fifth joins under load and leaves, five times.",
            "Prints a line for each thing that was checked. Exit code 3 when one did not hold."
        })
@SuppressWarnings("NullAway.Init") // fields are set by picocli
final class FaultsCommand implements Callable<Integer> {
    /** For the nodes, which stop together. */
    private static final long STOPPING_SECONDS = 60;

    @Parameters(paramLabel = "NAME", description = "One of ${COMPLETION-CANDIDATES}.")
    private Drills drill;

    @Option(
            names = "--seed",
            paramLabel = "SEED",
            description = "Of everything that is random (default: another one each time).")
    private @Nullable Long seed;

    @Option(names = "--short", description = "Fewer and shorter faults.")
    private boolean isShort;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Where the nodes keep their data, which stays there (default: a directory that is removed).")
    private @Nullable Path data;

    @Option(names = "--verbose", description = "More log lines on standard error.")
    private boolean verbose;

    /** Read by whoever explains a failure. */
    @Option(names = "--debug", description = "Print the stack trace of a failure.")
    boolean debug;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Logging.toConsole(verbose, false);
        long chosen = seed == null ? new SplittableRandom().nextLong(1_000_000) : seed;
        var terminal = new Terminal(spec.commandLine().getOut(), false);
        terminal.say("%s, seed %d".formatted(drill.meaning(), chosen));
        Path directory = directory();
        boolean holds = false;
        try (StopSignal stop = StopSignal.install(STOPPING_SECONDS)) {
            stop.interrupt(Thread.currentThread());
            var report = new DrillReport(spec.commandLine().getOut());
            drill.run(directory, Meshlog.class, chosen, isShort, report, Clock.systemUTC());
            holds = report.holds();
            return holds ? 0 : Meshlog.VERIFICATION_FAILED;
        } catch (InterruptedException e) {
            terminal.say("stopped");
            return Meshlog.FAILED;
        } finally {
            if (data == null && holds) {
                Directories.delete(directory);
            } else {
                terminal.say("everything is kept in " + directory);
            }
        }
    }

    /** @throws UserError when there is something already */
    private Path directory() {
        try {
            if (data == null) {
                return Files.createTempDirectory("meshlog-faults");
            }
            if (Files.exists(data)) {
                throw new UserError(
                        data + " is there already", "each drill makes a network of its own: name a new directory");
            }
            return Files.createDirectories(data);
        } catch (IOException e) {
            throw new UncheckedIOException("a directory for the network", e);
        }
    }
}
