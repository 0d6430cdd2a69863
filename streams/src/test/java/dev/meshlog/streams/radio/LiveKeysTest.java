package dev.meshlog.streams.radio;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.meshlog.schemas.meshtastic.User;
import dev.meshlog.schemas.radio.KeyEventKind;
import dev.meshlog.schemas.radio.KeySource;
import dev.meshlog.schemas.radio.KeyState;
import dev.meshlog.schemas.radio.NodeName;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.apache.kafka.streams.StreamsConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a NODEINFO packet does to the tables, from the packet's point of view. */
class LiveKeysTest {
    private static final int NODE = 0x1234abcd;
    private static final ByteString KEY = RadioFixture.publicKey(1);
    private static final String RADIO = "radio";

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
    @DisplayName("LV-01 LV-02 a new node's key is in the table with its packet, in one form: 32 bytes")
    void keyIsInTheTableWithItsPacket() {
        mesh.nodeInfo(RADIO, NODE, RadioFixture.user(KEY));
        assertThat(mesh.entry(NODE).getKey().bytes())
                .isEqualTo(KEY.toByteArray())
                .hasSize(32);
        assertThat(mesh.entry(NODE).getState()).isEqualTo(KeyState.PINNED);
        assertThat(mesh.entry(NODE).getSource()).isEqualTo(KeySource.PACKET_RADIO);
        assertThat(mesh.entry(NODE).getEvidence().getTopic()).isEqualTo("radio.frames");
        assertThat(mesh.keyEventKinds()).containsExactly(KeyEventKind.NEW);
    }

    /** A frame takes four such steps to the table, and the row asks for 2 s. The stores' caches thin out changelogs only. */
    @Test
    @DisplayName("LV-01 nothing holds a key back for longer than a commit, four times at most")
    void nothingHoldsAKeyBack() {
        var properties =
                new RadioStreamsConfig(Map.of("bootstrap.servers", "nowhere:1"), directory, "test", 1).properties();
        assertThat(properties).containsEntry(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 200);
    }

    @Test
    @DisplayName("LV-04 KS-13 a known node's first key comes with a later packet")
    void knownNodesFirstKeyComesLater() {
        mesh.nodeInfo(RADIO, NODE, RadioFixture.named("before 2.5"));
        assertThat(mesh.keys).isEmpty();
        mesh.nodeInfo(RADIO, NODE, RadioFixture.user(KEY));
        assertThat(mesh.entry(NODE).getKey().bytes()).isEqualTo(KEY.toByteArray());
        assertThat(mesh.node(NODE).getLongName()).isEqualTo("before 2.5");
        assertThat(mesh.keyEventKinds()).containsExactly(KeyEventKind.NEW);
    }

    @Test
    @DisplayName("LV-17 a NODEINFO that says nothing is a packet of its node, and erases nothing")
    void nodeInfoThatSaysNothingIsAPacket() {
        mesh.nodeInfo(
                RADIO,
                NODE,
                RadioFixture.named("somebody").toBuilder().setPublicKey(KEY).build());
        mesh.nodeInfo(RADIO, NODE, User.getDefaultInstance());
        assertThat(mesh.counters(RADIO)).containsEntry("packets", 2L).doesNotContainKey("rejected");
        assertThat(mesh.node(NODE).getPackets()).isEqualTo(2);
        assertThat(mesh.node(NODE).getLongName()).isEqualTo("somebody");
        assertThat(mesh.entry(NODE).getKey().bytes()).isEqualTo(KEY.toByteArray());
    }

    @Test
    @DisplayName("LV-22 names lose their control characters and keep everything else")
    void namesLoseTheirControlCharacters() {
        mesh.nodeInfo(
                RADIO,
                NODE,
                RadioFixture.named(" \u0000\u001b[2J\tAnna\u0085 \ud83e\udd81 <b>'; DROP TABLE nodes;-- ").toBuilder()
                        .setShortName(RadioFixture.text("\ud83e\udd81"))
                        .build());
        assertThat(mesh.node(NODE).getLongName()).isEqualTo("[2JAnna \ud83e\udd81 <b>'; DROP TABLE nodes;--");
        assertThat(mesh.node(NODE).getShortName()).isEqualTo("\ud83e\udd81");
    }

    @Test
    @DisplayName("PS-04 changes at once one after the other are all kept")
    void changesOneAfterTheOtherAreAllKept() {
        for (int i = 0; i < 10; i++) {
            mesh.nodeInfo(RADIO, NODE, RadioFixture.named("name " + i));
        }
        assertThat(mesh.nodeRecords).hasSize(10);
        assertThat(mesh.node(NODE).getNames())
                .extracting(NodeName::getLongName)
                .containsExactly(
                        "name 0", "name 1", "name 2", "name 3", "name 4", "name 5", "name 6", "name 7", "name 8",
                        "name 9");
    }

    @Test
    @DisplayName("KS-21 KS-22 DB-08 what can't be used stops nothing that comes behind it")
    void whatCannotBeUsedStopsNothing() {
        mesh.raw(RADIO, "no record".getBytes(StandardCharsets.US_ASCII));
        mesh.packet(RADIO, NODE, 1, 4, ByteString.copyFrom(new byte[] {0x0a, 0x50, 1}));
        mesh.radio(RADIO, ByteString.copyFrom(new byte[] {0x22, 0x7f, 1}));
        mesh.nodeInfo(RADIO, 0, RadioFixture.user(KEY));
        mesh.nodeInfo(RADIO, NODE, RadioFixture.user(RadioFixture.text("short")));
        mesh.nodeInfo(RADIO, NODE, RadioFixture.user(KEY));
        assertThat(mesh.rejected).hasSize(5);
        assertThat(mesh.entry(NODE).getKey().bytes()).isEqualTo(KEY.toByteArray());
    }
}
