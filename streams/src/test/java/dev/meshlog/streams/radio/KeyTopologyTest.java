package dev.meshlog.streams.radio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.google.protobuf.ByteString;
import dev.meshlog.schemas.meshtastic.Data;
import dev.meshlog.schemas.meshtastic.FromRadio;
import dev.meshlog.schemas.meshtastic.MeshPacket;
import dev.meshlog.schemas.meshtastic.NodeInfo;
import dev.meshlog.schemas.meshtastic.User;
import dev.meshlog.schemas.radio.AlertKind;
import dev.meshlog.schemas.radio.KeyDecisionKind;
import dev.meshlog.schemas.radio.KeyEvent;
import dev.meshlog.schemas.radio.KeyEventKind;
import dev.meshlog.schemas.radio.KeySource;
import dev.meshlog.schemas.radio.KeyState;
import dev.meshlog.schemas.radio.LinkEventKind;
import dev.meshlog.schemas.radio.PublicKeyEntry;
import dev.meshlog.schemas.radio.RadioAlert;
import dev.meshlog.schemas.radio.RejectedFrame;
import dev.meshlog.schemas.wire.RejectReason;
import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.CRC32;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyTopologyTest {
    private static final int NODE = 0x1234abcd;
    private static final int OTHER = 0x100;
    private static final int THIRD = 0x200;
    private static final ByteString KEY = RadioFixture.publicKey(1);
    private static final ByteString OTHER_KEY = RadioFixture.publicKey(2);
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
    @DisplayName("LV-05 the same key again is no event")
    void sameKeyAgainIsNoEvent() {
        mesh.nodeInfo(RADIO, NODE, RadioFixture.user(KEY));
        PublicKeyEntry before = mesh.entry(NODE);
        mesh.nodeInfo(RADIO, NODE, RadioFixture.user(KEY));
        assertThat(mesh.keyEventKinds()).containsExactly(KeyEventKind.NEW);
        assertThat(mesh.entry(NODE).getLastSeenMs()).isAfter(before.getLastSeenMs());
        assertThat(mesh.entry(NODE).getFirstSeenMs()).isEqualTo(before.getFirstSeenMs());
    }

    @Test
    @DisplayName("LV-06 DB-05 a changed key is a conflict, and the first stays")
    void changedKeyIsAConflictAndTheFirstStays() {
        mesh.nodeInfo(RADIO, NODE, RadioFixture.user(KEY));
        mesh.nodeInfo(RADIO, NODE, RadioFixture.user(OTHER_KEY));
        mesh.nodeDb(
                RADIO,
                NodeInfo.newBuilder()
                        .setNum(NODE)
                        .setUser(RadioFixture.user(OTHER_KEY))
                        .build());
        PublicKeyEntry entry = mesh.entry(NODE);
        assertThat(entry.getState()).isEqualTo(KeyState.CONFLICT);
        assertThat(entry.getKey().bytes()).isEqualTo(KEY.toByteArray());
        assertThat(entry.getConflicts())
                .singleElement()
                .satisfies(conflict -> assertThat(conflict.getKey().bytes()).isEqualTo(OTHER_KEY.toByteArray()));
        assertThat(mesh.keyEventKinds()).containsExactly(KeyEventKind.NEW, KeyEventKind.CHANGED);
    }

    @Test
    @DisplayName("LV-07 an absent key removes none")
    void absentKeyDoesNotRemove() {
        mesh.nodeInfo(RADIO, NODE, RadioFixture.user(KEY));
        mesh.nodeInfo(RADIO, NODE, RadioFixture.user(ByteString.EMPTY));
        assertThat(mesh.entry(NODE).getKey().bytes()).isEqualTo(KEY.toByteArray());
        assertThat(mesh.keyEventKinds()).containsExactly(KeyEventKind.NEW);
    }

    @Test
    @DisplayName("LV-08 a new name without a key removes none")
    void absentKeyWithANewNameDoesNotRemove() {
        mesh.nodeInfo(RADIO, NODE, RadioFixture.user(KEY));
        mesh.nodeInfo(RADIO, NODE, RadioFixture.named("renamed"));
        assertThat(mesh.entry(NODE).getKey().bytes()).isEqualTo(KEY.toByteArray());
        assertThat(mesh.node(NODE).getLongName()).isEqualTo("renamed");
    }

    @Test
    @DisplayName("LV-09 KS-20 an empty key is an absent one")
    void emptyKeyIsAbsent() throws Exception {
        mesh.nodeInfo(RADIO, NODE, RadioFixture.user(KEY));
        ByteString emptyKey = RadioFixture.named("x").toByteString().concat(ByteString.copyFrom(new byte[] {0x42, 0}));
        mesh.nodeInfo(RADIO, NODE, User.parseFrom(emptyKey));
        assertThat(mesh.entry(NODE).getState()).isEqualTo(KeyState.PINNED);
        assertThat(mesh.rejected).isEmpty();
    }

    @Test
    @DisplayName("LV-10 a node without any key is a node, and nobody is told again and again")
    void nodeWithoutAnyKeyIsANode() {
        for (int i = 0; i < 20; i++) {
            mesh.nodeInfo(RADIO, NODE, RadioFixture.named("keyless"));
        }
        assertThat(mesh.node(NODE).getLongName()).isEqualTo("keyless");
        assertThat(mesh.node(NODE).getPackets()).isEqualTo(20);
        assertThat(mesh.alerts).isEmpty();
        assertThat(mesh.keys).isEmpty();
        assertThat(mesh.keyEvents).isEmpty();
    }

    @Test
    @DisplayName("LV-11 a garbage key is rejected with its reason, and the rest of the node kept")
    void garbageKeyIsRejectedAndTheNodeKept() {
        mesh.nodeInfo(
                RADIO,
                NODE,
                User.newBuilder(RadioFixture.named("a"))
                        .setPublicKey(RadioFixture.text("notakey"))
                        .build());
        mesh.nodeInfo(RADIO, NODE, RadioFixture.user(ByteString.copyFrom(new byte[32])));
        assertThat(mesh.rejected)
                .extracting(RejectedFrame::getReason)
                .containsExactly(RejectReason.KEY_LENGTH.name(), RejectReason.KEY_ALL_ZERO.name());
        assertThat(mesh.node(NODE).getLongName()).isEqualTo("a");
        assertThat(mesh.keys).isEmpty();
        assertThat(mesh.counters(RADIO))
                .containsEntry("packets", 2L)
                .containsEntry("partsRejected.KEY_LENGTH", 1L)
                .containsEntry("partsRejected.KEY_ALL_ZERO", 1L);
    }

    @Test
    @DisplayName("LV-13 LV-14 a node without names keeps its key")
    void nodeWithoutNamesKeepsItsKey() {
        mesh.nodeInfo(RADIO, NODE, RadioFixture.user(KEY));
        assertThat(mesh.node(NODE).getLongName()).isNull();
        assertThat(mesh.node(NODE).getShortName()).isNull();
        assertThat(mesh.entry(NODE).getKey().bytes()).isEqualTo(KEY.toByteArray());
    }

    @Test
    void ownKeyThatAnotherNodeSendsIsQuarantinedThere() {
        mesh.nodeInfo(RADIO, OTHER, RadioFixture.user(KEY));
        mesh.ownNode(RADIO, NODE);
        mesh.nodeDb(RADIO, listed(NODE, KEY));
        mesh.nodeInfo(RADIO, THIRD, RadioFixture.user(KEY));
        assertThat(mesh.entry(NODE).getState()).isEqualTo(KeyState.PINNED);
        assertThat(mesh.node(NODE).getOwn()).isTrue();
        for (int claimer : new int[] {OTHER, THIRD}) {
            assertThat(mesh.entry(claimer).getState()).isEqualTo(KeyState.QUARANTINED);
            assertThat(mesh.entry(claimer).getStateReason()).contains("!1234abcd");
        }
        assertThat(mesh.alertKinds().stream().filter(AlertKind.KEY_CLAIMED::equals))
                .hasSize(2);
        assertThat(mesh.counters(RADIO)).containsEntry("frames", 4L);
    }

    /** Who sends a key for our radio before it is connected does not make it the radio's own. */
    @Test
    void keyThatOthersSendForOurRadioIsNotItsOwn() {
        mesh.nodeInfo(RADIO, NODE, RadioFixture.user(OTHER_KEY));
        mesh.ownNode(RADIO, NODE);
        mesh.nodeDb(RADIO, listed(NODE, KEY));
        mesh.nodeInfo(RADIO, OTHER, RadioFixture.user(OTHER_KEY));
        assertThat(mesh.entry(OTHER).getState()).isEqualTo(KeyState.PINNED);
        assertThat(mesh.entry(NODE).getState()).isEqualTo(KeyState.CONFLICT);
    }

    @Test
    void sharedKeyNamesThoseWhoHaveIt() {
        mesh.nodeInfo(RADIO, NODE, RadioFixture.user(KEY));
        mesh.nodeInfo(RADIO, OTHER, RadioFixture.user(KEY));
        mesh.nodeInfo(RADIO, THIRD, RadioFixture.user(KEY));
        assertThat(mesh.keyEvents.stream().filter(event -> event.getKind() == KeyEventKind.DUPLICATE))
                .extracting(KeyEvent::getNode, KeyEvent::getOthers)
                .containsExactly(
                        tuple((long) OTHER, List.of((long) NODE)),
                        tuple((long) THIRD, List.of((long) OTHER, (long) NODE)));
        assertThat(mesh.alertKinds()).containsExactly(AlertKind.KEY_SHARED, AlertKind.KEY_SHARED);
    }

    @Test
    void decisionsOfTheOperatorTakeEffect() {
        mesh.nodeInfo(RADIO, NODE, RadioFixture.user(KEY));
        mesh.nodeInfo(RADIO, NODE, RadioFixture.user(OTHER_KEY));
        assertThat(mesh.alertKinds()).containsExactly(AlertKind.KEY_CHANGED);
        mesh.decide(NODE, KeyDecisionKind.ACCEPT, OTHER_KEY, KEY);
        assertThat(mesh.entry(NODE).getKey().bytes()).isEqualTo(OTHER_KEY.toByteArray());
        assertThat(mesh.entry(NODE).getState()).isEqualTo(KeyState.PINNED);
        mesh.decide(NODE, KeyDecisionKind.REMOVE, KEY, null);
        mesh.decide(NODE, KeyDecisionKind.REMOVE, OTHER_KEY, null);
        assertThat(mesh.keys).isEmpty();
        assertThat(mesh.keyEvents.get(2).getDetail()).isEqualTo("by ann: she called");
        assertThat(mesh.counters(RADIO)).containsEntry("frames", 2L);
    }

    @Test
    void whatIsNoDecisionIsADeadLetter() {
        mesh.decision(RadioFixture.key(NODE), new byte[] {1, 2, 3});
        mesh.decide(NODE, KeyDecisionKind.UNKNOWN, KEY, null);
        assertThat(mesh.rejected)
                .extracting(RejectedFrame::getReason)
                .containsExactly(RejectReason.DECISION_MALFORMED.name(), RejectReason.DECISION_MALFORMED.name());
        assertThat(mesh.keys).isEmpty();
    }

    @Test
    void keyThatTheRadioReadAMessageWithIsSeen() {
        mesh.radio(
                RADIO,
                FromRadio.newBuilder()
                        .setPacket(MeshPacket.newBuilder()
                                .setFrom(NODE)
                                .setTo(OTHER)
                                .setId(1)
                                .setPkiEncrypted(true)
                                .setPublicKey(KEY)
                                .setDecoded(Data.newBuilder().setPortNum(1).setPayload(RadioFixture.text("hi"))))
                        .build());
        assertThat(mesh.entry(NODE).getSource()).isEqualTo(KeySource.RADIO_PKI);
    }

    @Test
    @DisplayName(
            "DB-04 DB-05 DB-06 KS-27 imported keys go the way of those that are heard, and no radio has them for that")
    void importedKeysGoTheSameWay() {
        mesh.imported(listed(NODE, KEY));
        mesh.imported(listed(NODE, OTHER_KEY).toBuilder()
                .setUser(RadioFixture.user(OTHER_KEY).toBuilder().setHardwareModel(999))
                .build());
        assertThat(mesh.entry(NODE).getSource()).isEqualTo(KeySource.IMPORT);
        assertThat(mesh.entry(NODE).getState()).isEqualTo(KeyState.CONFLICT);
        assertThat(mesh.node(NODE).getListedByRadio()).isFalse();
        assertThat(mesh.node(NODE).getHardwareModel()).isEqualTo(999);
        assertThat(mesh.keyEventKinds()).containsExactly(KeyEventKind.NEW, KeyEventKind.CHANGED);
    }

    @Test
    void keyThatTheNodesNumberCertifiesIsNamedSo() {
        var crc = new CRC32();
        crc.update(KEY.toByteArray());
        mesh.nodeInfo(RADIO, (int) crc.getValue(), RadioFixture.user(KEY));
        assertThat(mesh.entry((int) crc.getValue()).getSelfCertified()).isTrue();
        assertThat(mesh.keyEventKinds()).containsExactly(KeyEventKind.NEW, KeyEventKind.SELF_CERTIFIED);
    }

    @Test
    void linkThatIsLostOrSilentIsAnAlert() {
        mesh.linkEvent(LinkEventKind.CONNECTED, RADIO, "192.0.2.1");
        mesh.linkEvent(LinkEventKind.LOST, RADIO, "no answer for 60 s");
        mesh.linkEvent(LinkEventKind.SILENT, RADIO, "nothing for 2 h");
        assertThat(mesh.alerts)
                .extracting(RadioAlert::getKind, RadioAlert::getSentence)
                .containsExactly(
                        tuple(
                                AlertKind.LINK_LOST,
                                "link radio is lost and is being connected again: no answer for 60 s"),
                        tuple(
                                AlertKind.LINK_SILENT,
                                "link radio answers, but has not heard the mesh for long: nothing for 2 h"));
    }

    @Test
    void alertsAreCounted() {
        var registry = new SimpleMeterRegistry();
        Metrics.addRegistry(registry);
        mesh.linkEvent(LinkEventKind.LOST, RADIO, "x");
        assertThat(registry.get("meshlog.radio.alerts")
                        .tag("kind", "LINK_LOST")
                        .counter()
                        .count())
                .isEqualTo(1);
        Metrics.removeRegistry(registry);
    }

    private static NodeInfo listed(int node, ByteString key) {
        return NodeInfo.newBuilder()
                .setNum(node)
                .setUser(RadioFixture.user(key))
                .build();
    }
}
