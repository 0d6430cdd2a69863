package dev.meshlog.ingest.virtual;

import static dev.meshlog.ingest.virtual.SwitchboardRig.CONFIG;
import static dev.meshlog.ingest.virtual.SwitchboardRig.OWN;
import static dev.meshlog.ingest.virtual.SwitchboardRig.admin;
import static dev.meshlog.ingest.virtual.SwitchboardRig.allowing;
import static dev.meshlog.ingest.virtual.SwitchboardRig.error;
import static dev.meshlog.ingest.virtual.SwitchboardRig.packet;
import static dev.meshlog.ingest.virtual.SwitchboardRig.play;
import static dev.meshlog.ingest.virtual.SwitchboardRig.text;
import static dev.meshlog.ingest.virtual.SwitchboardRig.unknownField;
import static org.assertj.core.api.Assertions.assertThat;

import dev.meshlog.schemas.meshtastic.FromRadio;
import dev.meshlog.schemas.meshtastic.MeshPacket;
import dev.meshlog.schemas.meshtastic.MyNodeInfo;
import dev.meshlog.schemas.meshtastic.QueueStatus;
import dev.meshlog.schemas.radio.SentMessage;
import dev.meshlog.schemas.radio.SentOutcome;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RelayedPacketsTest {
    private final SwitchboardRig rig = new SwitchboardRig();

    @Test
    void textIsRecordedThenRelayedAndTheOthersSeeIt() {
        var board = rig.board(allowing(false, false));
        var sender = rig.configured(board, 7);
        var other = rig.configured(board, 8);
        var newcomer = board.connected("newcomer", rig.now);
        Stream.of(sender, other).forEach(rig::told);
        board.said(sender, packet(text("hello").setId(55).setFrom(1).setTo(-1)), rig.now);
        assertThat(rig.uplink.relayed).hasSize(1);
        assertThat(rig.uplink.relayed.get(0).getFrom()).isEqualTo(OWN);
        SentMessage record = rig.uplink.records.get(0);
        assertThat(record.getOutcome()).isEqualTo(SentOutcome.RELAYED);
        assertThat(record.getClient()).isEqualTo(sender.address());
        assertThat(record.getPacketId()).isEqualTo(55);
        assertThat(rig.told(sender)).noneMatch(FromRadio::hasPacket);
        assertThat(rig.told(newcomer)).isEmpty();
        MeshPacket echo = rig.told(other).get(0).getPacket();
        assertThat(echo.getDecoded().getPayload().toStringUtf8()).isEqualTo("hello");
        assertThat(echo.getRxTime()).isNotZero();

        board.said(other, packet(text("hello").setId(55)), rig.now);
        assertThat(rig.uplink.relayed).as("the same id again").hasSize(1);
        board.said(other, packet(text("without an id")), rig.now);
        assertThat(rig.uplink.relayed.get(1).getId()).isNotZero();
    }

    @Test
    void whatCannotBeRecordedIsNotSent() {
        var board = rig.board(allowing(false, false));
        var client = rig.configured(board, 7);
        rig.told(client);
        rig.uplink.diskFull = true;
        board.said(client, packet(text("hello").setId(55)), rig.now);
        assertThat(rig.uplink.relayed).isEmpty();
        assertThat(error(rig.told(client), 55)).isEqualTo(4);
    }

    @Test
    void restartOfTheRadioIsADelayForAMessage() {
        var board = rig.board(allowing(false, false));
        var client = rig.configured(board, 7);
        rig.told(client);
        board.radioEnded();
        rig.uplink.away = true;
        board.said(client, packet(text("first").setId(55)), rig.now);
        board.said(client, packet(text("second").setId(56)), rig.now);
        rig.later(board, Duration.ofSeconds(20));
        board.radioBegan();
        play(board, Recorded.config(CONFIG));
        rig.uplink.away = false;
        rig.later(board, Duration.ofSeconds(1));
        assertThat(rig.uplink.relayed).extracting(MeshPacket::getId).containsExactly(55, 56);
        assertThat(rig.told(client)).noneMatch(FromRadio::hasPacket);

        rig.uplink.away = true;
        board.said(client, packet(text("third").setId(57)), rig.now);
        assertThat(rig.told(client)).hasSize(1);
        rig.later(board, Duration.ofSeconds(59));
        assertThat(rig.told(client)).filteredOn(FromRadio::hasPacket).isEmpty();
        rig.later(board, Duration.ofSeconds(2));
        assertThat(error(rig.told(client), 57)).isEqualTo(4);
        assertThat(rig.uplink.records.get(rig.uplink.records.size() - 1).getOutcome())
                .isEqualTo(SentOutcome.REFUSED);
    }

    @Test
    void whatTheRadioDoesNotSayThatItHasGoesAgainInTheNextSession() {
        var board = rig.board(allowing(false, false));
        var client = rig.configured(board, 7);
        rig.uplink.keeping = true;
        board.said(client, packet(text("first").setId(55)), rig.now);
        board.said(client, packet(text("second").setId(56)), rig.now);
        board.said(client, packet(admin(unknownField(5)).setId(57)), rig.now);
        rig.uplink.relayed.clear();
        rig.uplink.keeping = false;
        board.radioEnded();
        play(board, Recorded.config(CONFIG));
        board.tick(rig.now);
        assertThat(rig.uplink.relayed).extracting(MeshPacket::getId).containsExactly(55, 56);
        FromRadio taken = FromRadio.newBuilder()
                .setQueueStatus(QueueStatus.newBuilder().setMeshPacketId(55))
                .build();
        board.radioSaid(taken, taken.toByteString());
        board.radioEnded();
        play(board, Recorded.config(CONFIG));
        board.tick(rig.now);
        assertThat(rig.uplink.relayed).extracting(MeshPacket::getId).containsExactly(55, 56, 56);
    }

    @Test
    void nothingGoesToARadioThatHasNotSaidWhoItIs() {
        var board = rig.board(allowing(false, false));
        var client = rig.configured(board, 7);
        board.radioEnded();
        rig.later(board, Duration.ofSeconds(1));
        board.said(client, packet(text("hello").setId(55)), rig.now);
        board.radioBegan();
        rig.later(board, Duration.ofSeconds(1));
        assertThat(rig.uplink.relayed).isEmpty();
        play(board, Recorded.config(CONFIG));
        rig.later(board, Duration.ofSeconds(1));
        assertThat(rig.uplink.relayed).extracting(MeshPacket::getId).containsExactly(55);
    }

    @Test
    void anotherRadioGetsNothingOfWhatWasForTheFirst() {
        var board = rig.board(allowing(false, false));
        var client = rig.configured(board, 7);
        rig.uplink.keeping = true;
        board.said(client, packet(text("on its way").setId(55)), rig.now);
        board.radioEnded();
        board.said(client, packet(text("waits").setId(56)), rig.now);
        rig.uplink.relayed.clear();
        rig.uplink.records.clear();
        play(board, another());
        rig.later(board, Duration.ofSeconds(1));
        assertThat(rig.uplink.relayed).isEmpty();
        assertThat(rig.uplink.records).extracting(SentMessage::getPacketId).containsExactlyInAnyOrder(55L, 56L);
        assertThat(rig.uplink.records)
                .allMatch(each -> each.getOutcome() == SentOutcome.REFUSED
                        && String.valueOf(each.getDetail()).contains("another radio"));
        assertThat(board.refused()).isEqualTo(2);
    }

    private static List<FromRadio> another() {
        return List.of(FromRadio.newBuilder()
                .setMyInfo(MyNodeInfo.newBuilder().setMyNodeNum(OWN + 1))
                .build());
    }

    @Test
    void anotherRadioInTheSamePlaceIsAnotherDevice() {
        var board = rig.board(allowing(false, false));
        var client = rig.configured(board, 7);
        play(board, another());
        assertThat(client.closed()).isPresent();
    }

    @Test
    void clientThatSendsTooMuchIsToldSo() {
        var board = rig.board(allowing(false, false));
        var client = rig.configured(board, 7);
        rig.told(client);
        for (int i = 1; i <= 31; i++) {
            board.said(client, packet(text("flood").setId(i)), rig.now);
        }
        assertThat(rig.uplink.relayed).hasSize(30);
        assertThat(error(rig.told(client), 31)).isEqualTo(38);
        rig.now += Duration.ofSeconds(1).toNanos();
        board.said(client, packet(text("flood").setId(31)), rig.now);
        assertThat(rig.uplink.relayed).hasSize(31);
    }
}
