package dev.meshlog.infra.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.meshlog.schemas.RecordPosition;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.meshtastic.Data;
import dev.meshlog.schemas.meshtastic.MeshPacket;
import dev.meshlog.schemas.radio.PacketEncryption;
import dev.meshlog.schemas.radio.RadioPacket;
import dev.meshlog.schemas.radio.Reception;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HeardPacketsTest {
    private static final int TEXT = 1;
    private static final int ADMIN = 6;

    static {
        // With the catalogue comes the leave for Avro to make objects of our records.
        var unused = Topics.all();
    }

    @Test
    void packetIsToldAsARadioWouldTellIt() {
        MeshPacket heard = HeardPackets.asHeard(packet(PacketEncryption.CHANNEL, 8, TEXT, -7))
                .orElseThrow();
        assertThat(heard.getFrom()).isEqualTo(0xf0000001);
        assertThat(heard.getDecoded().getPayload().toStringUtf8()).isEqualTo("hello");
        assertThat(heard.getRxTime()).isEqualTo(1_700_000_000);
        assertThat(heard.getRxRssi()).isEqualTo(-7);
        assertThat(heard.getChannel()).as("a hash is no index").isZero();
        assertThat(HeardPackets.asHeard(packet(PacketEncryption.NONE, 2, TEXT, null)))
                .hasValueSatisfying(told -> {
                    assertThat(told.getChannel()).isEqualTo(2);
                    assertThat(told.hasRxRssi()).isFalse();
                });
    }

    @Test
    void whatOnlyTheOperatorCanReadIsNotTold() {
        assertThat(HeardPackets.asHeard(packet(PacketEncryption.PKI, 0, TEXT, null)))
                .isEmpty();
        assertThat(HeardPackets.asHeard(packet(PacketEncryption.UNDECRYPTED, 8, TEXT, null)))
                .isEmpty();
        assertThat(HeardPackets.asHeard(packet(PacketEncryption.NONE, 0, ADMIN, null)))
                .isEmpty();
    }

    private static RadioPacket packet(PacketEncryption encryption, int channel, int port, @Nullable Integer rssi) {
        return RadioPacket.newBuilder()
                .setNetwork("home")
                .setFrom(0xf0000001L)
                .setTo(0xffffffffL)
                .setId(5)
                .setChannel(channel)
                .setEncryption(encryption)
                .setPortNum(port)
                .setData(Data.newBuilder()
                        .setPortNum(port)
                        .setPayload(ByteString.copyFromUtf8("hello"))
                        .build()
                        .toByteString()
                        .asReadOnlyByteBuffer())
                .setReception(Reception.newBuilder()
                        .setLink("roof")
                        .setReceivedAtMs(Instant.ofEpochSecond(1_700_000_000))
                        .setRssi(rssi)
                        .setEvidence(new RecordPosition("radio.frames", 0, 0L))
                        .build())
                .build();
    }
}
