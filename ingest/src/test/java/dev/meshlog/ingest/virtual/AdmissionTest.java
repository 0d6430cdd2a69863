package dev.meshlog.ingest.virtual;

import static dev.meshlog.ingest.virtual.SwitchboardRig.NODEINFO;
import static dev.meshlog.ingest.virtual.SwitchboardRig.OWN;
import static dev.meshlog.ingest.virtual.SwitchboardRig.REMOTE_HARDWARE;
import static dev.meshlog.ingest.virtual.SwitchboardRig.SIM;
import static dev.meshlog.ingest.virtual.SwitchboardRig.TEXT;
import static dev.meshlog.ingest.virtual.SwitchboardRig.admin;
import static dev.meshlog.ingest.virtual.SwitchboardRig.allowing;
import static dev.meshlog.ingest.virtual.SwitchboardRig.bytes;
import static dev.meshlog.ingest.virtual.SwitchboardRig.error;
import static dev.meshlog.ingest.virtual.SwitchboardRig.node;
import static dev.meshlog.ingest.virtual.SwitchboardRig.packet;
import static dev.meshlog.ingest.virtual.SwitchboardRig.unknownField;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.meshlog.schemas.meshtastic.AdminMessage;
import dev.meshlog.schemas.meshtastic.Channel;
import dev.meshlog.schemas.meshtastic.Config;
import dev.meshlog.schemas.meshtastic.Data;
import dev.meshlog.schemas.meshtastic.MeshPacket;
import dev.meshlog.schemas.meshtastic.SecurityConfig;
import dev.meshlog.schemas.meshtastic.SharedContact;
import dev.meshlog.schemas.meshtastic.User;
import dev.meshlog.schemas.radio.SentOutcome;
import java.util.List;
import org.junit.jupiter.api.Test;

class AdmissionTest {
    private final SwitchboardRig rig = new SwitchboardRig();

    @Test
    void whatWouldChangeTheRadioIsRefused() {
        var board = rig.board(allowing(false, false));
        var client = rig.configured(board, 7);
        rig.told(client);
        List<AdminMessage> changes = List.of(
                AdminMessage.newBuilder()
                        .setAddContact(SharedContact.newBuilder().setNodeNum(1))
                        .build(),
                AdminMessage.newBuilder()
                        .setSetConfig(Config.getDefaultInstance())
                        .build(),
                AdminMessage.newBuilder()
                        .setSetChannel(Channel.getDefaultInstance())
                        .build(),
                unknownField(97),
                unknownField(100),
                unknownField(500),
                AdminMessage.getDefaultInstance());
        for (int i = 0; i < changes.size(); i++) {
            board.said(client, packet(admin(changes.get(i)).setId(60 + i)), rig.now);
            assertThat(error(rig.told(client), 60 + i))
                    .as(changes.get(i).toString())
                    .isEqualTo(33);
        }
        board.said(client, packet(admin(unknownField(5)).setTo(SIM).setId(90)), rig.now);
        assertThat(error(rig.told(client), 90)).as("of another node").isEqualTo(33);
        board.said(
                client, packet(MeshPacket.newBuilder().setId(91).setEncrypted(ByteString.copyFromUtf8("x"))), rig.now);
        assertThat(error(rig.told(client), 91)).isEqualTo(32);
        assertThat(rig.uplink.relayed).isEmpty();
        assertThat(rig.uplink.records).hasSize(9).allMatch(each -> each.getOutcome() == SentOutcome.REFUSED);
        assertThat(board.refused()).isEqualTo(9);
    }

    /** A radio that gets a frame too long looks for another one inside of it. What is hidden here would be obeyed. */
    @Test
    void frameInsideAFrameDoesNotGetToTheRadio() {
        var board = rig.board(allowing(false, false));
        var client = rig.configured(board, 7);
        rig.told(client);
        byte[] hidden =
                DeviceFrames.frame(packet(admin(unknownField(94)).setTo(OWN)).toByteString());
        ByteString payload = ByteString.copyFrom(new byte[480 - hidden.length]).concat(ByteString.copyFrom(hidden));
        MeshPacket.Builder large = MeshPacket.newBuilder()
                .setTo(-1)
                .setId(70)
                .setDecoded(Data.newBuilder().setPortNum(TEXT).setPayload(payload));
        assertThat(packet(large).getSerializedSize()).isLessThanOrEqualTo(512);
        board.said(client, packet(large), rig.now);
        assertThat(error(rig.told(client), 70)).isEqualTo(7);
        assertThat(rig.uplink.relayed).isEmpty();
    }

    @Test
    void clientCanNotIntroduceTheRadioUnderAnotherNameOrKey() throws Exception {
        var board = rig.board(allowing(false, false));
        var client = rig.configured(board, 7);
        User own = node(rig.told(client), OWN).getUser();
        User forged = User.newBuilder()
                .setLongName(ByteString.copyFromUtf8("forged"))
                .setPublicKey(ByteString.copyFrom(bytes(9)))
                .build();
        board.said(
                client,
                packet(MeshPacket.newBuilder()
                        .setTo(-1)
                        .setId(71)
                        .setDecoded(Data.newBuilder()
                                .setPortNum(NODEINFO)
                                .setWantResponse(true)
                                .setPayload(forged.toByteString()))),
                rig.now);
        assertThat(rig.uplink.relayed).hasSize(1);
        Data sent = rig.uplink.relayed.get(0).getDecoded();
        assertThat(sent.getWantResponse()).isTrue();
        assertThat(User.parseFrom(sent.getPayload()).getPublicKey()).isEqualTo(own.getPublicKey());
        assertThat(User.parseFrom(sent.getPayload()).getLongName()).isEqualTo(own.getLongName());

        board.said(
                client,
                packet(MeshPacket.newBuilder()
                        .setId(72)
                        .setDecoded(Data.newBuilder().setPortNum(REMOTE_HARDWARE))),
                rig.now);
        assertThat(error(rig.told(client), 72)).isEqualTo(33);
    }

    @Test
    void clientThatSawZerosMayNotWriteThemBack() {
        var blind = rig.board(allowing(true, false));
        var client = rig.configured(blind, 7);
        rig.told(client);
        AdminMessage security = AdminMessage.newBuilder()
                .setSetConfig(Config.newBuilder().setSecurity(SecurityConfig.getDefaultInstance()))
                .build();
        blind.said(client, packet(admin(security).setId(60)), rig.now);
        assertThat(error(rig.told(client), 60)).isEqualTo(33);
        blind.said(client, packet(admin(unknownField(97)).setId(61)), rig.now);
        blind.said(client, packet(admin(security).setTo(SIM).setId(62)), rig.now);
        assertThat(error(rig.told(client), 62)).as("of another node").isEqualTo(33);
        assertThat(rig.uplink.relayed).extracting(MeshPacket::getId).containsExactly(61);
    }
}
