package dev.meshlog.ingest;

import dev.meshlog.schemas.Hex;
import dev.meshlog.schemas.radio.SourcePosition;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A recorded file. Positions are byte offsets, and they only count for a file with the same content: continuing in a file that was
 * replaced would lose or repeat messages without anybody noticing.
 */
public final class FileLink implements Link {
    private static final int CHUNK = 8192;

    private final String name;
    private final String network;
    private final Path path;
    private final Pace pace;
    private final CountDownLatch closed = new CountDownLatch(1);

    FileLink(String name, String network, Path path, Pace pace) {
        this.name = name;
        this.network = network;
        this.path = path;
        this.pace = pace;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String network() {
        return network;
    }

    @Override
    public void run(@Nullable SourcePosition acknowledged, Sink sink) throws LinkException, InterruptedException {
        try {
            String fingerprint = fingerprint(path);
            play(fingerprint, start(acknowledged, fingerprint), sink);
        } catch (NoSuchFileException e) {
            throw new LinkException("there is no file " + path.toAbsolutePath(), e);
        } catch (ClosedByInterruptException e) {
            Thread.interrupted();
            throw (InterruptedException) new InterruptedException("while reading " + path).initCause(e);
        } catch (IOException e) {
            throw new LinkException("reading " + path.toAbsolutePath() + ": " + e.getMessage(), e);
        }
    }

    private long start(@Nullable SourcePosition acknowledged, String fingerprint) throws LinkException {
        if (acknowledged == null) {
            return 0;
        }
        if (!acknowledged.getFingerprint().equals(fingerprint)) {
            throw new LinkException("link " + name + " was fed from a file with SHA-256 "
                    + acknowledged.getFingerprint()
                    + " up to byte " + acknowledged.getEnd() + ", but " + path.toAbsolutePath() + " has " + fingerprint
                    + "; put the old file back, or give this one a link name of its own");
        }
        return acknowledged.getEnd();
    }

    private void play(String fingerprint, long start, Sink sink) throws IOException, InterruptedException {
        long began = System.nanoTime();
        long messages = 0;
        try (InputStream in = Files.newInputStream(path)) {
            in.skipNBytes(start);
            Decoder decoder = Format.of(path).decoder(start, end -> new SourcePosition(fingerprint, end));
            byte[] chunk = new byte[CHUNK];
            int read;
            do {
                read = in.read(chunk);
                var due = new ArrayList<Received>();
                for (Received received : read < 0 ? decoder.end() : decoder.feed(chunk, read)) {
                    long left = pace.due(messages++).toNanos() - (System.nanoTime() - began);
                    if (left > 0) {
                        deliver(due, sink);
                        due = new ArrayList<>();
                    }
                    if (closed.await(Math.max(0, left), TimeUnit.NANOSECONDS)) {
                        return;
                    }
                    due.add(received);
                }
                deliver(due, sink);
            } while (read >= 0);
        }
    }

    private static void deliver(List<Received> due, Sink sink) throws InterruptedException {
        if (!due.isEmpty()) {
            sink.accept(due);
        }
    }

    @Override
    public void close() {
        closed.countDown();
    }

    private static String fingerprint(Path path) throws IOException {
        MessageDigest sha256;
        try {
            sha256 = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
        try (var in = new DigestInputStream(Files.newInputStream(path), sha256)) {
            in.transferTo(java.io.OutputStream.nullOutputStream());
        }
        return Hex.of(sha256.digest());
    }

    /** Takes a file's bytes apart. What comes out does not depend on how they were cut into chunks. */
    interface Decoder {
        List<Received> feed(byte[] chunk, int length);

        List<Received> end();
    }

    /** Makes a source position of an offset. */
    @FunctionalInterface
    interface Positions {
        SourcePosition at(long end);
    }

    /** How a recording is written; its file name's ending says which. */
    enum Format {
        FRAMES(".frames"),
        MQTT_LINES(".jsonl");

        private final String ending;

        Format(String ending) {
            this.ending = ending;
        }

        static Format of(Path path) {
            for (Format format : values()) {
                if (path.toString().endsWith(format.ending)) {
                    return format;
                }
            }
            throw new IllegalArgumentException(
                    path + " is not a recording: its name ends with neither .frames nor .jsonl");
        }

        Decoder decoder(long position, Positions positions) {
            return switch (this) {
                case FRAMES -> new FrameDecoder(position, positions);
                case MQTT_LINES -> new MqttLineDecoder(position, positions);
            };
        }
    }
}
