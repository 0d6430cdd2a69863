package dev.meshlog.infra;

import static org.awaitility.Awaitility.await;

import dev.meshlog.infra.cli.Meshlog;
import dev.meshlog.schemas.Failpoint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The meshlog command as a process of its own, with what it prints in files. Closing kills it if it still runs. */
public final class MeshlogProcess implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final Process process;
    private final List<String> arguments;
    private final Path out;
    private final Path err;

    private MeshlogProcess(Process process, List<String> arguments, Path out, Path err) {
        this.process = process;
        this.arguments = arguments;
        this.out = out;
        this.err = err;
    }

    /**
     * How a process ended.
     *
     * @param out what it printed to standard output
     * @param err what it printed to standard error
     */
    public record Ended(int exitCode, String out, String err) {}

    /** @param directory the working directory; the captured output goes into its subdirectory {@code output} */
    public static MeshlogProcess start(Path directory, String... arguments) {
        return startMain(Meshlog.class, directory, arguments);
    }

    /** One that dies when it reaches a step for the given time, as if it was killed. */
    public static MeshlogProcess startToDieAt(Failpoint step, int time, Path directory, String... arguments) {
        return start(Map.of(Failpoint.VARIABLE, step + ":" + time), Meshlog.class, directory, arguments);
    }

    /** Another main class on the same class path. */
    public static MeshlogProcess startMain(Class<?> main, Path directory, String... arguments) {
        return start(Map.of(), main, directory, arguments);
    }

    private static MeshlogProcess start(
            Map<String, String> environment, Class<?> main, Path directory, String... arguments) {
        try {
            Path output = Files.createDirectories(directory.resolve("output"));
            Path out = Files.createTempFile(output, main.getSimpleName(), ".out");
            Path err = out.resolveSibling(out.getFileName().toString().replace(".out", ".err"));
            var command = new ArrayList<>(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx512m",
                    "-XX:+UseSerialGC",
                    "-XX:TieredStopAtLevel=1",
                    "-Xshare:auto",
                    main.getName()));
            command.addAll(List.of(arguments));
            var builder = new ProcessBuilder(command)
                    .directory(directory.toFile())
                    .redirectOutput(out.toFile())
                    .redirectError(err.toFile());
            // In the environment it may be as long as it is.
            builder.environment().put("CLASSPATH", classPath());
            builder.environment().put("MALLOC_ARENA_MAX", "2");
            builder.environment().putAll(environment);
            return new MeshlogProcess(builder.start(), List.of(arguments), out, err);
        } catch (IOException e) {
            throw new UncheckedIOException("meshlog " + List.of(arguments), e);
        }
    }

    /** Runs a command to its end. */
    public static Ended run(Path directory, String... arguments) {
        try (var process = start(directory, arguments)) {
            return process.awaitEnd(PATIENCE);
        }
    }

    /** Surefire may start its JVM with a class path of one jar that refers to the real one. */
    private static String classPath() {
        String whole = System.getProperty("surefire.test.class.path");
        return whole != null ? whole : System.getProperty("java.class.path");
    }

    /** Waits until the process has printed a text; fails at once when it has ended without. */
    public MeshlogProcess awaitPrinted(String text) {
        await(this + " prints '" + text + "'")
                .atMost(PATIENCE)
                .failFast(() -> {
                    if (!isAlive() && !out().contains(text)) {
                        throw new AssertionError(this + " ended without printing '" + text + "'\n" + whatItPrinted());
                    }
                })
                .until(() -> out().contains(text));
        return this;
    }

    /** Waits for the end of the process. */
    public Ended awaitEnd(Duration limit) {
        try {
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new AssertionError(this + " still runs after " + limit + "\n" + whatItPrinted());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
        return new Ended(process.exitValue(), out(), err());
    }

    /** SIGTERM. */
    public void terminate() {
        process.destroy();
    }

    /** SIGKILL. */
    public void kill() {
        process.destroyForcibly();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    public String out() {
        return read(out);
    }

    public String err() {
        return read(err);
    }

    @Override
    public void close() {
        if (isAlive()) {
            kill();
            awaitEnd(PATIENCE);
        }
    }

    @Override
    public String toString() {
        return "meshlog " + String.join(" ", arguments);
    }

    private String whatItPrinted() {
        return "standard output:\n" + out() + "\nstandard error:\n" + err();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(file.toString(), e);
        }
    }
}
