package dev.meshlog.ingest.mqtt;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A real broker on a free port, with a configuration and a database of its own. */
final class Mosquitto implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(60);

    private final Path directory;
    private final int port;
    private Process process;

    private Mosquitto(Path directory, int port) throws IOException {
        this.directory = directory;
        this.port = port;
        process = started();
    }

    /** With what every test wants: sessions that survive a restart, and no message dropped for a queue that is too long. */
    static Mosquitto start(Path directory, String... more) throws IOException {
        assumeTrue(
                program("mosquitto").isPresent(),
                "mosquitto is not installed: this test is not run; 'apt-get install mosquitto' brings it");
        Files.createDirectories(directory);
        int port;
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        var lines = new ArrayList<>(List.of(
                "listener " + port + " 127.0.0.1",
                "persistence true",
                "persistence_location " + directory + "/",
                "autosave_interval 1",
                "max_queued_messages 0",
                "max_inflight_messages 0",
                "set_tcp_nodelay true",
                // As root it would become another user, who can't read here.
                "user root"));
        if (Stream.of(more).noneMatch(line -> line.startsWith("password_file"))) {
            lines.add("allow_anonymous true");
        }
        lines.addAll(List.of(more));
        Files.write(directory.resolve("mosquitto.conf"), lines);
        return new Mosquitto(directory, port);
    }

    private Process started() throws IOException {
        Process made = new ProcessBuilder(
                        program("mosquitto").orElseThrow().toString(),
                        "-c",
                        directory.resolve("mosquitto.conf").toString())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("mosquitto.log").toFile())
                .start();
        await().atMost(START).until(() -> {
            if (!made.isAlive()) {
                throw new IllegalStateException(
                        "mosquitto ended: " + Files.readString(directory.resolve("mosquitto.log")));
            }
            return answers();
        });
        return made;
    }

    private boolean answers() {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    static Optional<Path> program(String name) {
        return Stream.concat(Stream.of(System.getenv("PATH").split(":")), Stream.of("/usr/sbin", "/usr/local/sbin"))
                .map(directory -> Path.of(directory, name))
                .filter(Files::isExecutable)
                .findFirst();
    }

    int port() {
        return port;
    }

    void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
    }

    void stop() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
            kill();
        }
    }

    void startAgain() throws IOException {
        process = started();
    }

    @Override
    public void close() {
        try {
            kill();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    static void run(Path directory, String... command) {
        try {
            Process run = new ProcessBuilder(command)
                    .directory(directory.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(directory.resolve("command.log").toFile())
                    .start();
            if (run.waitFor() != 0) {
                throw new IllegalStateException(
                        String.join(" ", command) + ": " + Files.readString(directory.resolve("command.log")));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
