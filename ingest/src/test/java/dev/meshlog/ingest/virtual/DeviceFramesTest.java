package dev.meshlog.ingest.virtual;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.meshlog.schemas.meshtastic.FromRadio;
import dev.meshlog.schemas.meshtastic.NodeInfo;
import dev.meshlog.schemas.meshtastic.User;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DeviceFramesTest {
    private static final HexFormat HEX = HexFormat.of();

    @Test
    void startBytesInAPayloadFollowOnesThatNobodyTakesForAStart() throws Exception {
        byte[] key = new byte[32];
        key[10] = (byte) 0x94;
        key[11] = (byte) 0xC3;
        FromRadio message = FromRadio.newBuilder()
                .setNodeInfo(NodeInfo.newBuilder()
                        .setNum(1)
                        .setUser(User.newBuilder().setPublicKey(ByteString.copyFrom(key))))
                .build();
        byte[] frame = DeviceFrames.frame(message.toByteString());
        String hex = HEX.formatHex(frame);
        assertThat(hex).startsWith("94c3" + String.format("%04x", frame.length - 4) + "089401");
        assertThat(hex.indexOf("94", 8)).isEqualTo(10);
        FromRadio read = FromRadio.parseFrom(new DeviceFrames().feed(frame).get(0));
        assertThat(read.getNodeInfo()).isEqualTo(message.getNodeInfo());
        assertThat(read.getId()).isEqualTo(148);
    }

    @Test
    void otherPayloadsGoAsTheyAre() {
        for (String payload : List.of("08011a00", "94", "9494c3", "94c2", "c394")) {
            byte[] bytes = HEX.parseHex(payload);
            assertThat(HEX.formatHex(DeviceFrames.frame(ByteString.copyFrom(bytes))))
                    .isEqualTo("94c3" + String.format("%04x", bytes.length) + payload);
        }
    }

    @Test
    void framesAreFoundBehindNoiseHoweverTheyAreCut() {
        long seed = System.nanoTime();
        var random = new Random(seed);
        var stream = new ByteArrayOutputStream();
        var payloads = new ArrayList<ByteString>();
        for (int i = 0; i < 200; i++) {
            byte[] payload = new byte[1 + random.nextInt(512)];
            random.nextBytes(payload);
            stream.writeBytes(HEX.parseHex(List.of("", "c3c3c3c3", "94", "949494", "94c30000", "94c3ffff")
                    .get(random.nextInt(6))));
            stream.write(0x94);
            stream.write(0xC3);
            stream.write(payload.length >> 8);
            stream.write(payload.length);
            stream.writeBytes(payload);
            payloads.add(ByteString.copyFrom(payload));
        }
        byte[] bytes = stream.toByteArray();
        var frames = new DeviceFrames();
        var found = new ArrayList<ByteString>();
        int at = 0;
        while (at < bytes.length) {
            int end = Math.min(bytes.length, at + 1 + random.nextInt(700));
            found.addAll(frames.feed(Arrays.copyOfRange(bytes, at, end)));
            at = end;
        }
        assertThat(found).as("seed %d", seed).isEqualTo(payloads);
        assertThat(frames.noise()).isZero();
    }
}
