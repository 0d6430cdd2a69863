package dev.meshlog.schemas;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaFormatter;
import org.apache.avro.specific.SpecificData;

/**
 * The schemas of every release, in the source tree.
 *
 * <pre>
 * src/released/SHA256SUMS                  hashes of all files below, as sha256sum writes and checks them
 * src/released/1/ledger/SignedVertex.avsc  self-contained: nested types are spelled out where they first appear
 * src/released/2/…                         only the schemas that are new or differ from their newest earlier version
 * </pre>
 */
final class ReleasedSchemas {
    static final Path MODULE = Path.of(System.getProperty("basedir", "")).toAbsolutePath();
    static final String HASHES = "SHA256SUMS";

    private static final String SUFFIX = ".avsc";

    private final Path directory;

    ReleasedSchemas(Path directory) {
        this.directory = directory;
    }

    static ReleasedSchemas ofThisTree() {
        return new ReleasedSchemas(MODULE.resolve("src/released"));
    }

    /** The schema of every record that has an .avsc file of its own, by folder and name: {@code ledger/SignedVertex}. */
    static SortedMap<String, Schema> current() {
        Path sources = MODULE.resolve("src/main/avro");
        var schemas = new TreeMap<String, Schema>();
        for (String name : avscFiles(sources)) {
            Schema schema = SpecificData.get().getSchema(recordClass(name));
            if (schema.getType() == Schema.Type.RECORD) {
                schemas.put(name, schema);
            }
        }
        return schemas;
    }

    /** Released versions of every schema by release number, oldest first. */
    SortedMap<String, SortedMap<Integer, Schema>> versions() {
        var versions = new TreeMap<String, SortedMap<Integer, Schema>>();
        for (int release : releases()) {
            Path folder = directory.resolve(Integer.toString(release));
            for (String name : avscFiles(folder)) {
                Schema schema = new Schema.Parser().parse(read(folder.resolve(name + SUFFIX)));
                versions.computeIfAbsent(name, any -> new TreeMap<>()).put(release, schema);
            }
        }
        return versions;
    }

    /** Release numbers, ascending. */
    List<Integer> releases() {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.filter(Files::isDirectory)
                    .map(folder -> Integer.valueOf(folder.getFileName().toString()))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(directory.toString(), e);
        }
    }

    String recordedHashes() {
        return read(directory.resolve(HASHES));
    }

    /** What {@code SHA256SUMS} must say of the files as they are. */
    String actualHashes() {
        return releases().stream()
                .flatMap(release -> avscFiles(directory.resolve(Integer.toString(release))).stream()
                        .map(name -> release + "/" + name + SUFFIX))
                .map(file -> sha256(directory.resolve(file)) + "  " + file + "\n")
                .collect(Collectors.joining());
    }

    /**
     * Writes the release: those schemas that are new or differ from their newest version in an earlier release. The newest release may be
     * written again, until it has left the house; an earlier one may not.
     *
     * @return names of the schemas it holds
     */
    List<String> write(int release, Map<String, Schema> schemas) {
        int newest = releases().stream().reduce(0, Math::max);
        if (release < 1 || (release != newest && release != newest + 1)) {
            throw new IllegalArgumentException(
                    "release %d can't be written: the newest is %d, so write %d, or %d again while nobody has it"
                            .formatted(release, newest, newest + 1, newest));
        }
        Path folder = directory.resolve(Integer.toString(release));
        delete(folder);
        SortedMap<String, SortedMap<Integer, Schema>> earlier = versions();
        List<String> names = schemas.entrySet().stream()
                .filter(entry ->
                        !isNewestIn(earlier.getOrDefault(entry.getKey(), new TreeMap<>()), text(entry.getValue())))
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
        names.forEach(name -> write(folder.resolve(name + SUFFIX), text(Objects.requireNonNull(schemas.get(name)))));
        write(directory.resolve(HASHES), actualHashes());
        return names;
    }

    private static boolean isNewestIn(SortedMap<Integer, Schema> versions, String text) {
        return !versions.isEmpty()
                && text(Objects.requireNonNull(versions.get(versions.lastKey())))
                        .equals(text);
    }

    private static String text(Schema schema) {
        return SchemaFormatter.format("json/pretty", schema) + "\n";
    }

    private static Class<?> recordClass(String name) {
        String simple = name.replace("common/", "").replace('/', '.');
        try {
            return Class.forName(ReleasedSchemas.class.getPackageName() + "." + simple);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(
                    "src/main/avro/%s.avsc must define a type of its own name, in the namespace of its folder"
                            .formatted(name),
                    e);
        }
    }

    private static List<String> avscFiles(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(SUFFIX))
                    .map(file -> folder.relativize(file).toString())
                    .map(file -> file.substring(0, file.length() - SUFFIX.length()))
                    .map(file -> file.replace('\\', '/'))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(folder.toString(), e);
        }
    }

    private static void delete(Path folder) {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(folder.toString(), e);
        }
    }

    private static String sha256(Path file) {
        try {
            return Hex.of(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
        } catch (IOException e) {
            throw new UncheckedIOException(file.toString(), e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file, UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(file.toString(), e);
        }
    }

    private static void write(Path file, String text) {
        try {
            Files.createDirectories(file.getParent());
            Files.writeString(file, text, UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(file.toString(), e);
        }
    }
}
