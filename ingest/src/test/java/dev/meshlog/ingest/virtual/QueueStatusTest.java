package dev.meshlog.ingest.virtual;

import static dev.meshlog.ingest.virtual.SwitchboardRig.ROUTING;
import static dev.meshlog.ingest.virtual.SwitchboardRig.admin;
import static dev.meshlog.ingest.virtual.SwitchboardRig.allowing;
import static dev.meshlog.ingest.virtual.SwitchboardRig.last;
import static dev.meshlog.ingest.virtual.SwitchboardRig.packet;
import static dev.meshlog.ingest.virtual.SwitchboardRig.text;
import static dev.meshlog.ingest.virtual.SwitchboardRig.unknownField;
import static org.assertj.core.api.Assertions.assertThat;

import dev.meshlog.schemas.meshtastic.FromRadio;
import dev.meshlog.schemas.meshtastic.MeshPacket;
import dev.meshlog.schemas.meshtastic.QueueStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A client such as the Python library sends a packet again until it gets a status with its id and without an error. */
class QueueStatusTest {
    private final SwitchboardRig rig = new SwitchboardRig();

    @Test
    void everyPacketGetsAStatusWithItsId() {
        var board = rig.board(allowing(false, false));
        var client = rig.configured(board, 7);
        rig.told(client);
        board.said(client, packet(text("hello").setId(55)), rig.now);
        assertThat(statuses(client)).containsExactly(status(55, 0, 16));
        board.said(client, packet(text("hello").setId(55)), rig.now);
        assertThat(statuses(client)).as("a duplicate").containsExactly(status(55, 0, 16));
        board.said(client, packet(text("without an id")), rig.now);
        int made = last(rig.uplink.relayed).getId();
        assertThat(statuses(client)).containsExactly(status(made, 0, 16));
    }

    @Test
    void refusalIsToldInTheStatusBeforeTheRoutingError() {
        var board = rig.board(allowing(false, false));
        var client = rig.configured(board, 7);
        rig.told(client);
        board.said(client, packet(admin(unknownField(97)).setId(60)), rig.now);
        List<FromRadio> told = rig.told(client);
        assertThat(told).hasSize(2);
        assertThat(told.get(0).getQueueStatus()).isEqualTo(status(60, 33, 16));
        assertThat(told.get(1).getPacket().getDecoded().getPortNum()).isEqualTo(ROUTING);
        board.said(client, packet(admin(unknownField(97)).setId(60)), rig.now);
        assertThat(statuses(client))
                .as("it was refused for good: nothing to send again")
                .containsExactly(status(60, 0, 16));
        assertThat(rig.uplink.relayed).isEmpty();
    }

    @Test
    void packetWithoutADeviceIsTurnedAwayAndMayComeAgain() {
        var board = rig.unheard(allowing(false, false));
        var client = rig.configured(board, 7);
        board.said(client, packet(text("hello").setId(55)), rig.now);
        assertThat(statuses(client)).containsExactly(status(55, 4, 16));
        SwitchboardRig.play(board, Recorded.config(SwitchboardRig.CONFIG));
        board.said(client, packet(text("hello").setId(55)), rig.now);
        assertThat(rig.uplink.relayed).hasSize(1);
    }

    @Test
    void networkWithoutARadioSaysThatItSendsNothing() {
        var board = new Switchboard(allowing(false, false), rig.tables, null, Instant::now, new Random(1));
        board.is(NetworkDevice.of("home", rig.tables, 3));
        var client = rig.configured(board, 7);
        rig.told(client);
        board.said(client, packet(text("hello").setId(55)), rig.now);
        assertThat(statuses(client)).containsExactly(status(55, 4, 16));
        board.said(client, packet(text("hello").setId(55)), rig.now);
        assertThat(statuses(client)).containsExactly(status(55, 0, 16));
    }

    @Test
    void whatWasRefusedForWantOfRoomMayComeAgainUnderItsId() {
        var board = rig.board(allowing(false, false));
        var client = rig.configured(board, 7);
        rig.told(client);
        for (int i = 1; i <= 31; i++) {
            board.said(client, packet(text("flood").setId(i)), rig.now);
        }
        assertThat(last(statuses(client))).isEqualTo(status(31, 38, 16));
        rig.later(board, Duration.ofSeconds(2));
        board.said(client, packet(text("flood").setId(31)), rig.now);
        assertThat(statuses(client)).containsExactly(status(31, 0, 16));
    }

    @Test
    void floodDoesNotMakeWhatWasSentForgotten() {
        var board = rig.board(allowing(false, false));
        var client = rig.configured(board, 7);
        rig.told(client);
        board.said(client, packet(text("hello").setId(5_000)), rig.now);
        for (int i = 1; i <= 600; i++) {
            board.said(client, packet(text("flood").setId(i)), rig.now);
        }
        int relayed = rig.uplink.relayed.size();
        rig.later(board, Duration.ofSeconds(2));
        board.said(client, packet(text("hello").setId(5_000)), rig.now);
        assertThat(rig.uplink.relayed).hasSize(relayed);
    }

    @Test
    void whatWaitedInVainMayComeAgainUnderItsId() {
        var board = rig.board(allowing(false, false));
        var client = rig.configured(board, 7);
        rig.told(client);
        board.radioEnded();
        board.said(client, packet(text("waits").setId(40)), rig.now);
        assertThat(statuses(client)).containsExactly(status(40, 0, 16));
        rig.later(board, Duration.ofSeconds(59));
        rig.told(client);
        rig.later(board, Duration.ofSeconds(2));
        assertThat(SwitchboardRig.error(rig.told(client), 40)).isEqualTo(4);
        SwitchboardRig.play(board, Recorded.config(SwitchboardRig.CONFIG));
        board.said(client, packet(text("waits").setId(40)), rig.now);
        assertThat(last(rig.uplink.relayed)).extracting(MeshPacket::getId).isEqualTo(40);
    }

    @Test
    void thatThereIsNoRoomDoesNotStick() {
        var board = rig.board(allowing(false, false));
        var client = rig.configured(board, 7);
        rig.told(client);
        radioHas(board, 0);
        board.said(client, packet(text("hello").setId(55)), rig.now);
        assertThat(statuses(client)).containsExactly(status(55, 0, 0));
        radioHas(board, 3);
        rig.later(board, Duration.ofMillis(200));
        assertThat(statuses(client)).as("it rises").containsExactly(status(0, 0, 3));
        rig.later(board, Duration.ofMillis(200));
        assertThat(statuses(client)).isEmpty();

        radioHas(board, 0);
        rig.later(board, Duration.ofSeconds(1));
        rig.later(board, Duration.ofSeconds(4));
        assertThat(statuses(client)).isEmpty();
        rig.later(board, Duration.ofSeconds(1));
        assertThat(statuses(client)).as("nothing more was heard of it").containsExactly(status(0, 0, 1));

        radioHas(board, 0);
        board.radioEnded();
        rig.later(board, Duration.ofSeconds(1));
        assertThat(statuses(client)).as("the radio starts anew").containsExactly(status(0, 0, 16));
    }

    private List<QueueStatus> statuses(ClientSession client) {
        return rig.told(client).stream()
                .filter(FromRadio::hasQueueStatus)
                .map(FromRadio::getQueueStatus)
                .toList();
    }

    private static QueueStatus status(int id, int error, int free) {
        return QueueStatus.newBuilder()
                .setMeshPacketId(id)
                .setRes(error)
                .setFree(free)
                .setMaxlen(16)
                .build();
    }

    private static void radioHas(Switchboard board, int free) {
        FromRadio message = FromRadio.newBuilder()
                .setQueueStatus(
                        QueueStatus.newBuilder().setFree(free).setMaxlen(16).setRes(9))
                .build();
        board.radioSaid(message, message.toByteString());
    }
}
