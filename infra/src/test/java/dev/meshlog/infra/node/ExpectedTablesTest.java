package dev.meshlog.infra.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshlog.infra.UserError;
import dev.meshlog.schemas.Bytes32;
import dev.meshlog.schemas.RecordPosition;
import dev.meshlog.schemas.radio.KeySource;
import dev.meshlog.schemas.radio.KeyState;
import dev.meshlog.schemas.radio.LinkEvent;
import dev.meshlog.schemas.radio.LinkEventKind;
import dev.meshlog.schemas.radio.PublicKeyEntry;
import dev.meshlog.schemas.radio.RadioNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExpectedTablesTest {
    private static final String A = "11".repeat(32);
    private static final String B = "22".repeat(32);

    /** Three nodes; 1 and 2 share key A, the key of 3 is of low entropy, 2 has an unknown hardware model. Another network is beside it. */
    private static final List<LinkEvent> LINKS = List.of(
            counters("net", "one", 1L, Map.of("frames", 5L, "packets", 2L)),
            counters("net", "two", null, Map.of("frames", 7L, "configFrames", 3L)),
            counters("other", "three", 9L, Map.of("frames", 100L)));

    private static final List<RadioNode> NODES =
            List.of(node("net", 1, true), node("net", 2, false), node("net", 3, true), node("other", 4, false));
    private static final List<PublicKeyEntry> KEYS = List.of(
            key("net", 1, 0x11, false),
            key("net", 2, 0x11, false),
            key("net", 3, 0x22, true),
            key("other", 4, 0x11, true));

    @TempDir
    private Path directory;

    @Test
    void everythingAsExpected() throws IOException {
        assertThat(differences("""
                {"ownNode": "!00000001", "frames": 12, "configFrames": 3, "packets": 2, "nodes": 3, "nodesWithKey": 3,
                 "distinctKeys": 2, "unknownHardwareModels": 1, "lowEntropyNodes": ["!00000003"],
                 "sharedKeys": {"%s": ["!00000001", "!00000002"]},
                 "keys": {"!00000001": "%s", "!00000002": "%s", "!00000003": "%s"}}
                """.formatted(A, A, A, B))).isEmpty();
    }

    @Test
    void absentFieldIsNotCompared() throws IOException {
        assertThat(differences("{}")).isEmpty();
        assertThat(differences("{\"somethingElse\": 1}")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            "ownNode": "!00000002"               | ownNode: expected !00000002, got !00000001
            "frames": 13                         | frames: expected 13, got 12
            "configFrames": 0                    | configFrames: expected 0, got 3
            "packets": 3                         | packets: expected 3, got 2
            "nodes": 4                           | nodes: expected 4, got 3
            "nodesWithKey": 2                    | nodesWithKey: expected 2, got 3
            "distinctKeys": 3                    | distinctKeys: expected 3, got 2
            "unknownHardwareModels": 0           | unknownHardwareModels: expected 0, got 1
            "lowEntropyNodes": []                | lowEntropyNodes: !00000003 is not expected
            "lowEntropyNodes": ["!00000003", "!00000001"] | lowEntropyNodes: !00000001 is missing
            """)
    void oneDifferenceIsNamed(String field, String difference) throws IOException {
        assertThat(differences("{" + field + "}")).containsExactly(difference);
    }

    @Test
    void sharedKeysDiffer() throws IOException {
        assertThat(differences("{\"sharedKeys\": {}}"))
                .containsExactly("sharedKeys: " + A + " is expected on [], is on [!00000001, !00000002]");
        assertThat(differences("{\"sharedKeys\": {\"%s\": [\"!00000001\"], \"%s\": [\"!00000003\"]}}".formatted(A, B)))
                .containsExactly(
                        "sharedKeys: " + A + " is expected on [!00000001], is on [!00000001, !00000002]",
                        "sharedKeys: " + B + " is expected on [!00000003], is on []");
    }

    @Test
    void keysDiffer() throws IOException {
        assertThat(differences("{\"keys\": {\"!00000001\": \"%s\", \"!00000002\": \"%s\", \"!00000009\": \"%s\"}}"
                        .formatted(A, B, A)))
                .containsExactly(
                        "keys: node !00000002: expected " + B + ", got " + A,
                        "keys: node !00000003: expected none, got " + B,
                        "keys: node !00000009: expected " + A + ", got none");
    }

    @Test
    void fileThatIsNoObjectIsNamed() throws IOException {
        for (String text : new String[] {"", "[]", "1", "{"}) {
            Path file = Files.writeString(directory.resolve("e.json"), text);
            assertThatThrownBy(() -> ExpectedTables.read(file))
                    .isInstanceOf(UserError.class)
                    .hasMessageContaining(file.toString());
        }
        assertThatThrownBy(() -> ExpectedTables.read(directory.resolve("nowhere")))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("nowhere");
    }

    private List<String> differences(String json) throws IOException {
        Path file = Files.writeString(directory.resolve("expected.json"), json);
        return ExpectedTables.read(file).differences("net", LINKS, NODES, KEYS);
    }

    private static LinkEvent counters(
            String network, String link, @org.jspecify.annotations.Nullable Long ownNode, Map<String, Long> counters) {
        return new LinkEvent(network, link, LinkEventKind.COUNTERS, null, ownNode, counters, Map.of(), Instant.EPOCH);
    }

    private static RadioNode node(String network, long number, boolean known) {
        return RadioNode.newBuilder()
                .setNetwork(network)
                .setNode(number)
                .setHardwareModelKnown(known)
                .setNames(List.of())
                .setTelemetry(List.of())
                .build();
    }

    private static PublicKeyEntry key(String network, long number, int each, boolean lowEntropy) {
        byte[] bytes = new byte[32];
        Arrays.fill(bytes, (byte) each);
        return new PublicKeyEntry(
                network,
                number,
                KeyState.PINNED,
                new Bytes32(bytes),
                "f",
                lowEntropy,
                KeySource.RADIO_NODEDB,
                Instant.EPOCH,
                Instant.EPOCH,
                new RecordPosition("t", 0, 0L),
                List.of(),
                KeySource.RADIO_NODEDB,
                false,
                List.of(),
                List.of(),
                null,
                null);
    }
}
