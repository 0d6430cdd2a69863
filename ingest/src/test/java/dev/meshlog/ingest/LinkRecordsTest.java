package dev.meshlog.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.meshtastic.Data;
import dev.meshlog.schemas.meshtastic.MeshPacket;
import dev.meshlog.schemas.meshtastic.ServiceEnvelope;
import dev.meshlog.schemas.radio.FrameKind;
import dev.meshlog.schemas.wire.MessageLimits;
import java.time.Clock;
import java.util.List;
import java.util.Random;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;

class LinkRecordsTest {
    private static final int ADMIN_PORT = 6;

    private final LinkRecords records = new LinkRecords("net", "link", Clock.systemUTC());

    /** Where the key stands the bytes are no text; what blanks text leaves them. */
    @Test
    void messageThatIsTooLongTakesNoSecretIntoItsDeadLetter() {
        byte[] key = new byte[32];
        long seed = new Random().nextLong();
        new Random(seed).nextBytes(key);
        ByteString secret = ByteString.copyFrom(key);
        MeshPacket packet = admin(secret);
        var envelope = ServiceEnvelope.newBuilder().setPacket(packet).build();
        for (var message : List.of(
                Received.Message.live(FrameKind.MESH_PACKET, packet.toByteString()),
                Received.Message.live(FrameKind.SERVICE_ENVELOPE, envelope.toByteString()))) {
            ProducerRecord<byte[], byte[]> rejected = records.of(message);
            assertThat(rejected.topic()).isEqualTo(Topics.RADIO_REJECTED.name());
            assertThat(contains(rejected.value(), secret))
                    .as("seed %d, %s", seed, message.kind())
                    .isFalse();
            assertThat(rejected.value().length).isBetween(MessageLimits.DEAD_LETTER, MessageLimits.DEAD_LETTER + 512);
        }
    }

    private static MeshPacket admin(ByteString secret) {
        // The answer with the security settings, behind it what makes it long.
        ByteString content = ByteString.fromHex("32244222")
                .concat(ByteString.fromHex("1220"))
                .concat(secret);
        ByteString filling = ByteString.copyFrom(new byte[MessageLimits.FRAME]);
        var more = UnknownFieldSet.newBuilder()
                .addField(
                        2_000,
                        UnknownFieldSet.Field.newBuilder()
                                .addLengthDelimited(filling)
                                .build());
        return MeshPacket.newBuilder()
                .setFrom(7)
                .setTo(9)
                .setId(1)
                .setDecoded(Data.newBuilder().setPortNum(ADMIN_PORT).setPayload(content))
                .setUnknownFields(more.build())
                .build();
    }

    private static boolean contains(byte[] bytes, ByteString part) {
        ByteString whole = ByteString.copyFrom(bytes);
        for (int at = 0; at + part.size() <= whole.size(); at++) {
            if (whole.substring(at, at + part.size()).equals(part)) {
                return true;
            }
        }
        return false;
    }
}
