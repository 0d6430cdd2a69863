package dev.meshlog.ingest.virtual;

import static dev.meshlog.ingest.virtual.SwitchboardRig.CONFIG;
import static dev.meshlog.ingest.virtual.SwitchboardRig.allowing;
import static dev.meshlog.ingest.virtual.SwitchboardRig.packet;
import static dev.meshlog.ingest.virtual.SwitchboardRig.play;
import static dev.meshlog.ingest.virtual.SwitchboardRig.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.meshlog.schemas.meshtastic.FromRadio;
import dev.meshlog.schemas.meshtastic.MeshPacket;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class FairPlacesTest {
    private final SwitchboardRig rig = new SwitchboardRig();

    @Test
    void oneClientLeavesPlacesForTheOthers() {
        var board = rig.board(allowing(false, false));
        var greedy = rig.configured(board, 1);
        var second = rig.configured(board, 2);
        board.radioEnded();
        assertThat(taken(board, greedy, 100, 20)).isEqualTo(16);
        assertThat(taken(board, second, 200, 20)).isEqualTo(8);
        assertThat(taken(board, rig.configured(board, 3), 300, 20)).isEqualTo(4);
        assertThat(rig.uplink.records).as("what finds no place is no record").hasSize(28);
    }

    @Test
    void clientsTakeTurns() {
        var board = rig.board(allowing(false, false));
        var greedy = rig.configured(board, 1);
        var other = rig.configured(board, 2);
        board.radioEnded();
        taken(board, greedy, 100, 5);
        taken(board, other, 200, 2);
        play(board, Recorded.config(CONFIG));
        rig.later(board, Duration.ofMillis(200));
        assertThat(rig.uplink.relayed).extracting(MeshPacket::getId).containsExactly(100, 200, 101, 201, 102, 103, 104);
    }

    @Test
    void oneClientDoesNotFillTheQueueInFrontOfTheRadio() {
        var board = rig.board(allowing(false, false));
        rig.uplink.keeping = true;
        taken(board, rig.configured(board, 1), 100, 10);
        taken(board, rig.configured(board, 2), 200, 1);
        assertThat(rig.uplink.relayed).extracting(MeshPacket::getId).containsExactly(100, 101, 102, 103, 200);
        rig.uplink.handOver();
        rig.uplink.keeping = false;
        rig.later(board, Duration.ofMillis(200));
        assertThat(rig.uplink.relayed).hasSize(11);
    }

    /** How many of so many texts are not refused. */
    private long taken(Switchboard board, ClientSession client, int firstId, int texts) {
        for (int i = 0; i < texts; i++) {
            board.said(client, packet(text("text").setId(firstId + i)), rig.now);
        }
        List<FromRadio> told = rig.told(client);
        return told.stream()
                .filter(FromRadio::hasQueueStatus)
                .filter(each -> each.getQueueStatus().getRes() == 0)
                .count();
    }
}
