package dev.meshlog.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every change of a schema is held against all released versions. */
class ReleasedSchemasTest {
    /** Records that stand somewhere as bare Avro binary: hashed, signed, or as a value of the state. */
    private static final Set<String> WITHOUT_FINGERPRINT = Set.of(
            "ledger/ChainEntry",
            "ledger/Genesis",
            "ledger/LedgerCertificate",
            "ledger/ObjectEntry",
            "ledger/SignedTransaction",
            "ledger/SignedVertex",
            "ledger/SnapshotManifest",
            "ledger/TransactionBody",
            "ledger/ValidatorSets",
            "ledger/VertexBody");

    private static final String HOW_TO_RELEASE = """
            A released schema is never edited. To release the current schemas as version N:
              ./mvnw -q -pl schemas test -Dtest=SchemaRelease -Dmeshlog.schemas.release=N
            CONTRIBUTING.md, "Releasing a schema", says when.""";

    private static final ReleasedSchemas RELEASED = ReleasedSchemas.ofThisTree();

    static Stream<String> currentNames() {
        return ReleasedSchemas.current().keySet().stream();
    }

    static Stream<String> namesWithoutFingerprint() {
        return WITHOUT_FINGERPRINT.stream().sorted();
    }

    @Test
    void releasedFilesAreAsTheyWereReleased() {
        assertThat(RELEASED.actualHashes()).as(HOW_TO_RELEASE).isEqualTo(RELEASED.recordedHashes());
    }

    @ParameterizedTest
    @MethodSource("currentNames")
    void everyEnumHasADefaultSymbol(String name) {
        assertThat(SchemaRules.ofItself(current(name))).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("currentNames")
    void currentSchemaAndReleasedOnesReadEachOther(String name) {
        assertThat(SchemaRules.againstReleased(current(name), versions(name)))
                .as(HOW_TO_RELEASE)
                .isEmpty();
    }

    @ParameterizedTest
    @MethodSource("namesWithoutFingerprint")
    void schemaOfBareBytesNeverChanges(String name) {
        assertThat(SchemaRules.frozen(current(name), versions(name))).isEmpty();
    }

    @Test
    void noReleasedSchemaIsGone() {
        assertThat(ReleasedSchemas.current().keySet())
                .as("records of these types stand in topics")
                .containsAll(RELEASED.versions().keySet());
    }

    @Test
    void everyRecordOfATopicHasAFileOfItsOwn() {
        assertThat(ReleasedSchemas.current().values()).containsAll(Topics.valueSchemas());
    }

    @Test
    void releaseHoldsWhatIsNewOrDiffers(@TempDir Path directory) {
        var released = new ReleasedSchemas(directory);
        var first = Map.of("a/One", record("One", "long"), "a/Two", record("Two", "long"));
        assertThat(released.write(1, first)).containsExactly("a/One", "a/Two");

        var second = new TreeMap<>(first);
        second.put("a/Two", record("Two", "int"));
        second.put("a/Three", record("Three", "long"));
        assertThat(released.write(2, second)).containsExactly("a/Three", "a/Two");

        assertThat(released.versions().get("a/One")).containsOnlyKeys(1);
        assertThat(released.versions().get("a/Two"))
                .containsExactly(Map.entry(1, first.get("a/Two")), Map.entry(2, second.get("a/Two")));
        assertThat(released.actualHashes()).isEqualTo(released.recordedHashes()).hasLineCount(4);
    }

    @Test
    void newestReleaseMayBeWrittenAgainAnEarlierOneMayNot(@TempDir Path directory) {
        var released = new ReleasedSchemas(directory);
        released.write(1, Map.of("a/One", record("One", "long"), "a/Two", record("Two", "long")));
        released.write(1, Map.of("a/One", record("One", "int")));
        assertThat(released.versions()).containsOnlyKeys("a/One");

        released.write(2, Map.of("a/One", record("One", "long")));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> released.write(1, Map.of()))
                .withMessageContaining("the newest is 2, so write 3, or 2 again");
        assertThatIllegalArgumentException().isThrownBy(() -> released.write(4, Map.of()));
    }

    @Test
    void editedFileIsNoticed(@TempDir Path directory) throws java.io.IOException {
        var released = new ReleasedSchemas(directory);
        released.write(1, Map.of("a/One", record("One", "long")));

        Files.writeString(
                directory.resolve("1/a/One.avsc"), record("One", "int").toString());

        assertThat(released.actualHashes()).isNotEqualTo(released.recordedHashes());
    }

    private static Schema current(String name) {
        return Objects.requireNonNull(ReleasedSchemas.current().get(name), name);
    }

    private static SortedMap<Integer, Schema> versions(String name) {
        return RELEASED.versions().getOrDefault(name, new TreeMap<>());
    }

    private static Schema record(String name, String type) {
        return new Schema.Parser()
                .parse("{'type': 'record', 'name': '%s', 'namespace': 'a', 'fields': [{'name': 'f', 'type': '%s'}]}"
                        .replace('\'', '"')
                        .formatted(name, type));
    }
}
