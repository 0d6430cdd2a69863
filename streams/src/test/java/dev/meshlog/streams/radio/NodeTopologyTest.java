package dev.meshlog.streams.radio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.google.protobuf.ByteString;
import dev.meshlog.schemas.meshtastic.Data;
import dev.meshlog.schemas.meshtastic.DeviceMetadata;
import dev.meshlog.schemas.meshtastic.DeviceMetrics;
import dev.meshlog.schemas.meshtastic.FromRadio;
import dev.meshlog.schemas.meshtastic.MapReport;
import dev.meshlog.schemas.meshtastic.MeshPacket;
import dev.meshlog.schemas.meshtastic.Neighbor;
import dev.meshlog.schemas.meshtastic.NeighborInfo;
import dev.meshlog.schemas.meshtastic.NodeInfo;
import dev.meshlog.schemas.meshtastic.Position;
import dev.meshlog.schemas.meshtastic.RouteDiscovery;
import dev.meshlog.schemas.meshtastic.Telemetry;
import dev.meshlog.schemas.meshtastic.User;
import dev.meshlog.schemas.radio.EdgeKind;
import dev.meshlog.schemas.radio.KeyEventKind;
import dev.meshlog.schemas.radio.NodeName;
import dev.meshlog.schemas.radio.NodeTelemetry;
import dev.meshlog.schemas.radio.RadioEdge;
import dev.meshlog.schemas.radio.RejectedFrame;
import dev.meshlog.schemas.wire.RejectReason;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeTopologyTest {
    private static final int NODE = 0x1234abcd;
    private static final ByteString KEY = RadioFixture.publicKey(1);
    private static final int OTHER = 0x100;
    private static final int THIRD = 0x200;
    private static final String RADIO = "radio";

    @TempDir
    private Path directory;

    private RadioFixture mesh;
    private int nextId = 100;

    @BeforeEach
    void open() {
        mesh = new RadioFixture(directory);
    }

    @AfterEach
    void close() {
        mesh.close();
    }

    @Test
    void aNodeStaysKnownHoweverManyAreHeardBeforeItIsHeardAgain() {
        for (int round = 0; round < 2; round++) {
            for (int node = 1; node <= 300; node++) {
                mesh.packet(RADIO, node, nextId++, 1, RadioFixture.text("hello"));
            }
        }
        assertThat(mesh.nodes.values()).hasSize(300).allMatch(node -> node.getPackets() == 2);
    }

    @Test
    @DisplayName("LV-12 an unknown hardware model is a number")
    void unknownHardwareModelIsANumber() {
        mesh.nodeInfo(
                RADIO,
                NODE,
                User.newBuilder(RadioFixture.user(KEY)).setHardwareModel(999).build());
        assertThat(mesh.node(NODE).getHardwareModel()).isEqualTo(999);
        assertThat(mesh.node(NODE).getHardwareModelKnown()).isFalse();
        assertThat(mesh.keys).hasSize(1);
    }

    @Test
    @DisplayName("LV-13 a name that is not UTF-8 loses nothing")
    void nameThatIsNotUtf8LosesNothing() {
        ByteString cut = RadioFixture.text("caf\u00e9").substring(0, 4);
        mesh.nodeInfo(
                RADIO,
                NODE,
                User.newBuilder(RadioFixture.user(KEY)).setLongName(cut).build());
        assertThat(mesh.node(NODE).getLongName()).startsWith("caf");
        assertThat(mesh.keys).hasSize(1);
    }

    @Test
    @DisplayName("LV-15 zero is no node")
    void zeroIsNoNode() {
        mesh.nodeInfo(RADIO, 0, RadioFixture.user(KEY));
        mesh.nodeDb(RADIO, NodeInfo.newBuilder().setUser(RadioFixture.user(KEY)).build());
        assertNothingButRejected(RejectReason.SENDER_NOT_A_NODE, RejectReason.NODE_NOT_A_NODE);
    }

    @Test
    @DisplayName("LV-16 broadcast is no node")
    void broadcastIsNoNode() {
        mesh.nodeInfo(RADIO, -1, RadioFixture.user(KEY));
        mesh.nodeDb(
                RADIO,
                NodeInfo.newBuilder().setNum(-1).setUser(RadioFixture.user(KEY)).build());
        assertNothingButRejected(RejectReason.SENDER_NOT_A_NODE, RejectReason.NODE_NOT_A_NODE);
    }

    @Test
    @DisplayName(
            "KS-17 KS-18 KS-19 no user, an empty user and an empty entry are one record, which takes the key when it comes")
    void nodeDbEntryWithoutUserIsANode() {
        NodeInfo empty = NodeInfo.newBuilder().setNum(NODE).build();
        mesh.nodeDb(RADIO, empty);
        mesh.nodeDb(RADIO, empty.toBuilder().setUser(User.getDefaultInstance()).build());
        mesh.imported(empty);
        assertThat(mesh.nodes).containsOnlyKeys(RadioFixture.key(NODE));
        assertThat(mesh.node(NODE).getLastHeardMs()).isNull();
        assertThat(mesh.keys).isEmpty();
        mesh.nodeDb(RADIO, empty.toBuilder().setUser(RadioFixture.user(KEY)).build());
        assertThat(mesh.nodes).containsOnlyKeys(RadioFixture.key(NODE));
        assertThat(mesh.entry(NODE).getKey().bytes()).isEqualTo(KEY.toByteArray());
        assertThat(mesh.keyEventKinds()).containsExactly(KeyEventKind.NEW);
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
                        .setUser(RadioFixture.named("old"))
                        .setPosition(Position.newBuilder().setLatitudeI(8).setLongitudeI(9))
                        .build());
        assertThat(Objects.requireNonNull(mesh.node(NODE).getPosition()).getLatitudeI())
                .isEqualTo(1);
        assertThat(mesh.node(NODE).getLongName()).isEqualTo("old");
    }

    @Test
    @DisplayName("DB-07 who has no fix has no position, and a lost fix erases none")
    void whoHasNoFixHasNoPosition() {
        position(0, 0);
        position(900_000_001, 1);
        position(1, -1_800_000_001);
        mesh.packet(
                RADIO, NODE, 4, 3, Position.newBuilder().setAltitude(7).build().toByteString());
        assertThat(mesh.node(NODE).getPosition()).isNull();
        position(-900_000_000, 1_800_000_000);
        assertThat(Objects.requireNonNull(mesh.node(NODE).getPosition()).getLatitudeI())
                .isEqualTo(-900_000_000);
        position(0, 0);
        assertThat(mesh.node(NODE).getPosition()).isNotNull();
        assertThat(mesh.rejected).isEmpty();
    }

    @Test
    void namesAreKept() {
        for (int i = 0; i < 20; i++) {
            mesh.nodeInfo(RADIO, NODE, RadioFixture.named("name " + i));
            mesh.nodeInfo(RADIO, NODE, RadioFixture.named("name " + i));
        }
        assertThat(mesh.node(NODE).getNames())
                .hasSize(16)
                .extracting(NodeName::getLongName)
                .startsWith("name 4")
                .endsWith("name 19");
        NodeName last = mesh.node(NODE).getNames().get(15);
        assertThat(last.getLastSeenMs()).isAfter(last.getFirstSeenMs());
    }

    @Test
    void firmwareIsWhatTheRadioOrItsMapReportSays() {
        mesh.ownNode(RADIO, NODE);
        mesh.radio(
                RADIO,
                FromRadio.newBuilder()
                        .setMetadata(
                                DeviceMetadata.newBuilder().setFirmwareVersion(RadioFixture.text("2.7.26.54e0d8d")))
                        .build());
        mesh.packet(
                RADIO,
                OTHER,
                1,
                73,
                MapReport.newBuilder()
                        .setFirmwareVersion(RadioFixture.text("2.6.1"))
                        .build()
                        .toByteString());
        assertThat(mesh.node(NODE).getFirmwareVersion()).isEqualTo("2.7.26.54e0d8d");
        assertThat(mesh.node(OTHER).getFirmwareVersion()).isEqualTo("2.6.1");
        assertThat(mesh.counters(RADIO)).containsEntry("configFrames", 2L).containsEntry("packets", 1L);
    }

    @Test
    void telemetryIsAStreamAndTheNewestOfEachKind() {
        var power = Telemetry.newBuilder().setPowerMetrics(RadioFixture.text("?"));
        telemetry(1, device(50));
        telemetry(2, power);
        telemetry(3, device(49));
        telemetry(3, device(1));
        assertThat(mesh.telemetry)
                .extracting(told -> told.getTelemetry().getKind())
                .containsExactly(2, 5, 2);
        assertThat(mesh.node(NODE).getTelemetry())
                .extracting(NodeTelemetry::getKind, NodeTelemetry::getTime)
                .containsExactly(tuple(2, 49L), tuple(5, null));
        assertThat(Objects.requireNonNull(mesh.telemetry.get(2).getDeviceMetrics())
                        .getBatteryLevel())
                .isEqualTo(49);
    }

    /** A field number from the future. */
    @Test
    void telemetryOfAnUnknownKindIsKept() {
        mesh.packet(RADIO, NODE, 1, 67, ByteString.fromHex("5a020801"));
        assertThat(mesh.telemetry)
                .singleElement()
                .satisfies(told -> assertThat(told.getTelemetry().getKind()).isEqualTo(11));
    }

    @Test
    void neighboursAreEdges() {
        mesh.packet(
                RADIO,
                NODE,
                1,
                71,
                NeighborInfo.newBuilder()
                        .setNodeId(NODE)
                        .addNeighbors(Neighbor.newBuilder().setNodeId(OTHER).setSnr(-3.5f))
                        .addNeighbors(Neighbor.newBuilder().setNodeId(-1).setSnr(1))
                        .addNeighbors(Neighbor.newBuilder().setNodeId(THIRD))
                        .build()
                        .toByteString());
        assertEdges(NODE, tuple(EdgeKind.NEIGHBOR, OTHER, NODE, -3.5f), tuple(EdgeKind.NEIGHBOR, THIRD, NODE, null));
    }

    @Test
    void traceroutesAreEdges() {
        RouteDiscovery request =
                RouteDiscovery.newBuilder().addRoute(THIRD).addSnrTowards(-10).build();
        routed(NODE, OTHER, 1, 0, request);
        assertEdges(NODE, tuple(EdgeKind.ROUTE, NODE, THIRD, -2.5f));
        RouteDiscovery answer = RouteDiscovery.newBuilder()
                .addAllRoute(List.of(THIRD, -1))
                .addAllSnrTowards(List.of(-10, -128, 20))
                .addRouteBack(THIRD)
                .addSnrBack(-128)
                .build();
        routed(OTHER, NODE, 2, 1, answer);
        assertEdges(OTHER, tuple(EdgeKind.ROUTE, NODE, THIRD, -2.5f), tuple(EdgeKind.ROUTE, OTHER, THIRD, null));
    }

    @Test
    void edgesOfOneReporterAreBounded() {
        for (int i = 1; i <= 300; i++) {
            mesh.packet(
                    RADIO,
                    NODE,
                    i,
                    71,
                    NeighborInfo.newBuilder()
                            .addNeighbors(Neighbor.newBuilder().setNodeId(i))
                            .build()
                            .toByteString());
        }
        List<RadioEdge> edges =
                Objects.requireNonNull(mesh.edges.get(RadioFixture.key(NODE))).getEdges();
        assertThat(edges).hasSize(EdgeUpdate.MAX_EDGES);
        assertThat(edges.get(127).getFrom()).isEqualTo(300);
    }

    private void position(int latitude, int longitude) {
        mesh.packet(
                RADIO,
                NODE,
                nextId++,
                3,
                Position.newBuilder()
                        .setLatitudeI(latitude)
                        .setLongitudeI(longitude)
                        .build()
                        .toByteString());
    }

    private void telemetry(int id, Telemetry.Builder telemetry) {
        mesh.packet(RADIO, NODE, id, 67, telemetry.build().toByteString());
    }

    private static Telemetry.Builder device(int battery) {
        return Telemetry.newBuilder()
                .setTime(battery)
                .setDeviceMetrics(DeviceMetrics.newBuilder().setBatteryLevel(battery));
    }

    private void routed(int from, int to, int id, int requestId, RouteDiscovery route) {
        mesh.radio(
                RADIO,
                FromRadio.newBuilder()
                        .setPacket(MeshPacket.newBuilder()
                                .setFrom(from)
                                .setTo(to)
                                .setId(id)
                                .setDecoded(Data.newBuilder()
                                        .setPortNum(70)
                                        .setRequestId(requestId)
                                        .setPayload(route.toByteString())))
                        .build());
    }

    private void assertEdges(int reporter, Tuple... edges) {
        assertThat(Objects.requireNonNull(mesh.edges.get(RadioFixture.key(reporter)))
                        .getEdges())
                .extracting(
                        RadioEdge::getKind, edge -> (int) edge.getFrom(), edge -> (int) edge.getTo(), RadioEdge::getSnr)
                .containsExactly(edges);
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
}
