package dev.meshlog.infra.node;

import dev.meshlog.infra.UserError;
import dev.meshlog.infra.config.LinkSettings;
import dev.meshlog.infra.config.MeshlogConfig;
import dev.meshlog.infra.config.VirtualNodeConfig;
import dev.meshlog.schemas.Hex;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A recorded mesh that the demo plays as if it were received now.
 *
 * @param file copied into the data directory, so that a later start finds it again
 */
public record Recording(String name, String network, Path file) {
    static final String BUILT_IN = "mesh-a";

    private static final int MESSAGES_PER_SECOND = 120;

    /** The named files, or the recording that comes with Meshlog. */
    public static List<Recording> forDemo(Path dataDirectory, @Nullable Path frames, @Nullable Path mqtt) {
        Path directory = dataDirectory.resolve("recordings");
        try {
            Files.createDirectories(directory);
            if (frames == null && mqtt == null) {
                return List.of(new Recording(
                        BUILT_IN, BUILT_IN, resource(BUILT_IN + ".frames", directory.resolve(BUILT_IN + ".frames"))));
            }
            String network = network(frames, mqtt);
            var recordings = new ArrayList<Recording>();
            if (frames != null) {
                String name = network + ".frames";
                recordings.add(new Recording(name, network, copy(frames, directory.resolve(name))));
            }
            if (mqtt != null) {
                String name = network + ".mqtt.jsonl";
                recordings.add(new Recording(name, network, copy(mqtt, directory.resolve(name))));
            }
            return recordings;
        } catch (IOException e) {
            throw new UserError("can't prepare the recording: " + e, "check the file's name and the disk", e);
        }
    }

    /**
     * A configuration that plays a recording, and shows it to clients.
     *
     * @param file {@code .frames} or {@code .mqtt.jsonl}
     * @param listen HOST:PORT of a virtual node
     * @param configFile to which it is added; null: nothing else is done
     * @throws IllegalArgumentException when the file is of another kind, or the address is none
     */
    public static MeshlogConfig playing(
            Path dataDirectory, Path file, @Nullable String listen, @Nullable Path configFile) {
        boolean frames = file.toString().endsWith(".frames");
        if (!frames && !file.toString().endsWith(".jsonl")) {
            throw new IllegalArgumentException(file + " is no recording: those end in .frames or .mqtt.jsonl");
        }
        Recording recording = forDemo(dataDirectory, frames ? file : null, frames ? null : file)
                .get(0);
        List<VirtualNodeConfig> nodes =
                listen == null ? List.of() : List.of(VirtualNodeConfig.ofNetwork(listen, recording.network));
        MeshlogConfig base = configFile == null ? MeshlogConfig.NO_LEDGER : MeshlogConfig.load(configFile);
        return base.with(base.radio().with(List.of(recording.link()), nodes));
    }

    LinkSettings link() {
        return LinkSettings.file(name, network, file.toString(), MESSAGES_PER_SECOND);
    }

    /** A resource of this module's recordings as a file. */
    static Path resource(String name, Path target) throws IOException {
        try (InputStream in = dev.meshlog.ingest.IngestApp.class.getResourceAsStream("/recordings/" + name)) {
            if (in == null) {
                throw new IllegalStateException("the recording " + name + " is not packaged");
            }
            return replace(in.readAllBytes(), target);
        }
    }

    /** File name and content: another recording under the same name is another network. */
    private static String network(@Nullable Path frames, @Nullable Path mqtt) throws IOException {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            String base = "";
            for (Path file : new @Nullable Path[] {frames, mqtt}) {
                if (file != null) {
                    sha.update(Files.readAllBytes(file));
                    base = base.isEmpty() ? String.valueOf(file.getFileName()) : base;
                }
            }
            String stem =
                    base.replaceFirst("[.].*", "").toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9_-]", "-");
            String safe = stem.matches("[a-z0-9].*") ? stem.substring(0, Math.min(stem.length(), 40)) : "recording";
            return safe + "-" + Hex.of(sha.digest()).substring(0, 6);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static Path copy(Path source, Path target) throws IOException {
        return replace(Files.readAllBytes(source), target);
    }

    private static Path replace(byte[] content, Path target) {
        Path partial = target.resolveSibling(target.getFileName() + ".partial");
        try {
            Files.write(partial, content);
            Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            return target;
        } catch (IOException e) {
            throw new UncheckedIOException(target.toString(), e);
        }
    }
}
