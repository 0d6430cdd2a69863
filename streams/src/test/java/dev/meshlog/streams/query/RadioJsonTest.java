package dev.meshlog.streams.query;

import static dev.meshlog.streams.query.TablesFixture.key;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meshlog.schemas.Hex;
import dev.meshlog.schemas.Topics;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class RadioJsonTest {
    private final TablesFixture mesh = new TablesFixture()
            .node("home", 1, "One", "1")
            .key("home", 1, key(1), key(7))
            .node("home", 2, "Two", "2")
            .key("home", 2, key(1))
            .key("away", 3, key(1))
            .node("home", 4, "Four", null)
            .node("home", 5, null, null);

    @Test
    @DisplayName("KY-05 a node's key, no key, no NODEINFO and no such node are four answers")
    void fourFindings() {
        assertThat(KeyFinding.of(mesh.tables, "home/!00000001")).isEqualTo(KeyFinding.KEY);
        assertThat(KeyFinding.of(mesh.tables, "home/!00000004")).isEqualTo(KeyFinding.NO_KEY);
        assertThat(KeyFinding.of(mesh.tables, "home/!00000005")).isEqualTo(KeyFinding.NO_NODEINFO);
        assertThat(KeyFinding.of(mesh.tables, "home/!00000006")).isEqualTo(KeyFinding.UNKNOWN);
    }

    @Test
    void keyInFullHasWhoElseHasItAndWhereItsEvidenceStands() {
        ObjectNode all = RadioJson.keyInFull(mesh.tables, "home/!00000001");
        assertThat(all.path("key").asText()).isEqualTo(Hex.of(key(1)));
        assertThat(all.path("sharedWith")).map(JsonNode::asText).containsExactly("home/!00000002");
        assertThat(all.path("evidence")).hasToString("{\"topic\":\"radio.frames\",\"partition\":3,\"offset\":1}");
        assertThat(all.path("conflicts").path(0).path("key").asText()).isEqualTo(Hex.of(key(7)));
        assertThat(all.path("conflicts").path(0).path("evidence").path("offset").asLong())
                .isEqualTo(2);
        assertThat(all.path("firstSeen").asText()).isEqualTo("2026-11-01T12:00:00Z");
    }

    @Test
    @DisplayName("KY-06 only what a radio said itself is claimed of it")
    void radioIsKnownToHaveAKeyOnlyWhenItSaidSo() {
        assertThat(RadioJson.keyInFull(mesh.tables, "home/!00000001")
                        .path("radioHadThisKeyAt")
                        .asText())
                .isEqualTo("2026-11-01T12:01:00Z");
        assertThat(RadioJson.keyInFull(mesh.tables, "home/!00000004")
                        .path("radioHadThisKeyAt")
                        .isNull())
                .isTrue();
    }

    @Test
    void keyThatChangesOwnerIsNoLongerShared() {
        mesh.key("home", 2, key(2));
        assertThat(RadioJson.key(mesh.tables, "home/!00000001")
                        .path("nodesWithThisKey")
                        .asInt())
                .isEqualTo(1);
        mesh.put(Topics.PUBKEYS, "home/!00000002", null);
        assertThat(mesh.tables.keys()).doesNotContainKey("home/!00000002");
    }

    @Test
    void whatATerminalObeysIsEscaped() {
        mesh.node("home", 6, "evil\u001b[31m\u202e", null);
        assertThat(RadioJson.text(RadioJson.node(mesh.tables, "home/!00000006")))
                .containsIgnoringCase("evil\\u001b[31m\\u202e")
                .doesNotContain("\u001b", "\u202e");
    }

    @Test
    void recordThatIsNoneChangesNothing() {
        mesh.tables.take(new ConsumerRecord<>(Topics.NODES.name(), 0, 0, "home/!00000001", new byte[] {1, 2}));
        mesh.tables.take(new ConsumerRecord<>(Topics.NODES.name(), 0, 0, "nowhere", new byte[0]));
        assertThat(mesh.tables.undecoded()).isEqualTo(2);
        assertThat(mesh.tables.nodes().get("home/!00000001")).isNotNull();
        assertThat(mesh.tables.known()).doesNotContain("nowhere");
    }
}
