package dev.meshlog.streams.radio;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import dev.meshlog.schemas.Hex;
import dev.meshlog.schemas.NodeNumber;
import dev.meshlog.schemas.meshtastic.AdminMessage;
import dev.meshlog.schemas.meshtastic.Data;
import dev.meshlog.schemas.meshtastic.FromRadio;
import dev.meshlog.schemas.meshtastic.MeshPacket;
import dev.meshlog.schemas.meshtastic.MyNodeInfo;
import dev.meshlog.schemas.meshtastic.NodeInfo;
import dev.meshlog.schemas.meshtastic.Position;
import dev.meshlog.schemas.meshtastic.ServiceEnvelope;
import dev.meshlog.schemas.meshtastic.User;
import dev.meshlog.schemas.radio.KeyEventKind;
import dev.meshlog.schemas.radio.KeySource;
import dev.meshlog.schemas.radio.KeyState;
import dev.meshlog.schemas.radio.PacketEncryption;
import dev.meshlog.schemas.radio.PublicKeyEntry;
import dev.meshlog.schemas.radio.RejectedFrame;
import dev.meshlog.schemas.wire.RejectReason;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RadioTopologyTest {
    private static final int NODE = 0x1234abcd;
    private static final ByteString KEY = key(1);
    private static final ByteString OTHER_KEY = key(2);
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
        assertThat(mesh.keyEventKinds()).doesNotContain(KeyEventKind.CHANGED).hasSize(253 + 20);

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
    void unknownHardwareModelsOfTheMeshAreKept_LV12() {
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
    void samePacketsOverTwoLinksAreThereOnce_LV21() {
        mesh.play(RADIO, "mesh-a.frames");
        mesh.play(MQTT, "mesh-a.mqtt.jsonl");
        assertThat(mesh.packets).hasSize(1258);
        assertThat(mesh.counters(MQTT)).containsEntry("duplicates", 1258L).doesNotContainKey("packets");
        assertThat(keys()).isEqualTo(expectedKeys());
    }

    @Test
    void samePacketsInTheOtherOrderAreThereOnce_LV21() {
        mesh.play(MQTT, "mesh-a.mqtt.jsonl");
        mesh.play(RADIO, "mesh-a.frames");
        assertThat(mesh.packets).hasSize(1258);
        assertThat(mesh.counters(RADIO)).containsEntry("duplicates", 1258L).containsEntry("configFrames", 254L);
        assertThat(keys()).isEqualTo(expectedKeys());
    }

    @Test
    void sameKeyAgainIsNoEvent_LV05() {
        mesh.nodeInfo(RADIO, NODE, user(KEY));
        PublicKeyEntry before = mesh.entry(NODE);
        mesh.nodeInfo(RADIO, NODE, user(KEY));
        assertThat(mesh.keyEventKinds()).containsExactly(KeyEventKind.NEW);
        assertThat(mesh.entry(NODE).getLastSeenMs()).isAfter(before.getLastSeenMs());
        assertThat(mesh.entry(NODE).getFirstSeenMs()).isEqualTo(before.getFirstSeenMs());
    }

    @Test
    void changedKeyIsAConflictAndTheFirstStays_LV06() {
        mesh.nodeInfo(RADIO, NODE, user(KEY));
        mesh.nodeInfo(RADIO, NODE, user(OTHER_KEY));
        mesh.nodeDb(
                RADIO,
                NodeInfo.newBuilder().setNum(NODE).setUser(user(OTHER_KEY)).build());
        PublicKeyEntry entry = mesh.entry(NODE);
        assertThat(entry.getState()).isEqualTo(KeyState.CONFLICT);
        assertThat(entry.getKey().bytes()).isEqualTo(KEY.toByteArray());
        assertThat(entry.getConflicts())
                .singleElement()
                .satisfies(conflict -> assertThat(conflict.getKey().bytes()).isEqualTo(OTHER_KEY.toByteArray()));
        assertThat(mesh.keyEventKinds()).containsExactly(KeyEventKind.NEW, KeyEventKind.CHANGED);
    }

    @Test
    void absentKeyDoesNotRemove_LV07() {
        mesh.nodeInfo(RADIO, NODE, user(KEY));
        mesh.nodeInfo(RADIO, NODE, user(ByteString.EMPTY));
        assertThat(mesh.entry(NODE).getKey().bytes()).isEqualTo(KEY.toByteArray());
        assertThat(mesh.keyEventKinds()).containsExactly(KeyEventKind.NEW);
    }

    @Test
    void absentKeyWithANewNameDoesNotRemove_LV08() {
        mesh.nodeInfo(RADIO, NODE, user(KEY));
        mesh.nodeInfo(RADIO, NODE, named("renamed"));
        assertThat(mesh.entry(NODE).getKey().bytes()).isEqualTo(KEY.toByteArray());
        assertThat(mesh.node(NODE).getLongName()).isEqualTo("renamed");
    }

    @Test
    void emptyKeyIsAbsent_LV09() throws Exception {
        mesh.nodeInfo(RADIO, NODE, user(KEY));
        ByteString emptyKey = named("x").toByteString().concat(ByteString.copyFrom(new byte[] {0x42, 0}));
        mesh.nodeInfo(RADIO, NODE, User.parseFrom(emptyKey));
        assertThat(mesh.entry(NODE).getState()).isEqualTo(KeyState.PINNED);
        assertThat(mesh.rejected).isEmpty();
    }

    @Test
    void nodeWithoutAnyKeyIsANode_LV10() {
        mesh.nodeInfo(RADIO, NODE, named("keyless"));
        assertThat(mesh.node(NODE).getLongName()).isEqualTo("keyless");
        assertThat(mesh.keys).isEmpty();
        assertThat(mesh.keyEvents).isEmpty();
    }

    @Test
    void garbageKeyIsRejectedAndTheNodeKept_LV11() {
        mesh.nodeInfo(
                RADIO,
                NODE,
                User.newBuilder(named("a")).setPublicKey(text("notakey")).build());
        mesh.nodeInfo(RADIO, NODE, user(ByteString.copyFrom(new byte[32])));
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
    void unknownHardwareModelIsANumber_LV12() {
        mesh.nodeInfo(
                RADIO, NODE, User.newBuilder(user(KEY)).setHardwareModel(999).build());
        assertThat(mesh.node(NODE).getHardwareModel()).isEqualTo(999);
        assertThat(mesh.node(NODE).getHardwareModelKnown()).isFalse();
        assertThat(mesh.keys).hasSize(1);
    }

    @Test
    void nodeWithoutNamesKeepsItsKey_LV13_LV14() {
        mesh.nodeInfo(RADIO, NODE, user(KEY));
        assertThat(mesh.node(NODE).getLongName()).isNull();
        assertThat(mesh.node(NODE).getShortName()).isNull();
        assertThat(mesh.entry(NODE).getKey().bytes()).isEqualTo(KEY.toByteArray());
    }

    @Test
    void nameThatIsNotUtf8LosesNothing_LV13() {
        ByteString cut = text("caf\u00e9").substring(0, 4);
        mesh.nodeInfo(RADIO, NODE, User.newBuilder(user(KEY)).setLongName(cut).build());
        assertThat(mesh.node(NODE).getLongName()).startsWith("caf");
        assertThat(mesh.keys).hasSize(1);
    }

    @Test
    void zeroIsNoNode_LV15() {
        mesh.nodeInfo(RADIO, 0, user(KEY));
        mesh.nodeDb(RADIO, NodeInfo.newBuilder().setUser(user(KEY)).build());
        assertNothingButRejected(RejectReason.SENDER_NOT_A_NODE, RejectReason.NODE_NOT_A_NODE);
    }

    @Test
    void broadcastIsNoNode_LV16() {
        mesh.nodeInfo(RADIO, -1, user(KEY));
        mesh.nodeDb(RADIO, NodeInfo.newBuilder().setNum(-1).setUser(user(KEY)).build());
        assertNothingButRejected(RejectReason.SENDER_NOT_A_NODE, RejectReason.NODE_NOT_A_NODE);
    }

    @Test
    void nodeDbEntryWithoutUserIsANode_KS17() {
        mesh.nodeDb(RADIO, NodeInfo.newBuilder().setNum(NODE).build());
        assertThat(mesh.node(NODE).getLastHeardMs()).isNull();
        assertThat(mesh.keys).isEmpty();
    }

    @Test
    void contentThatIsNotWhatThePortSaysIsStillAPacket() {
        mesh.packet(RADIO, NODE, 7, 4, ByteString.copyFrom(new byte[] {0x0a, 0x50, 1}));
        assertThat(mesh.packets).hasSize(1);
        assertThat(mesh.node(NODE).getPackets()).isEqualTo(1);
        assertThat(mesh.rejected)
                .extracting(RejectedFrame::getReason)
                .containsExactly(RejectReason.CONTENT_UNDECODABLE.name());
        assertThat(mesh.counters(RADIO)).containsEntry("packets", 1L).doesNotContainKey("rejected");
    }

    @Test
    void badInputIsCountedAndStopsNothing() {
        mesh.raw(RADIO, "not a record".getBytes(StandardCharsets.US_ASCII));
        mesh.raw(RADIO, Hex.parse("c301ffffffffffffffff00"));
        mesh.radio(RADIO, ByteString.copyFrom(new byte[] {0x12, 0x7f, 1}));
        mesh.mqtt(
                RADIO,
                ServiceEnvelope.newBuilder().setChannelId(text("X")).build().toByteString());
        mesh.radio(
                RADIO,
                FromRadio.newBuilder()
                        .setMyInfo(MyNodeInfo.newBuilder().setMyNodeNum(NODE))
                        .build());
        mesh.nodeInfo(RADIO, NODE, user(KEY));
        assertThat(mesh.counters(RADIO))
                .containsEntry("frames", 6L)
                .containsEntry("rejected", 4L)
                .containsEntry("rejected.RECORD_MALFORMED", 1L)
                .containsEntry("rejected.RECORD_FROM_NEWER_VERSION", 1L)
                .containsEntry("rejected.PAYLOAD_UNDECODABLE", 1L)
                .containsEntry("rejected.PAYLOAD_WITHOUT_PACKET", 1L);
        assertThat(mesh.rejected).hasSize(4).allMatch(rejected -> rejected.getOrigin() != null);
        assertThat(mesh.publishedCounters()).as("nothing new to publish").isZero();
    }

    @Test
    void unreadablePacketIsKeptAndALaterReadableOneFillsTheTables() {
        MeshPacket.Builder packet =
                MeshPacket.newBuilder().setFrom(NODE).setTo(-1).setId(9);
        mesh.radio(
                RADIO,
                FromRadio.newBuilder()
                        .setPacket(packet.setChannel(77).setEncrypted(text("?")))
                        .build());
        assertThat(mesh.packets).singleElement().satisfies(unread -> {
            assertThat(unread.getEncryption()).isEqualTo(PacketEncryption.UNDECRYPTED);
            assertThat(unread.getEncrypted()).isNotNull();
            assertThat(unread.getData()).isNull();
        });
        mesh.packet(MQTT, NODE, 9, 4, user(KEY).toByteString());
        mesh.packet(MQTT, NODE, 9, 4, user(OTHER_KEY).toByteString());
        assertThat(mesh.packets).hasSize(1);
        assertThat(mesh.entry(NODE).getState()).isEqualTo(KeyState.PINNED);
        assertThat(mesh.node(NODE).getPackets()).isEqualTo(1);
        assertThat(mesh.counters(RADIO)).containsEntry("undecrypted", 1L).containsEntry("packets", 1L);
        assertThat(mesh.counters(MQTT)).containsEntry("duplicates", 2L);
    }

    @Test
    void channelKeysAreNotTriedOnPkiPackets_DM04() {
        MeshPacket packet = MeshPacket.newBuilder()
                .setFrom(NODE)
                .setTo(5)
                .setId(9)
                .setChannel(8)
                .setPkiEncrypted(true)
                .setEncrypted(text("anything"))
                .build();
        mesh.radio(RADIO, FromRadio.newBuilder().setPacket(packet).build());
        assertThat(mesh.packets).singleElement().satisfies(direct -> {
            assertThat(direct.getPkiEncrypted()).isTrue();
            assertThat(direct.getEncryption()).isEqualTo(PacketEncryption.UNDECRYPTED);
        });
    }

    @Test
    void adminSecretsDoNotReachThePackets() throws Exception {
        AdminMessage admin =
                AdminMessage.newBuilder().setSessionPasskey(text("passkey!")).build();
        mesh.packet(RADIO, NODE, 9, 6, admin.toByteString());
        assertThat(mesh.packets).singleElement().satisfies(packet -> {
            Data data = Data.parseFrom(Objects.requireNonNull(packet.getData()));
            assertThat(AdminMessage.parseFrom(data.getPayload()).getSessionPasskey())
                    .isEqualTo(ByteString.copyFrom(new byte[8]));
            assertThat(data.getPortNum()).isEqualTo(6);
        });
    }

    @Test
    void olderNewsOnlyFillsGaps() {
        Position here = Position.newBuilder().setLatitudeI(1).setLongitudeI(2).build();
        mesh.packet(RADIO, NODE, 1, 3, here.toByteString());
        mesh.nodeDb(
                RADIO,
                NodeInfo.newBuilder()
                        .setNum(NODE)
                        .setLastHeard(1_000_000_000)
                        .setUser(named("old"))
                        .setPosition(Position.newBuilder().setLatitudeI(8).setLongitudeI(9))
                        .build());
        assertThat(Objects.requireNonNull(mesh.node(NODE).getPosition()).getLatitudeI())
                .isEqualTo(1);
        assertThat(mesh.node(NODE).getLongName()).isEqualTo("old");
    }

    @Test
    void topologyIsTheOneThatWasReviewed() throws IOException {
        String described =
                new RadioTopology(new ChannelKeys(List.of())).get().describe().toString();
        assertThat(described).contains("Sub-topology: 2").doesNotContain("Sub-topology: 3");
        try (InputStream in = RadioTopologyTest.class.getResourceAsStream("/radio-topology.txt")) {
            assertThat(described)
                    .isEqualTo(new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    private void assertNothingButRejected(RejectReason... reasons) {
        assertThat(mesh.rejected)
                .extracting(RejectedFrame::getReason)
                .containsExactly(Arrays.stream(reasons).map(Enum::name).toArray(String[]::new));
        assertThat(mesh.nodes).isEmpty();
        assertThat(mesh.keys).isEmpty();
        assertThat(mesh.packets).isEmpty();
        assertThat(mesh.counters(RADIO)).containsEntry("rejected", (long) reasons.length);
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

    private static User user(ByteString key) {
        return User.newBuilder().setPublicKey(key).build();
    }

    private static User named(String name) {
        return User.newBuilder().setLongName(text(name)).build();
    }

    private static ByteString text(String text) {
        return ByteString.copyFromUtf8(text);
    }

    private static ByteString key(int seed) {
        byte[] key = new byte[32];
        Arrays.fill(key, (byte) seed);
        return ByteString.copyFrom(key);
    }
}
