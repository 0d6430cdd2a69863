package dev.meshlog.streams.radio;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meshlog.schemas.Hex;
import dev.meshlog.schemas.NodeNumber;
import dev.meshlog.schemas.radio.AlertKind;
import dev.meshlog.schemas.radio.KeyEventKind;
import dev.meshlog.schemas.radio.KeySource;
import dev.meshlog.schemas.radio.KeyState;
import dev.meshlog.schemas.radio.PacketEncryption;
import dev.meshlog.schemas.radio.PublicKeyEntry;
import dev.meshlog.schemas.radio.RadioReception;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordingsTest {
    private static final String RADIO = "radio";
    private static final String MQTT = "mqtt";

    @TempDir
    private Path directory;

    private RadioFixture mesh;

    @BeforeEach
    void open() {
        mesh = new RadioFixture(directory);
    }

    @AfterEach
    void close() {
        mesh.close();
    }

    @Test
    void recordedMeshGivesExactlyWhatItHolds() {
        mesh.play(RADIO, "mesh-a.frames");
        JsonNode expected = RadioFixture.expected();
        assertThat(keys()).isEqualTo(expectedKeys());
        assertThat(mesh.nodes).hasSize(expected.path("nodes").asInt());
        assertThat(mesh.packets).hasSize(expected.path("packets").asInt());
        assertThat(mesh.rejected).isEmpty();

        Map<String, Integer> holders = new HashMap<>();
        keys().values().forEach(key -> holders.merge(key, 1, Integer::sum));
        assertThat(holders).hasSize(expected.path("distinctKeys").asInt());
        assertThat(holders.values().stream().filter(count -> count > 1))
                .hasSize(expected.path("sharedKeys").size());
        assertThat(mesh.keys.values().stream()
                        .filter(PublicKeyEntry::getLowEntropy)
                        .map(entry -> NodeNumber.text(entry.getNode())))
                .containsExactlyInAnyOrderElementsOf(texts(expected.path("lowEntropyNodes")));
        assertThat(mesh.keys.values())
                .allMatch(
                        entry -> entry.getState() == (entry.getLowEntropy() ? KeyState.QUARANTINED : KeyState.PINNED));
        long sharing = holders.values().stream()
                .filter(count -> count > 1)
                .mapToLong(count -> count - 1)
                .sum();
        assertThat(count(KeyEventKind.NEW)).isEqualTo(keys().size());
        assertThat(count(KeyEventKind.LOW_ENTROPY))
                .isEqualTo(expected.path("lowEntropyNodes").size());
        assertThat(count(KeyEventKind.DUPLICATE)).isEqualTo(sharing);
        assertThat(mesh.keyEventKinds()).doesNotContain(KeyEventKind.CHANGED, KeyEventKind.CLAIMED);
        assertThat(mesh.alertKinds())
                .hasSize(expected.path("lowEntropyNodes").size() + (int) sharing)
                .containsOnly(AlertKind.KEY_WEAK, AlertKind.KEY_SHARED);

        assertThat(mesh.counters(RADIO))
                .containsEntry("frames", expected.path("frames").asLong())
                .containsEntry("configFrames", expected.path("configFrames").asLong())
                .containsEntry("packets", expected.path("packets").asLong())
                .doesNotContainKeys("duplicates", "rejected", "undecrypted");
        assertThat(Objects.requireNonNull(mesh.counters.get(RADIO)).getOwnNode())
                .isEqualTo(NodeNumber.parse(expected.path("ownNode").asText()));
    }

    /** The recording's count is that of the radio's own list; one more such model comes with a later packet. */
    @Test
    @DisplayName("LV-12 the recorded mesh keeps its nodes with unknown hardware models")
    void unknownHardwareModelsOfTheMeshAreKept() {
        mesh.play(RADIO, "mesh-a.frames");
        int listed = RadioFixture.expected().path("unknownHardwareModels").asInt();
        assertThat(mesh.nodes.values().stream()
                        .filter(node -> !node.getHardwareModelKnown() && node.getListedByRadio()))
                .hasSize(listed);
        assertThat(mesh.nodes.values().stream().filter(node -> !node.getHardwareModelKnown()))
                .hasSize(listed + 1)
                .allMatch(node -> Objects.requireNonNull(node.getHardwareModel()) > 87);
    }

    @Test
    @DisplayName("LV-18 envelopes alone, without any radio, give the same keys")
    void envelopesGiveTheSameKeys() {
        mesh.play(MQTT, "mesh-a.mqtt.jsonl");
        assertThat(mesh.packets).hasSize(1258).allMatch(packet -> packet.getEncryption() == PacketEncryption.CHANNEL);
        assertThat(keys()).isNotEmpty();
        assertThat(expectedKeys()).containsAllEntriesOf(keys());
        assertThat(mesh.keys.values()).allMatch(entry -> entry.getSource() == KeySource.PACKET_MQTT);
        assertThat(mesh.packets)
                .allMatch(packet -> "!b565b26c".equals(packet.getReception().getGateway()));
    }

    @Test
    @DisplayName("LV-21 the same packets over two links are there once")
    void samePacketsOverTwoLinksAreThereOnce() {
        mesh.play(RADIO, "mesh-a.frames");
        mesh.play(MQTT, "mesh-a.mqtt.jsonl");
        assertThat(mesh.packets).hasSize(1258);
        assertThat(mesh.counters(MQTT)).containsEntry("duplicates", 1258L).doesNotContainKey("packets");
        assertThat(keys()).isEqualTo(expectedKeys());
    }

    /** Each link keeps its own order; which of them is faster must not matter. */
    @Test
    @DisplayName("LV-21 any order of links gives the same tables")
    void anyOrderOfLinksGivesTheSameTables() {
        long seed = new Random().nextLong();
        var random = new Random(seed);
        var links = List.of(
                mesh.messages(RADIO, "mesh-a.frames").iterator(),
                mesh.messages(MQTT, "mesh-a.mqtt.jsonl").iterator(),
                mesh.messages("other-radio", "mesh-a.frames").iterator());
        while (links.stream().anyMatch(Iterator::hasNext)) {
            var link = links.get(random.nextInt(links.size()));
            for (int burst = random.nextInt(40); burst > 0 && link.hasNext(); burst--) {
                link.next().run();
            }
        }
        assertThat(keys()).as("seed %d", seed).isEqualTo(expectedKeys());
        assertThat(mesh.packets).hasSize(1258);
        assertThat(mesh.receptions).hasSize(3 * 1258);
        assertThat(mesh.receptions.stream().filter(RadioReception::getFirst)).hasSize(1258);
        assertThat(mesh.nodes).hasSize(RadioFixture.expected().path("nodes").asInt());
    }

    private long count(KeyEventKind kind) {
        return mesh.keyEventKinds().stream().filter(kind::equals).count();
    }

    private Map<String, String> keys() {
        var keys = new TreeMap<String, String>();
        mesh.keys.values().forEach(entry -> keys.put(NodeNumber.text(entry.getNode()), Hex.of(entry.getKey())));
        return keys;
    }

    private static Map<String, String> expectedKeys() {
        var keys = new TreeMap<String, String>();
        RadioFixture.expected()
                .path("keys")
                .properties()
                .forEach(entry -> keys.put(entry.getKey(), entry.getValue().asText()));
        return keys;
    }

    private static List<String> texts(JsonNode array) {
        var texts = new ArrayList<String>();
        array.forEach(text -> texts.add(text.asText()));
        return texts;
    }
}
