package dev.meshlog.ingest.virtual;

import static dev.meshlog.ingest.virtual.SwitchboardRig.ADMIN;
import static dev.meshlog.ingest.virtual.SwitchboardRig.OWN;
import static dev.meshlog.ingest.virtual.SwitchboardRig.ROUTING;
import static dev.meshlog.ingest.virtual.SwitchboardRig.SIM;
import static dev.meshlog.ingest.virtual.SwitchboardRig.admin;
import static dev.meshlog.ingest.virtual.SwitchboardRig.allowing;
import static dev.meshlog.ingest.virtual.SwitchboardRig.bytes;
import static dev.meshlog.ingest.virtual.SwitchboardRig.hear;
import static dev.meshlog.ingest.virtual.SwitchboardRig.kinds;
import static dev.meshlog.ingest.virtual.SwitchboardRig.own;
import static dev.meshlog.ingest.virtual.SwitchboardRig.packet;
import static dev.meshlog.ingest.virtual.SwitchboardRig.text;
import static dev.meshlog.ingest.virtual.SwitchboardRig.unknownField;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.meshlog.schemas.meshtastic.AdminMessage;
import dev.meshlog.schemas.meshtastic.Config;
import dev.meshlog.schemas.meshtastic.Data;
import dev.meshlog.schemas.meshtastic.FromRadio;
import dev.meshlog.schemas.meshtastic.FromRadio.PayloadVariantCase;
import dev.meshlog.schemas.meshtastic.Heartbeat;
import dev.meshlog.schemas.meshtastic.MeshPacket;
import dev.meshlog.schemas.meshtastic.NodeInfo;
import dev.meshlog.schemas.meshtastic.QueueStatus;
import dev.meshlog.schemas.meshtastic.SecurityConfig;
import dev.meshlog.schemas.meshtastic.ToRadio;
import dev.meshlog.schemas.meshtastic.User;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SwitchboardTest {
    private final SwitchboardRig rig = new SwitchboardRig();

    @Test
    void answerGoesToTheClientThatAsked() {
        var board = rig.board(allowing(false, false));
        var asking = rig.configured(board, 7);
        var other = rig.configured(board, 8);
        Stream.of(asking, other).forEach(rig::told);
        board.said(asking, packet(admin(unknownField(5)).setId(70)), rig.now);
        assertThat(rig.uplink.relayed).hasSize(1);
        hear(board, own(ADMIN, 70));
        hear(board, own(ROUTING, 70));
        FromRadio status = FromRadio.newBuilder()
                .setQueueStatus(QueueStatus.newBuilder().setFree(3).setMaxlen(4).setMeshPacketId(70))
                .build();
        board.radioSaid(status, status.toByteString());
        assertThat(rig.told(asking))
                .as("our status, and three answers of the radio")
                .hasSize(4);
        assertThat(rig.told(other)).isEmpty();

        hear(board, own(ADMIN, 71));
        hear(board, own(ROUTING, 72));
        assertThat(rig.told(asking))
                .as("no client asked: the acknowledgement of a push")
                .isEmpty();

        hear(board, text("for all").setFrom(SIM).setTo(-1).setId(1).build());
        assertThat(rig.told(asking)).hasSize(1);
        assertThat(rig.told(other)).hasSize(1);
    }

    @Test
    void whoMayGiveOrdersGetsThePasskeyForTheNextOneAndNoOtherSecret() {
        ByteString passkey = ByteString.copyFrom(new byte[] {1, 2, 3, 4, 5, 6, 7, 8});
        AdminMessage answer = AdminMessage.newBuilder()
                .setGetConfigResponse(Config.newBuilder()
                        .setSecurity(SecurityConfig.newBuilder().setPrivateKey(ByteString.copyFrom(bytes(5)))))
                .setSessionPasskey(passkey)
                .build();
        assertThat(answered(allowing(false, false), OWN, answer).getSessionPasskey())
                .isEqualTo(ByteString.copyFrom(new byte[8]));
        AdminMessage shown = answered(allowing(true, false), SIM, answer);
        assertThat(shown.getSessionPasskey()).isEqualTo(passkey);
        assertThat(shown.getGetConfigResponse().getSecurity().getPrivateKey())
                .isEqualTo(ByteString.copyFrom(new byte[32]));
        assertThat(answered(allowing(true, true), SIM, answer)).isEqualTo(answer);
    }

    /** The answer of a node, as the client that asked it is told; another client is told nothing. */
    private AdminMessage answered(VirtualNodeSettings settings, int node, AdminMessage answer) {
        var board = rig.board(settings);
        var client = rig.configured(board, 7);
        var other = rig.configured(board, 8);
        rig.told(other);
        board.said(client, packet(admin(unknownField(5)).setTo(node).setId(70)), rig.now);
        rig.told(client);
        hear(
                board,
                MeshPacket.newBuilder()
                        .setFrom(node)
                        .setTo(OWN)
                        .setDecoded(Data.newBuilder()
                                .setPortNum(ADMIN)
                                .setRequestId(70)
                                .setPayload(answer.toByteString()))
                        .build());
        assertThat(rig.told(other)).isEmpty();
        List<FromRadio> told = rig.told(client);
        assertThat(told).hasSize(1);
        try {
            return AdminMessage.parseFrom(told.get(0).getPacket().getDecoded().getPayload());
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void messageThatFitsIntoNoFrameIsLeftOutAndCounted() {
        var board = rig.board(allowing(false, false));
        var client = rig.configured(board, 7);
        int parts = rig.told(client).size();
        hear(board, text("x".repeat(600)).setFrom(SIM).setTo(-1).setId(5).build());
        assertThat(rig.told(client)).isEmpty();
        assertThat(board.leftOut()).isEqualTo(1);
        hear(board, text("x").setFrom(SIM).setTo(-1).setId(6).build());
        assertThat(rig.told(client)).hasSize(1);

        FromRadio large = FromRadio.newBuilder()
                .setNodeInfo(NodeInfo.newBuilder()
                        .setNum(0x99)
                        .setUser(User.newBuilder().setMacAddress(ByteString.copyFrom(new byte[600]))))
                .build();
        board.radioSaid(large, large.toByteString());
        assertThat(rig.told(rig.configured(board, 8)))
                .as("the config without that part")
                .hasSize(parts);
        assertThat(board.leftOut()).isEqualTo(2);
    }

    @Test
    void whatFirmwareRepeatsAtEachConnectionIsNotToldAgain() {
        var board = rig.board(allowing(false, false));
        var client = rig.configured(board, 7);
        rig.told(client);
        MeshPacket position = MeshPacket.newBuilder()
                .setFrom(SIM)
                .setTo(-1)
                .setId(1)
                .setRxTime(1_700_000_000)
                .setTransportMechanism(1)
                .setDecoded(Data.newBuilder().setPortNum(3))
                .build();
        hear(board, position);
        assertThat(rig.told(client)).isEmpty();
        hear(board, position.toBuilder().setRxRssi(-80).build());
        assertThat(rig.told(client)).hasSize(1);
    }

    @Test
    void slowClientIsClosedAndTheOthersAreNot() {
        var board = rig.board(allowing(false, false));
        var slow = rig.configured(board, 7);
        var other = rig.configured(board, 8);
        rig.told(other);
        for (int i = 0; i < 6_000; i++) {
            hear(board, text("x".repeat(100)).setFrom(SIM).setTo(-1).setId(i).build());
            assertThat(rig.told(other)).hasSize(1);
        }
        assertThat(slow.closed().orElseThrow()).contains("too slow");
        assertThat(other.closed()).isEmpty();
    }

    @Test
    void clientThatTakesNothingOrSaysNothingIsClosed() {
        var board = rig.board(allowing(false, false));
        var stalled = rig.configured(board, 7);
        var silent = board.connected("silent", rig.now);
        rig.later(board, Duration.ofSeconds(31));
        assertThat(stalled.closed().orElseThrow()).contains("takes nothing");
        assertThat(silent.closed()).isEmpty();
        rig.later(board, Duration.ofSeconds(31));
        assertThat(silent.closed().orElseThrow()).contains("says nothing");
    }

    @Test
    void heartbeatIsAnsweredAndQuietMeshShowsThatItLives() {
        var board = rig.board(allowing(false, false));
        var client = rig.configured(board, 7);
        rig.told(client);
        board.said(
                client,
                ToRadio.newBuilder()
                        .setHeartbeat(Heartbeat.getDefaultInstance())
                        .build(),
                rig.now);
        assertThat(kinds(rig.told(client))).containsExactly(PayloadVariantCase.QUEUE_STATUS);
        assertThat(rig.uplink.relayed).isEmpty();
        rig.later(board, Duration.ofSeconds(24));
        assertThat(rig.told(client)).isEmpty();
        rig.later(board, Duration.ofSeconds(25));
        assertThat(kinds(rig.told(client))).containsExactly(PayloadVariantCase.QUEUE_STATUS);
    }
}
