package dev.meshlog.ingest.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.protobuf.ByteString;
import dev.meshlog.ingest.Received;
import dev.meshlog.schemas.meshtastic.ServiceEnvelope;
import dev.meshlog.schemas.testing.BoundedAllocation;
import dev.meshlog.schemas.wire.MessageLimits;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Optional;

class EnvelopeFuzzTest {
    /** The first byte is what is configured and whether it is retained, the second one the length of the topic. */
    @FuzzTest
    void whateverIsPublishedIsAnEnvelopeOrBounded(byte[] input) throws Exception {
        if (input.length < 2) {
            return;
        }
        int topicLength = Math.min(input[1] & 0xff, input.length - 2);
        String topic = new String(input, 2, topicLength, StandardCharsets.UTF_8);
        ByteBuffer payload = ByteBuffer.wrap(input, 2 + topicLength, input.length - 2 - topicLength)
                .slice();
        var reader = new EnvelopeReader(input[0] % 2 == 0 ? MqttOptions.Strays.IGNORE : MqttOptions.Strays.REFUSE);
        boolean retained = (input[0] & 2) != 0;
        BoundedAllocation.check(input, () -> {
            Optional<Received> received = reader.read(topic, payload, retained);
            if (received.isEmpty()) {
                assertThat(topic).matches("(?s).*2/(json|stat).*");
            } else if (received.get() instanceof Received.Message message) {
                assertThat(message.payload()).isEqualTo(ByteString.copyFrom(payload.duplicate()));
                assertThat(ServiceEnvelope.parseFrom(message.payload()).hasPacket())
                        .isTrue();
                assertThat(message.mqttTopic()).isEqualTo(topic);
                assertThat(message.replayed()).isEqualTo(retained);
            } else {
                var refused = (Received.Refused) received.get();
                assertThat(refused.length()).isEqualTo(payload.remaining());
                assertThat(refused.bytes().size()).isEqualTo(Math.min(payload.remaining(), MessageLimits.DEAD_LETTER));
                assertThat(Objects.requireNonNull(refused.topic())).doesNotContainPattern("\\p{Cntrl}");
            }
        });
    }
}
