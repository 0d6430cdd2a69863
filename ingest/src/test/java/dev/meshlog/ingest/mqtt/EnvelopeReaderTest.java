package dev.meshlog.ingest.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.meshlog.ingest.Received;
import dev.meshlog.schemas.meshtastic.MeshPacket;
import dev.meshlog.schemas.meshtastic.ServiceEnvelope;
import dev.meshlog.schemas.wire.MessageLimits;
import dev.meshlog.schemas.wire.RejectReason;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class EnvelopeReaderTest {
    private static final int AROUND_CONTENT = 16;

    private final EnvelopeReader reader = new EnvelopeReader(MqttOptions.Strays.REFUSE);

    /** What is refused here counts among the dead letters of a minute; what a link refuses later does not. */
    @Test
    void envelopeThatIsNoFrameIsRefusedBeforeItIsHandedOver() {
        assertThat(read(MessageLimits.FRAME - AROUND_CONTENT)).containsInstanceOf(Received.Message.class);
        assertThat(read(MessageLimits.FRAME)).hasValueSatisfying(received -> {
            assertThat(received).isInstanceOf(Received.Refused.class);
            assertThat(((Received.Refused) received).reason()).isEqualTo(RejectReason.MESSAGE_TOO_LONG);
        });
    }

    private Optional<Received> read(int content) {
        var packet = MeshPacket.newBuilder().setEncrypted(ByteString.copyFrom(new byte[content]));
        var envelope = ServiceEnvelope.newBuilder().setPacket(packet).build();
        return reader.read("msh/2/e/LongFast/!00000007", envelope.toByteString().asReadOnlyByteBuffer(), false);
    }
}
