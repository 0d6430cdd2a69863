package dev.meshlog.infra.network;

import dev.meshlog.infra.UserError;
import dev.meshlog.schemas.Cluster;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A node of the network as a process of its own. It stops by itself when this process is gone, however that ended: it reads a pipe whose other end
 * is here. Any thread.
 */
public final class NodeProcess {
    private static final Duration ANSWER = Duration.ofSeconds(2);
    private static final Duration BETWEEN_QUESTIONS = Duration.ofMillis(250);
    private static final int SHOWN_LINES = 15;
    private static final long SHOWN_BYTES = 16 << 10;

    private final Member member;
    private final Path directory;
    private final Class<?> main;
    private final HttpClient http;
    private @Nullable Process process;
    private boolean isExpectedToEnd;

    NodeProcess(Member member, Path directory, Class<?> main, HttpClient http) {
        this.member = member;
        this.directory = directory;
        this.main = main;
        this.http = http;
    }

    public Member member() {
        return member;
    }

    public String name() {
        return member.name();
    }

    /** Its data directory. */
    public Path directory() {
        return directory;
    }

    /** Its own Kafka, where it stands also after a restart. */
    public Cluster cluster() {
        return Cluster.at(member.kafka());
    }

    /** Returns at once. Does nothing when it runs. */
    public void start() {
        start(Map.of());
    }

    /** @param environment more of it, {@link dev.meshlog.schemas.Failpoint#VARIABLE} for one */
    public synchronized void start(Map<String, String> environment) {
        if (isAlive()) {
            return;
        }
        ProcessBuilder builder = JavaCommand.of(
                main,
                List.of(
                        "up",
                        "--until-eof",
                        "--data",
                        directory.toString(),
                        "--config",
                        NodeFiles.configurationIn(directory).toString()));
        builder.environment().putAll(environment);
        try {
            Files.createDirectories(output().getParent());
            // A kill leaves it behind, and it says that Kafka can be reached.
            Files.deleteIfExists(directory.resolve("endpoint"));
            process = builder.redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(output().toFile()))
                    .start();
            isExpectedToEnd = false;
        } catch (IOException e) {
            throw new UserError(name() + " can't be started: " + e.getMessage(), "check memory and disk", e);
        }
    }

    /**
     * Runs a command of meshlog on this node's data directory, and returns its exit code. What it prints goes where the node's output goes.
     *
     * @param arguments {@code --data} is added
     */
    public int command(List<String> arguments, Duration limit) throws InterruptedException {
        List<String> all = new ArrayList<>(arguments);
        all.addAll(List.of("--data", directory.toString()));
        try {
            Process command = JavaCommand.of(main, all)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(output().toFile()))
                    .start();
            command.getOutputStream().close();
            if (!command.waitFor(limit.toNanos(), TimeUnit.NANOSECONDS)) {
                command.destroyForcibly();
                throw new UserError(
                        "meshlog %s took over %d s".formatted(String.join(" ", all), limit.toSeconds()),
                        "what it printed is in " + output());
            }
            return command.exitValue();
        } catch (IOException e) {
            throw new UserError("meshlog can't be started: " + e.getMessage(), "check memory and disk", e);
        }
    }

    /** Waits until its broker runs, which is the first half of its start. */
    public void awaitBroker(Duration limit) throws InterruptedException {
        await("start its broker", limit, () -> Files.exists(directory.resolve("endpoint")));
    }

    /** Waits until it answers questions about the ledger. */
    public void awaitUp(Duration limit) throws InterruptedException {
        await("answer questions", limit, () -> get("/readyz").isPresent());
    }

    @FunctionalInterface
    private interface Condition {
        boolean holds() throws InterruptedException;
    }

    private void await(String what, Duration limit, Condition condition) throws InterruptedException {
        long began = System.nanoTime();
        while (!condition.holds()) {
            if (!isAlive()) {
                throw new UserError(ending(), "the end of its output says why; all of it is in " + output());
            }
            if (System.nanoTime() - began > limit.toNanos()) {
                throw new UserError(
                        "%s did not %s within %d s; the end of its output:\n%s"
                                .formatted(name(), what, limit.toSeconds(), lastLines()),
                        "a machine under heavy load needs more time; its log is in " + directory.resolve("logs"));
            }
            TimeUnit.NANOSECONDS.sleep(BETWEEN_QUESTIONS.toNanos());
        }
    }

    /** What it answers to a question; empty when it does not, or refuses. */
    public Optional<String> get(String path) throws InterruptedException {
        var question = HttpRequest.newBuilder(URI.create(member.http() + path))
                .timeout(ANSWER)
                .build();
        try {
            HttpResponse<String> answer = http.send(question, HttpResponse.BodyHandlers.ofString());
            return answer.statusCode() == 200 ? Optional.of(answer.body()) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    public synchronized boolean isAlive() {
        return process != null && process.isAlive();
    }

    /** @throws IllegalStateException before its start */
    public synchronized long pid() {
        return current().pid();
    }

    /** SIGTERM; returns at once. */
    public synchronized void terminate() {
        isExpectedToEnd = true;
        if (process != null) {
            process.destroy();
        }
    }

    /** SIGKILL; returns when it has gone. */
    public void kill() throws InterruptedException {
        Process killed;
        synchronized (this) {
            isExpectedToEnd = true;
            killed = process;
        }
        if (killed != null) {
            killed.destroyForcibly().waitFor();
        }
    }

    /** Whether it has ended within the limit. */
    public boolean awaitEnd(Duration limit) throws InterruptedException {
        Process waited;
        synchronized (this) {
            waited = process;
        }
        return waited == null || waited.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** How it ended when nobody asked it to: with its exit code and the end of what it printed. */
    public synchronized Optional<String> failure() {
        return process == null || isExpectedToEnd || process.isAlive() ? Optional.empty() : Optional.of(ending());
    }

    private synchronized String ending() {
        return "%s ended by itself with exit code %d; the end of its output:\n%s"
                .formatted(name(), current().exitValue(), lastLines());
    }

    /** What its process prints, at every start behind what is there. */
    public Path output() {
        return directory.resolve("logs").resolve("output.log");
    }

    private String lastLines() {
        try (var file = FileChannel.open(output())) {
            long from = Math.max(0, file.size() - SHOWN_BYTES);
            var bytes = ByteBuffer.allocate((int) (file.size() - from));
            file.read(bytes, from);
            List<String> lines =
                    new String(bytes.array(), StandardCharsets.UTF_8).lines().toList();
            return String.join("\n", lines.subList(Math.max(0, lines.size() - SHOWN_LINES), lines.size()))
                    .indent(4)
                    .stripTrailing();
        } catch (IOException e) {
            throw new UncheckedIOException(output().toString(), e);
        }
    }

    private Process current() {
        Process current = process;
        if (current == null) {
            throw new IllegalStateException(name() + " was not started");
        }
        return current;
    }
}
