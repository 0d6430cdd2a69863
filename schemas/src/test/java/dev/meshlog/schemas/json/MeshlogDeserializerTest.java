package dev.meshlog.schemas.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.meshlog.schemas.Bytes32;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.ledger.LedgerEvent;
import dev.meshlog.schemas.ledger.LedgerEventKind;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class MeshlogDeserializerTest {
    private static final byte[] EVENT = Cluster.encode(
            Topics.EVENTS, new LedgerEvent(LedgerEventKind.ORPHAN, new Bytes32(new byte[32]), 3L, "late", List.of()));

    @Test
    void valueIsJsonAndKeyIsText() {
        try (var deserializer = new MeshlogDeserializer()) {
            deserializer.configure(Map.of(), false);
            assertThat(deserializer.deserialize("ledger.events", EVENT))
                    .isEqualTo(
                            "{\"kind\":\"ORPHAN\",\"producer\":\"%s\",\"round\":3,\"detail\":\"late\",\"vertices\":[]}"
                                    .formatted("00".repeat(32)));
            deserializer.configure(Map.of(), true);
            assertThat(deserializer.deserialize("ledger.events", "abc".getBytes(UTF_8)))
                    .isEqualTo("abc");
        }
    }

    @Test
    void tombstoneIsNullHoweverTheToolPassesIt() {
        try (var deserializer = new MeshlogDeserializer()) {
            assertThat(deserializer.deserialize("ledger.events", null)).isNull();
            assertThat(deserializer.deserialize("ledger.events", "null".getBytes(UTF_8)))
                    .isEqualTo("null");
        }
    }

    @Test
    void clusterIsTakenFromThePropertiesOfATool() {
        assertThat(ToolProperties.cluster(Map.of("print.key", "true"))).isNull();
        Cluster cluster = Objects.requireNonNull(ToolProperties.cluster(Map.of(
                "bootstrap.servers",
                List.of("a:1", "b:2"),
                "security.protocol",
                "SASL_SSL",
                "group.instance.id",
                "mine",
                "print.key",
                "true")));
        assertThat(cluster.properties())
                .containsEntry("bootstrap.servers", "a:1,b:2")
                .containsEntry("security.protocol", "SASL_SSL")
                .doesNotContainKeys("group.instance.id", "print.key");
    }
}
