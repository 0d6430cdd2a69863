package dev.meshlog.ingest.virtual;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.meshlog.schemas.meshtastic.MeshPacket;
import dev.meshlog.schemas.meshtastic.ToRadio;
import dev.meshlog.schemas.testing.BoundedAllocation;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;

/**
 * A client that sends anything at all: it is answered, ignored or closed, and what would change the radio does not reach it.
 */
class ClientInputFuzzTest {
    private static final int ADMIN = 6;
    private static final VirtualNodeSettings SETTINGS = VirtualNodeSettings.of(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), List.of(), false, false, 60, 1);

    @FuzzTest
    void whateverAClientSendsTheRadioIsNotChanged(byte[] input) throws Exception {
        BoundedAllocation.check(input, () -> {
            var uplink = new FakeUplink();
            var tables = new FixedTables();
            var relays = new Relays("home", uplink, Duration.ofMinutes(1), () -> Instant.EPOCH);
            var board = new Switchboard(SETTINGS, tables, relays, () -> Instant.EPOCH, new Random(1));
            board.is(NetworkDevice.of("home", tables, 0));
            var client = board.connected("client", 0);
            for (ByteString payload : new DeviceFrames().feed(input)) {
                try {
                    board.said(client, ToRadio.parseFrom(payload), 0);
                } catch (InvalidProtocolBufferException e) {
                    // As with a radio: ignored.
                }
                ByteString told = client.next(0);
                while (told != null) {
                    assertThat(DeviceFrames.frame(told)).hasSizeLessThanOrEqualTo(516);
                    assertThat(Recorded.parsed(told).getSerializedSize()).isEqualTo(told.size());
                    told = client.next(0);
                }
            }
            for (MeshPacket packet : uplink.relayed) {
                assertThat(packet.getId()).isNotZero();
                assertThat(packet.hasDecoded()).isTrue();
                assertThat(packet.getDecoded().getPortNum() != ADMIN
                                || AdminRequest.of(packet.getDecoded().getPayload())
                                        .reads())
                        .isTrue();
            }
        });
    }
}
