package dev.meshlog.infra.radio;

import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.Hex;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.meshtastic.NodeInfo;
import dev.meshlog.schemas.radio.FrameKind;
import dev.meshlog.schemas.radio.RadioFrame;
import dev.meshlog.schemas.radio.SourcePosition;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.IntConsumer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.jspecify.annotations.Nullable;

/**
 * Nodes out of a file, on their way to the log: each becomes a frame of the link {@value #LINK}, and is judged by the tables like everything that was
 * heard. To import a file twice changes nothing.
 */
public final class NodeImport {
    public static final String LINK = "import";

    private final List<Entry> nodes = new ArrayList<>();
    private final List<Bad> bad = new ArrayList<>();
    private final String fingerprint;
    private int withKey;

    private NodeImport(String fingerprint) {
        this.fingerprint = fingerprint;
    }

    private record Entry(long line, String network, NodeInfo node) {}

    /** What can't be used, and why. */
    public record Bad(long line, String reason) {}

    /**
     * Reads a file.
     *
     * @param network of the nodes for which the file does not say it; null: those can't be used
     */
    public static NodeImport read(Path file, KeyFileFormat format, @Nullable String network) throws IOException {
        var read = new NodeImport(fingerprint(file));
        try (var in = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            format.read(in, read.sink(network));
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        return read;
    }

    private static String fingerprint(Path file) throws IOException {
        try (var in = new DigestInputStream(Files.newInputStream(file), MessageDigest.getInstance("SHA-256"))) {
            in.transferTo(java.io.OutputStream.nullOutputStream());
            return Hex.of(in.getMessageDigest().digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private NodeSink sink(@Nullable String otherwise) {
        return new NodeSink() {
            @Override
            public void node(long line, @Nullable String network, NodeInfo node) {
                String its = network == null ? otherwise : network;
                if (its == null) {
                    bad(line, "no network is named; --network names one for those without");
                    return;
                }
                nodes.add(new Entry(line, its, node));
                if (!node.getUser().getPublicKey().isEmpty()) {
                    withKey++;
                }
            }

            @Override
            public void bad(long line, String reason) {
                bad.add(new Bad(line, reason));
            }
        };
    }

    public int nodes() {
        return nodes.size();
    }

    public int withKey() {
        return withKey;
    }

    public List<Bad> bad() {
        return List.copyOf(bad);
    }

    /**
     * Writes the frames and returns once the cluster has all of them.
     *
     * @param progress is told how many are written
     */
    public void write(Cluster cluster, Instant at, IntConsumer progress) {
        try (var producer = cluster.producer()) {
            var sent = new ArrayList<Future<RecordMetadata>>();
            for (Entry entry : nodes) {
                RadioFrame frame = RadioFrame.newBuilder()
                        .setNetwork(entry.network())
                        .setLink(LINK)
                        .setKind(FrameKind.IMPORTED_NODE)
                        .setReceivedAtMs(at)
                        .setSource(new SourcePosition(fingerprint, entry.line()))
                        .setPayload(entry.node().toByteString().asReadOnlyByteBuffer())
                        .build();
                sent.add(producer.send(
                        new ProducerRecord<>(Topics.FRAMES.name(), LINK, Cluster.encode(Topics.FRAMES, frame))));
            }
            producer.flush();
            for (int written = 0; written < sent.size(); written++) {
                sent.get(written).get();
                progress.accept(written + 1);
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("the import could not be written: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while importing", e);
        }
    }
}
