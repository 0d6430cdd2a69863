package dev.meshlog.infra.broker;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.meshlog.infra.UserError;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/**
 * What one Meshlog keeps on disk.
 *
 * <pre>
 * meshlog.json   format version, cluster id, network id
 * lock           held by the process that runs the embedded broker
 * endpoint       bootstrap address of that process; meaningful only while the lock is held
 * http           where its ledger answers over HTTP; likewise
 * radio-generation   number of the run of the radio tables that is live; absent: 0
 * genesis.json   the ledger's network      keys/validator.pem   its validator's key (mode 0600)
 * broker/  streams/  snapshotter/  logs/   each belongs to the part it is named after
 * </pre>
 */
public final class DataDirectory implements AutoCloseable {
    /** Layout above; a later one is refused, an earlier one will be migrated. */
    public static final int FORMAT = 1;

    private static final long MINIMUM_FREE_MIB = 256;
    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    /** Those that this process holds: to open their lock file once more and close it would give the lock away (POSIX). */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path root;
    private final String clusterId;
    private final FileChannel lockChannel;

    private DataDirectory(Path root, String clusterId, FileChannel lockChannel) {
        this.root = root;
        this.clusterId = clusterId;
        this.lockChannel = lockChannel;
    }

    /**
     * Takes the directory for this process; makes it when it does not exist.
     *
     * @throws UserError when another process holds it, it is of another version, or the disk is nearly full
     */
    public static DataDirectory open(Path root) {
        Path absolute = root.toAbsolutePath().normalize();
        try {
            Files.createDirectories(absolute);
            checkFreeSpace(absolute);
            FileChannel channel = lock(absolute)
                    .orElseThrow(() -> new UserError(
                            "another Meshlog runs in " + absolute,
                            "stop it first, or choose another directory with --data"));
            try {
                // A crash leaves it behind.
                Files.deleteIfExists(absolute.resolve("endpoint"));
                Files.deleteIfExists(absolute.resolve("http"));
                return new DataDirectory(absolute, clusterId(absolute), channel);
            } catch (RuntimeException | IOException e) {
                unlock(absolute, channel);
                throw e;
            }
        } catch (IOException e) {
            throw new UserError(
                    "the data directory " + absolute + " can't be used: " + e, "check its owner and the disk", e);
        }
    }

    /** The bootstrap address of the process that runs in the directory, if one does. */
    public static Optional<String> runningEndpoint(Path root) {
        Path absolute = root.toAbsolutePath().normalize();
        if (!Files.exists(absolute.resolve("meshlog.json"))) {
            throw new UserError(
                    "there is no Meshlog data in " + absolute,
                    "start it with 'meshlog up' first, name its directory with --data, or a cluster with --bootstrap-servers");
        }
        try {
            Optional<FileChannel> channel = lock(absolute);
            if (channel.isPresent()) {
                unlock(absolute, channel.get());
                return Optional.empty();
            }
            Path endpoint = absolute.resolve("endpoint");
            if (!Files.exists(endpoint)) {
                throw new UserError("a Meshlog is just starting in " + absolute, "try again in a few seconds");
            }
            return Optional.of(Files.readString(endpoint).strip());
        } catch (IOException e) {
            throw new UncheckedIOException(absolute.toString(), e);
        }
    }

    /**
     * Where the ledger of the process that runs in the directory answers over HTTP; empty when none runs, or it has no ledger or still starts.
     *
     * @throws UserError when there are no data
     */
    public static Optional<String> runningHttp(Path root) {
        if (runningEndpoint(root).isEmpty()) {
            return Optional.empty();
        }
        Path file = root.toAbsolutePath().normalize().resolve("http");
        try {
            return Files.exists(file) ? Optional.of(Files.readString(file).strip()) : Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(file.toString(), e);
        }
    }

    public Path root() {
        return root;
    }

    public String clusterId() {
        return clusterId;
    }

    public Path resolve(String name) {
        return root.resolve(name);
    }

    public void publishEndpoint(String bootstrapServers) {
        write(root.resolve("endpoint"), bootstrapServers + "\n");
    }

    public void publishHttp(String url) {
        write(root.resolve("http"), url + "\n");
    }

    /**
     * Binds the directory to a ledger's network on first use.
     *
     * @throws UserError when it belongs to another network
     */
    public void bindNetwork(String networkId) {
        Path file = root.resolve("meshlog.json");
        try {
            JsonNode meta = JSON.readTree(file.toFile());
            JsonNode known = meta.get("networkId");
            if (known != null && !known.asText().equals(networkId)) {
                throw new UserError(
                        "the data in %s belong to network %s, the genesis file says %s"
                                .formatted(root, known.asText(), networkId),
                        "use the genesis file this directory was started with, or another directory with --data");
            }
            if (known == null) {
                write(file, metadata(clusterId, networkId));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(file.toString(), e);
        }
    }

    @Override
    public void close() {
        try {
            Files.deleteIfExists(root.resolve("endpoint"));
            Files.deleteIfExists(root.resolve("http"));
            unlock(root, lockChannel);
        } catch (IOException e) {
            throw new UncheckedIOException(root.toString(), e);
        }
    }

    private static String clusterId(Path root) throws IOException {
        Path file = root.resolve("meshlog.json");
        if (!Files.exists(file)) {
            if (Files.exists(root.resolve("broker").resolve("meta.properties"))) {
                throw new UserError(
                        root + " holds a broker's data but no meshlog.json",
                        "put the file back or choose another directory with --data; nothing was changed");
            }
            String id = Uuid.randomUuid().toString();
            write(file, metadata(id, null));
            return id;
        }
        JsonNode meta;
        try {
            meta = JSON.readTree(file.toFile());
        } catch (JsonProcessingException e) {
            throw damaged(file, e.getOriginalMessage(), e);
        }
        if (!meta.path("format").isInt()) {
            throw damaged(file, "it does not say its format", null);
        }
        int format = meta.path("format").intValue();
        if (format != FORMAT) {
            throw new UserError(
                    "%s is of data format %d, this Meshlog knows format %d".formatted(root, format, FORMAT),
                    "run the Meshlog that wrote it, or choose another directory with --data; nothing was changed");
        }
        String clusterId = meta.path("clusterId").asText();
        if (clusterId.isEmpty()) {
            throw damaged(file, "it does not say the cluster id", null);
        }
        return clusterId;
    }

    private static UserError damaged(Path file, String why, @Nullable Exception cause) {
        String what = file + " is damaged: " + why;
        String whatToDo = "restore it from a backup; nothing was changed";
        return cause == null ? new UserError(what, whatToDo) : new UserError(what, whatToDo, cause);
    }

    private static String metadata(String clusterId, @Nullable String networkId) throws IOException {
        var meta = JSON.createObjectNode().put("format", FORMAT).put("clusterId", clusterId);
        if (networkId != null) {
            meta.put("networkId", networkId);
        }
        return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(meta) + "\n";
    }

    /** Whole or not at all: a kill in between leaves the old file. */
    private static void write(Path file, String text) {
        Path partial = file.resolveSibling(file.getFileName() + ".partial");
        try {
            Files.writeString(partial, text);
            try (var channel = FileChannel.open(partial, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(file.toString(), e);
        }
    }

    private static Optional<FileChannel> lock(Path root) throws IOException {
        if (!HELD.add(root)) {
            return Optional.empty();
        }
        FileChannel channel = null;
        try {
            channel = FileChannel.open(root.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (channel.tryLock() != null) {
                return Optional.of(channel);
            }
        } catch (IOException | RuntimeException e) {
            unlock(root, channel);
            throw e;
        }
        unlock(root, channel);
        return Optional.empty();
    }

    private static void unlock(Path root, @Nullable FileChannel channel) throws IOException {
        try {
            if (channel != null) {
                channel.close();
            }
        } finally {
            HELD.remove(root);
        }
    }

    private static void checkFreeSpace(Path root) throws IOException {
        long free = Files.getFileStore(root).getUsableSpace() >> 20;
        if (free < MINIMUM_FREE_MIB) {
            throw new UserError(
                    "only %d MiB are free in %s, at least %d are needed".formatted(free, root, MINIMUM_FREE_MIB),
                    "make room, or choose another directory with --data");
        }
    }
}
