package dev.meshlog.schemas;

import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Writes a release of the current schemas. Not a test, so its name is none that {@code verify} runs:
 *
 * <pre>
 * ./mvnw -q -pl schemas test -Dtest=SchemaRelease -Dmeshlog.schemas.release=N
 * </pre>
 */
class SchemaRelease {
    @Test
    void write() {
        int release = Integer.getInteger("meshlog.schemas.release", 0);
        List<String> names = ReleasedSchemas.ofThisTree().write(release, ReleasedSchemas.current());
        System.out.printf("release %d: %s%n", release, names.isEmpty() ? "nothing changed" : String.join(", ", names));
    }
}
