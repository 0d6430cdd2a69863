package dev.meshlog.ingest.virtual;

import static dev.meshlog.ingest.virtual.SwitchboardRig.CONFIG;
import static dev.meshlog.ingest.virtual.SwitchboardRig.OWN;
import static dev.meshlog.ingest.virtual.SwitchboardRig.ROUTING;
import static dev.meshlog.ingest.virtual.SwitchboardRig.SIM;
import static dev.meshlog.ingest.virtual.SwitchboardRig.admin;
import static dev.meshlog.ingest.virtual.SwitchboardRig.allowing;
import static dev.meshlog.ingest.virtual.SwitchboardRig.hear;
import static dev.meshlog.ingest.virtual.SwitchboardRig.node;
import static dev.meshlog.ingest.virtual.SwitchboardRig.own;
import static dev.meshlog.ingest.virtual.SwitchboardRig.packet;
import static dev.meshlog.ingest.virtual.SwitchboardRig.unknownField;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.meshlog.schemas.meshtastic.Channel;
import dev.meshlog.schemas.meshtastic.ChannelSettings;
import dev.meshlog.schemas.meshtastic.FromRadio;
import dev.meshlog.schemas.meshtastic.NodeInfo;
import dev.meshlog.schemas.meshtastic.QueueStatus;
import dev.meshlog.schemas.meshtastic.User;
import dev.meshlog.schemas.radio.NodeDeviceMetrics;
import dev.meshlog.schemas.radio.NodePosition;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the device is changes during its session, and clients that come later are told. */
class DeviceChangesTest {
    private static final int SET_OWNER = 32;
    private static final int SET_TIME = 43;
    private static final Duration A_WHILE = Duration.ofMillis(2_100);

    private final SwitchboardRig rig = new SwitchboardRig();

    @Test
    void whatTheTablesHeardLaterIsTakenInPlaceOfTheList() {
        var board = rig.board(allowing(false, false));
        NodeInfo listed = node(rig.told(rig.configured(board, 7)), SIM);
        assertThat(listed.getSnr()).isEqualTo(5.5f);
        heard(Integer.toUnsignedLong(listed.getLastHeard()));
        NodeInfo same = node(rig.told(rig.configured(board, 8)), SIM);
        assertThat(same.getSnr()).as("heard in the same second").isEqualTo(5.5f);
        heard(Integer.toUnsignedLong(listed.getLastHeard()) + 1);
        NodeInfo later = node(rig.told(rig.configured(board, 9)), SIM);
        assertThat(later.getSnr()).isEqualTo(-3.25f);
        assertThat(later.getHopsAway()).isEqualTo(4);
        assertThat(later.getPosition().getLatitudeI()).isEqualTo(471_234_567);
        assertThat(later.getDeviceMetrics().getBatteryLevel()).isEqualTo(42);
        assertThat(later.getLastHeard()).isEqualTo(listed.getLastHeard() + 1);
    }

    private void heard(long second) {
        rig.tables.facts(
                SIM,
                facts -> facts.setLastHeardMs(Instant.ofEpochSecond(second))
                        .setSnr(-3.25f)
                        .setHopsAway(4)
                        .setPosition(NodePosition.newBuilder()
                                .setLatitudeI(471_234_567)
                                .setLongitudeI(81_234_567)
                                .build())
                        .setDeviceMetrics(NodeDeviceMetrics.newBuilder()
                                .setBatteryLevel(42L)
                                .build()));
    }

    @Test
    void nodeThatTheRadioTellsBehindItsConfigIsTaken() {
        var board = rig.board(allowing(false, false));
        var client = rig.configured(board, 7);
        rig.told(client);
        NodeInfo learned = NodeInfo.newBuilder()
                .setNum(0x4321)
                .setSnr(2.5f)
                .setUser(User.newBuilder().setLongName(ByteString.copyFromUtf8("learned later")))
                .build();
        say(board, FromRadio.newBuilder().setNodeInfo(learned).build());
        rig.later(board, Duration.ofMillis(200));
        assertThat(node(rig.told(client), 0x4321).getUser().getLongName().toStringUtf8())
                .isEqualTo("learned later");
        say(
                board,
                FromRadio.newBuilder()
                        .setNodeInfo(learned.toBuilder().setSnr(3.5f))
                        .build());
        rig.later(board, Duration.ofMillis(200));
        assertThat(rig.told(client)).as("the same name and key").isEmpty();
        assertThat(node(rig.told(rig.configured(board, 8)), 0x4321).getSnr()).isEqualTo(3.5f);
    }

    @Test
    void configurationThatAClientChangedIsReadAgain() {
        var board = rig.board(allowing(true, true));
        var client = rig.configured(board, 7);
        int nodes = rig.told(client).size();
        board.said(client, packet(admin(unknownField(64)).setId(60)), rig.now);
        board.said(client, packet(admin(unknownField(SET_OWNER)).setId(61)), rig.now);
        rig.later(board, A_WHILE);
        assertThat(rig.uplink.configsAsked).as("the radio has not answered").isEmpty();
        hear(board, own(ROUTING, 60));
        rig.later(board, Duration.ofSeconds(1));
        taken(board, 61);
        rig.later(board, Duration.ofSeconds(1));
        rig.later(board, Duration.ofSeconds(1));
        assertThat(rig.uplink.configsAsked).as("another change came").isEmpty();
        rig.later(board, A_WHILE);
        assertThat(rig.uplink.configsAsked).containsExactly(ConfigAnswer.ONLY_CONFIG);

        Channel renamed = Channel.newBuilder()
                .setSettings(ChannelSettings.newBuilder().setName(ByteString.copyFromUtf8("renamed")))
                .build();
        Recorded.config(CONFIG).stream()
                .filter(each -> !each.hasNodeInfo() || each.getNodeInfo().getNum() == OWN)
                .filter(each -> !each.hasFileInfo())
                .map(each -> changed(each, renamed))
                .forEach(each -> say(board, each));
        rig.told(client);
        List<FromRadio> told = rig.told(rig.configured(board, 8));
        assertThat(told).hasSize(nodes).anyMatch(each -> each.getChannel().equals(renamed));
        rig.later(board, Duration.ofMinutes(1));
        assertThat(rig.uplink.configsAsked).hasSize(1);
    }

    private static FromRadio changed(FromRadio message, Channel renamed) {
        if (message.hasConfigCompleteId()) {
            return message.toBuilder()
                    .setConfigCompleteId(ConfigAnswer.ONLY_CONFIG)
                    .build();
        }
        boolean first = message.hasChannel() && message.getChannel().getIndex() == 0;
        return first ? message.toBuilder().setChannel(renamed).build() : message;
    }

    @Test
    void readingThatDoesNotEndIsTriedAgainAndGivenUp() {
        var board = rig.board(allowing(true, true));
        var client = rig.configured(board, 7);
        board.said(client, packet(admin(unknownField(SET_OWNER)).setId(60)), rig.now);
        taken(board, 60);
        for (int second = 0; second < 60; second++) {
            rig.later(board, Duration.ofSeconds(1));
        }
        assertThat(rig.uplink.configsAsked).hasSize(3);
    }

    @Test
    void whatDoesNotChangeTheConfigurationIsNoReasonToReadIt() {
        var board = rig.board(allowing(true, true));
        var client = rig.configured(board, 7);
        board.said(client, packet(admin(unknownField(5)).setId(60)), rig.now);
        board.said(client, packet(admin(unknownField(SET_OWNER)).setTo(SIM).setId(61)), rig.now);
        board.said(client, packet(admin(unknownField(SET_TIME)).setId(62)), rig.now);
        for (int id = 60; id <= 62; id++) {
            taken(board, id);
        }
        rig.later(board, Duration.ofMillis(200));
        rig.later(board, A_WHILE);
        assertThat(rig.uplink.configsAsked).isEmpty();
    }

    private static void taken(Switchboard board, int id) {
        say(
                board,
                FromRadio.newBuilder()
                        .setQueueStatus(QueueStatus.newBuilder()
                                .setFree(16)
                                .setMaxlen(16)
                                .setMeshPacketId(id))
                        .build());
    }

    private static void say(Switchboard board, FromRadio message) {
        board.radioSaid(message, message.toByteString());
    }
}
