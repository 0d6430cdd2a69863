package dev.meshlog.replayer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.meshlog.schemas.Failpoint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The replayer command in a process of its own, with what it prints in a file. Closing kills it if it still runs. */
final class ReplayerProcess implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final Process process;
    private final Path output;

    private ReplayerProcess(Process process, Path output) {
        this.process = process;
        this.output = output;
    }

    /** @param failpoint where it dies, with the number of the time; empty: it does not */
    static ReplayerProcess start(Path directory, String failpoint, List<String> arguments) throws IOException {
        String whole = System.getProperty("surefire.test.class.path");
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                ReplayerCommand.class.getName()));
        command.addAll(arguments);
        Path output = Files.createTempFile(directory, "replayer", ".out");
        var builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        // In the environment it may be as long as it is.
        builder.environment().put("CLASSPATH", whole != null ? whole : System.getProperty("java.class.path"));
        builder.environment().put(Failpoint.VARIABLE, failpoint);
        return new ReplayerProcess(builder.start(), output);
    }

    void awaitPrinted(String text) {
        await(text)
                .atMost(PATIENCE)
                .failFast(() -> {
                    if (!process.isAlive() && !output().contains(text)) {
                        throw new AssertionError("it ended without '" + text + "'\n" + output());
                    }
                })
                .until(() -> output().contains(text));
    }

    int awaitEnd() throws InterruptedException {
        assertThat(process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS))
                .as(this::output)
                .isTrue();
        return process.exitValue();
    }

    /** SIGTERM. */
    int terminate() throws InterruptedException {
        process.destroy();
        return awaitEnd();
    }

    String output() {
        try {
            return Files.readString(output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
