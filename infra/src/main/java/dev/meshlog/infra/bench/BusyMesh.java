package dev.meshlog.infra.bench;

import com.google.protobuf.ByteString;
import dev.meshlog.schemas.meshtastic.Data;
import dev.meshlog.schemas.meshtastic.DeviceMetrics;
import dev.meshlog.schemas.meshtastic.MeshPacket;
import dev.meshlog.schemas.meshtastic.Position;
import dev.meshlog.schemas.meshtastic.ServiceEnvelope;
import dev.meshlog.schemas.meshtastic.Telemetry;
import dev.meshlog.schemas.meshtastic.User;
import dev.meshlog.schemas.radio.FrameKind;
import dev.meshlog.schemas.radio.RadioFrame;
import dev.meshlog.streams.radio.ChannelKey;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** A thousand nodes as six links hear them, each packet once: of ten, one names its node, three say where it is, three how it is, three are texts. */
final class BusyMesh {
    private static final int NODES = 1_000;
    private static final int LINKS = 6;
    private static final ChannelKey CHANNEL = ChannelKey.ofDefault("LongFast");

    private final Random random = new Random(5);
    private final Instant start;
    private int packets;

    BusyMesh(Instant start) {
        this.start = start;
    }

    RadioFrame next() throws GeneralSecurityException {
        int id = ++packets;
        int from = 0x1000_0000 + random.nextInt(NODES) * 7_919;
        Data data = content(id % 10, from);
        MeshPacket packet = MeshPacket.newBuilder()
                .setFrom(from)
                .setTo(-1)
                .setId(id)
                .setChannel(CHANNEL.hash())
                .setEncrypted(encrypted(id, from, data.toByteString()))
                .setRxTime((int) start.getEpochSecond())
                .setRxSnr(random.nextInt(40) / 4f - 10)
                .setRxRssi(-random.nextInt(120))
                .setHopStart(3)
                .setHopLimit(random.nextInt(4))
                .build();
        ServiceEnvelope envelope = ServiceEnvelope.newBuilder()
                .setPacket(packet)
                .setChannelId(ByteString.copyFromUtf8("LongFast"))
                .setGatewayId(ByteString.copyFromUtf8("!0000000" + id % LINKS))
                .build();
        return RadioFrame.newBuilder()
                .setNetwork("bench")
                .setLink("link-" + id % LINKS)
                .setKind(FrameKind.SERVICE_ENVELOPE)
                .setReceivedAtMs(start.plusMillis(id))
                .setPayload(envelope.toByteString().asReadOnlyByteBuffer())
                .setRedacted(List.of())
                .build();
    }

    private Data content(int kind, int from) {
        Data.Builder data = Data.newBuilder();
        if (kind == 0) {
            return data.setPortNum(4).setPayload(user(from).toByteString()).build();
        }
        if (kind < 4) {
            Position here = Position.newBuilder()
                    .setLatitudeI(480_000_000 + random.nextInt(1_000_000))
                    .setLongitudeI(110_000_000 + random.nextInt(1_000_000))
                    .setAltitude(500)
                    .setTime((int) start.getEpochSecond())
                    .setPrecisionBits(32)
                    .build();
            return data.setPortNum(3).setPayload(here.toByteString()).build();
        }
        if (kind < 7) {
            Telemetry told = Telemetry.newBuilder()
                    .setTime((int) start.getEpochSecond())
                    .setDeviceMetrics(DeviceMetrics.newBuilder()
                            .setBatteryLevel(random.nextInt(101))
                            .setVoltage(3.3f + random.nextFloat())
                            .setChannelUtilization(random.nextFloat())
                            .setAirUtilTx(random.nextFloat())
                            .setUptimeSeconds(packets))
                    .build();
            return data.setPortNum(67).setPayload(told.toByteString()).build();
        }
        byte[] text = new byte[20 + random.nextInt(60)];
        random.nextBytes(text);
        return data.setPortNum(1).setPayload(ByteString.copyFrom(text)).build();
    }

    private static User user(int from) {
        byte[] key = new byte[32];
        new Random(from).nextBytes(key);
        return User.newBuilder()
                .setId(ByteString.copyFromUtf8("!%08x".formatted(from)))
                .setLongName(ByteString.copyFromUtf8("Node number " + from))
                .setShortName(ByteString.copyFromUtf8("%04x".formatted(from & 0xffff)))
                .setHardwareModel(43)
                .setPublicKey(ByteString.copyFrom(key))
                .build();
    }

    private static ByteString encrypted(int id, int from, ByteString data) throws GeneralSecurityException {
        byte[] nonce = ByteBuffer.allocate(16)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(Integer.toUnsignedLong(id))
                .putInt(from)
                .array();
        Cipher cipher = Cipher.getInstance("AES/CTR/NoPadding");
        cipher.init(
                Cipher.ENCRYPT_MODE, new SecretKeySpec(CHANNEL.key().toByteArray(), "AES"), new IvParameterSpec(nonce));
        return ByteString.copyFrom(cipher.doFinal(data.toByteArray()));
    }
}
