package dev.meshlog.schemas;

import static org.apache.avro.SchemaCompatibility.checkReaderWriterCompatibility;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;
import org.apache.avro.SchemaNormalization;

/**
 * What a schema may become. {@code SchemaCompatibility} decides who can read whom, pair by pair; Avro's {@code SchemaValidatorBuilder} lets new enum
 * symbols pass that an old reader can't read. What neither of them looks at has its own rule here.
 */
final class SchemaRules {
    private SchemaRules() {}

    /** Every enum has a default symbol: an old reader takes it for symbols it does not know. */
    static List<String> ofItself(Schema current) {
        var found = new ArrayList<String>();
        namedTypes(current, new HashSet<>()).stream()
                .filter(type -> type.getType() == Schema.Type.ENUM && type.getEnumDefault() == null)
                .forEach(type -> found.add("enum " + type.getFullName() + " has no default symbol"));
        return found;
    }

    /**
     * The current schema reads all released versions, the newest released version reads the current one, and no full name changed.
     *
     * @param released by release number, oldest first
     */
    static List<String> againstReleased(Schema current, SortedMap<Integer, Schema> released) {
        var found = new ArrayList<String>();
        released.forEach((release, old) -> {
            canRead("the current schema", current, "release " + release, old, found);
            names(current, old, "", "release " + release, new HashSet<>(), found);
        });
        if (!released.isEmpty()) {
            int newest = released.lastKey();
            canRead(
                    "release " + newest,
                    Objects.requireNonNull(released.get(newest)),
                    "the current schema",
                    current,
                    found);
        }
        return found;
    }

    /** Bytes without a fingerprint, which are hashed, signed or stored as they are, can only be read with the schema they were written with. */
    static List<String> frozen(Schema current, SortedMap<Integer, Schema> released) {
        String canonical = SchemaNormalization.toParsingForm(current);
        return released.entrySet().stream()
                .filter(version ->
                        !SchemaNormalization.toParsingForm(version.getValue()).equals(canonical))
                .map(Map.Entry::getKey)
                .map(release -> current.getFullName() + " is encoded without a fingerprint and differs from release "
                        + release + "; make a new record beside it")
                .toList();
    }

    private static void canRead(
            String reader, Schema readerSchema, String writer, Schema writerSchema, List<String> found) {
        var result = checkReaderWriterCompatibility(readerSchema, writerSchema).getResult();
        if (result.getCompatibility() != SchemaCompatibilityType.COMPATIBLE) {
            result.getIncompatibilities()
                    .forEach(problem -> found.add("%s can't read records of %s: %s at %s, %s"
                            .formatted(
                                    reader, writer, problem.getType(), problem.getLocation(), problem.getMessage())));
        }
    }

    /** Avro compares the last part of a name only; generated classes and {@code meshlog.schemas} need all of it. */
    private static void names(
            Schema current, Schema old, String path, String release, Set<String> visited, List<String> found) {
        if (old.getType() == Schema.Type.UNION || current.getType() == Schema.Type.UNION) {
            branchNames(current, old, path, release, visited, found);
            return;
        }
        if (current.getType() != old.getType()) {
            return; // SchemaCompatibility has said whether that is allowed.
        }
        switch (old.getType()) {
            case RECORD -> {
                sameName(current, old, path, release, found);
                if (visited.add(old.getFullName() + " " + path)) {
                    for (Schema.Field field : old.getFields()) {
                        Schema.Field now = current.getField(field.name());
                        if (now != null) {
                            String inside = path + "/" + field.name();
                            names(now.schema(), field.schema(), inside, release, visited, found);
                        }
                    }
                }
            }
            case ENUM, FIXED -> sameName(current, old, path, release, found);
            case ARRAY -> names(current.getElementType(), old.getElementType(), path + "[]", release, visited, found);
            case MAP -> names(current.getValueType(), old.getValueType(), path + "{}", release, visited, found);
            default -> {
                // Types without a name.
            }
        }
    }

    private static void branchNames(
            Schema current, Schema old, String path, String release, Set<String> visited, List<String> found) {
        for (Schema branch : branches(old)) {
            if (isNamed(branch)) {
                branches(current).stream()
                        .filter(now -> now.getType() == branch.getType()
                                && now.getName().equals(branch.getName()))
                        .forEach(now -> names(now, branch, path, release, visited, found));
            } else {
                branches(current).stream()
                        .filter(now -> now.getType() == branch.getType())
                        .forEach(now -> names(now, branch, path, release, visited, found));
            }
        }
    }

    private static void sameName(Schema current, Schema old, String path, String release, List<String> found) {
        if (!current.getFullName().equals(old.getFullName())) {
            found.add("%s was %s in %s and is %s now%s"
                    .formatted(
                            old.getName(),
                            old.getFullName(),
                            release,
                            current.getFullName(),
                            path.isEmpty() ? "" : ", at " + path));
        }
    }

    private static List<Schema> branches(Schema schema) {
        return schema.getType() == Schema.Type.UNION ? schema.getTypes() : List.of(schema);
    }

    private static boolean isNamed(Schema schema) {
        return switch (schema.getType()) {
            case RECORD, ENUM, FIXED -> true;
            default -> false;
        };
    }

    private static Set<Schema> namedTypes(Schema schema, Set<Schema> found) {
        if (isNamed(schema) && !found.add(schema)) {
            return found;
        }
        switch (schema.getType()) {
            case RECORD -> schema.getFields().forEach(field -> namedTypes(field.schema(), found));
            case ARRAY -> namedTypes(schema.getElementType(), found);
            case MAP -> namedTypes(schema.getValueType(), found);
            case UNION -> schema.getTypes().forEach(branch -> namedTypes(branch, found));
            default -> {
                // Nothing inside.
            }
        }
        return found;
    }
}
