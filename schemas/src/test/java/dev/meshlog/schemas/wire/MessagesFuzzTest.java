package dev.meshlog.schemas.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import dev.meshlog.schemas.meshtastic.Data;
import dev.meshlog.schemas.meshtastic.FromRadio;
import dev.meshlog.schemas.meshtastic.MeshPacket;
import dev.meshlog.schemas.meshtastic.ServiceEnvelope;
import dev.meshlog.schemas.testing.BoundedAllocation;
import java.util.List;

class MessagesFuzzTest {
    private static final List<Parser<? extends MessageLite>> PARSERS =
            List.of(FromRadio.parser(), ServiceEnvelope.parser(), MeshPacket.parser(), Data.parser());

    /** The input's first byte picks the kind of message. */
    @FuzzTest
    void whatIsReadIsWrittenAndReadAgain(byte[] input) throws Exception {
        if (input.length == 0) {
            return;
        }
        Parser<? extends MessageLite> parser = PARSERS.get((input[0] & 0xff) % PARSERS.size());
        BoundedAllocation.check(input, () -> {
            MessageLite message;
            try {
                message = parser.parseFrom(ByteString.copyFrom(input, 1, input.length - 1));
            } catch (InvalidProtocolBufferException e) {
                return;
            }
            ByteString written = message.toByteString();
            assertThat(parser.parseFrom(written).toByteString()).isEqualTo(written);
        });
    }
}
