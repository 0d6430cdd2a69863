package dev.meshlog.streams.radio;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.meshlog.schemas.meshtastic.Data;
import dev.meshlog.schemas.meshtastic.MeshPacket;
import dev.meshlog.schemas.radio.AlertKind;
import dev.meshlog.schemas.radio.RejectedFrame;
import dev.meshlog.schemas.wire.MessageLimits;
import dev.meshlog.schemas.wire.RejectReason;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A gateway that sends whatever it likes, beside a radio that does not. */
class FloodTest {
    private static final String HOSTILE = "hostile";
    private static final String RADIO = "radio";
    private static final int VICTIM = 0x1234abcd;

    private final Random random = new Random(11);

    @TempDir
    private Path directory;

    private RadioFixture mesh;

    @BeforeEach
    void open() {
        var limits = new RadioLimits(50, 120, 8);
        mesh = new RadioFixture(directory, new RadioSettings(new ChannelKeys(List.of()), List.of(), limits));
        mesh.nodeInfo(RADIO, VICTIM, RadioFixture.user(RadioFixture.publicKey(1)));
    }

    @AfterEach
    void close() {
        mesh.close();
    }

    @Test
    void inventedSendersFillNoTables() {
        for (int hour = 0; hour < 5; hour++) {
            for (int i = 0; i < 200; i++) {
                uplinkNodeInfo(random.nextInt(1, Integer.MAX_VALUE), i);
            }
            mesh.later(Duration.ofHours(1));
        }
        assertThat(mesh.packets).as("nothing is lost").hasSize(1_001);
        assertThat(mesh.nodes).hasSize(120);
        assertThat(mesh.size(NodeTables.NODES)).isEqualTo(120);
        assertThat(mesh.size(NodeTables.KEYS)).isEqualTo(120);
        assertThat(mesh.size(KeySharing.HOLDERS)).isLessThanOrEqualTo(120);
        assertThat(mesh.alertKinds().stream().filter(AlertKind.TOO_MANY_NODES::equals))
                .as("once an hour")
                .hasSize(5);
        assertThat(mesh.counters(HOSTILE)).containsEntry("turnedAway", 1_000L - 119);
        mesh.nodeInfo(RADIO, VICTIM, RadioFixture.named("still here"));
        assertThat(mesh.node(VICTIM).getLongName()).isEqualTo("still here");
    }

    @Test
    void keysInventedForOneNodeAreFew() {
        for (int day = 0; day < 3; day++) {
            for (int i = 0; i < 300; i++) {
                uplinkNodeInfo(VICTIM, 1_000 * day + i);
            }
            mesh.later(Duration.ofDays(1));
        }
        assertThat(mesh.entry(VICTIM).getKey().bytes())
                .isEqualTo(RadioFixture.publicKey(1).toByteArray());
        assertThat(mesh.entry(VICTIM).getConflicts()).hasSize(16);
        assertThat(mesh.keyEvents).hasSizeLessThan(40);
        assertThat(mesh.alertKinds().stream().filter(AlertKind.KEY_SPAM::equals))
                .hasSize(3);
        assertThat(mesh.size(KeySharing.HOLDERS)).as("the forgotten ones too").isEqualTo(KeyTable.MAX_KEYS);
    }

    @Test
    void payloadOfAMegabyteIsADeadLetterOfBoundedSize() {
        MeshPacket huge = MeshPacket.newBuilder()
                .setFrom(VICTIM)
                .setTo(-1)
                .setId(5)
                .setDecoded(Data.newBuilder().setPortNum(1).setPayload(ByteString.copyFrom(new byte[1 << 20])))
                .build();
        mesh.uplinked(HOSTILE, "!00000001", huge);
        assertThat(mesh.packets).hasSize(1);
        assertThat(mesh.rejected).singleElement().satisfies(rejected -> {
            assertThat(rejected.getReason()).isEqualTo(RejectReason.MESSAGE_TOO_LONG.name());
            assertThat(rejected.getBytes().remaining()).isEqualTo(MessageLimits.DEAD_LETTER);
            assertThat(rejected.getLength()).isGreaterThan(1 << 20);
        });
    }

    @Test
    void impossibleNumbersAreRejectedOrIgnored() {
        for (int sender : new int[] {0, -1}) {
            uplinkNodeInfo(sender, 1);
        }
        mesh.uplinked(
                HOSTILE,
                "!00000001",
                MeshPacket.newBuilder()
                        .setFrom(VICTIM)
                        .setTo(-1)
                        .setId(2)
                        .setHopStart(-1)
                        .setHopLimit(-2)
                        .setRxTime(-1)
                        .setRxSnr(Float.NaN)
                        .setDecoded(Data.newBuilder().setPortNum(-1))
                        .build());
        assertThat(mesh.rejected)
                .extracting(RejectedFrame::getReason)
                .containsOnly(RejectReason.SENDER_NOT_A_NODE.name());
        assertThat(mesh.packets).hasSize(2);
        assertThat(Objects.requireNonNull(mesh.node(VICTIM).getLastHeardMs())).isBeforeOrEqualTo(mesh.now());
    }

    private void uplinkNodeInfo(int from, int id) {
        byte[] key = new byte[32];
        random.nextBytes(key);
        mesh.uplinked(
                HOSTILE,
                "!00000001",
                MeshPacket.newBuilder()
                        .setFrom(from)
                        .setTo(-1)
                        .setId(id + 1)
                        .setDecoded(Data.newBuilder()
                                .setPortNum(4)
                                .setPayload(RadioFixture.user(ByteString.copyFrom(key))
                                        .toByteString()))
                        .build());
    }
}
