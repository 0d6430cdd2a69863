package dev.meshlog.infra.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.meshlog.infra.radio.RadioGeneration;
import dev.meshlog.schemas.radio.RadioNode;
import dev.meshlog.streams.query.RadioTables;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The tables of one directory, made by the live application, then damaged, compared, made again and gone on with. */
class RadioRebuildTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int NODES = 40;

    @TempDir
    private Path data;

    private RadioDirectory directory;

    @BeforeEach
    void open() {
        directory = new RadioDirectory(data);
    }

    @Test
    @DisplayName("PS-10 damaged tables are found and made again, and the live application goes on with them")
    void damagedTablesAreFoundAndMadeAgainAndTheLiveApplicationGoesOnWithThem() throws Exception {
        TopicPartition frames = directory.begin(NODES);
        assertThat(directory.rebuild(0)).contains("\"equal\":true", "\"differences\":[]", "\"older\":[]");
        assertThat(RadioGeneration.live(data)).isEqualTo(new RadioGeneration(0));

        directory.onBroker(cluster -> {
            assertThat(RadioDirectory.topics(cluster)).noneMatch(topic -> topic.startsWith("meshlog-radio-1"));
            RadioDirectory.damage(cluster);
        });
        JsonNode different = result(directory.rebuild(3));
        assertThat(different.path("differences")).hasSize(3);
        assertThat(texts(different.path("differences"), "field")).containsExactly("", "longName", "");
        assertThat(texts(different.path("differences"), "live")).containsExactly("there", "\"forged\"", "absent");

        assertThat(directory.rebuild(0, "--apply")).contains("goes on with meshlog-radio-1");
        assertThat(RadioGeneration.live(data)).isEqualTo(new RadioGeneration(1));
        directory.onBroker(cluster -> {
            assertThat(RadioDirectory.topics(cluster))
                    .noneMatch(topic -> topic.startsWith("meshlog-radio-1."))
                    .noneMatch(topic -> topic.matches("meshlog-radio-[a-z].*"))
                    .anyMatch(topic -> topic.startsWith("meshlog-radio-1-"));
            RadioTables tables = RadioTables.read(cluster);
            assertThat(tables.nodes()).hasSize(NODES);
            assertThat(tables.keys()).hasSize(NODES);
            assertThat(tables.nodes().get(RadioDirectory.node(1)))
                    .extracting(RadioNode::getLongName)
                    .isEqualTo("Node 1");

            var unused = directory.receive(cluster, NODES + 1, 1);
            directory.runLive(cluster, NODES + 1);
            assertThat(RadioTables.read(cluster).nodes()).hasSize(NODES + 1);
        });
        assertThat(directory.rebuild(0)).contains("\"equal\":true");

        directory.onBroker(cluster -> {
            try (Admin admin = cluster.admin()) {
                admin.deleteRecords(Map.of(frames, RecordsToDelete.beforeOffset(10)))
                        .all()
                        .get();
            }
        });
        JsonNode shorter = result(directory.rebuild(0));
        assertThat(shorter.path("equal").asBoolean())
                .as("nothing but what the log explains")
                .isTrue();
        assertThat(shorter.path("older")).isNotEmpty();
        assertThat(directory.rebuild(1, "--apply")).contains("no longer holds");
        assertThat(RadioGeneration.live(data)).isEqualTo(new RadioGeneration(1));
    }

    private static JsonNode result(String printed) throws Exception {
        String line = printed.lines()
                .filter(each -> each.contains("\"event\":\"result\""))
                .findFirst()
                .orElseThrow();
        return JSON.readTree(line);
    }

    private static List<String> texts(JsonNode list, String field) {
        var texts = new ArrayList<String>();
        list.forEach(item -> texts.add(item.path(field).asText()));
        return texts;
    }
}
