package dev.meshlog.schemas.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Parser;
import dev.meshlog.schemas.meshtastic.Data;
import dev.meshlog.schemas.meshtastic.FromRadio;
import dev.meshlog.schemas.meshtastic.MeshPacket;
import dev.meshlog.schemas.meshtastic.ServiceEnvelope;
import dev.meshlog.schemas.testing.BoundedAllocation;
import java.util.List;
import java.util.function.Function;

class RedactionFuzzTest {
    /** The input's first byte picks the kind of message. */
    @FuzzTest
    void lengthAndFormStayAndNothingIsLeftForASecondTime(byte[] input) throws Exception {
        if (input.length == 0) {
            return;
        }
        ByteString bytes = ByteString.copyFrom(input, 1, input.length - 1);
        BoundedAllocation.check(input, () -> {
            switch ((input[0] & 0xff) % 6) {
                case 0 -> {
                    check(bytes, FromRadio.parser(), Redaction::ofFromRadio);
                    checkParsed(bytes, FromRadio.parser(), Redaction::ofFromRadio, Redaction::ofParsedFromRadio);
                }
                case 1 -> {
                    check(bytes, ServiceEnvelope.parser(), Redaction::ofServiceEnvelope);
                    checkParsed(
                            bytes,
                            ServiceEnvelope.parser(),
                            Redaction::ofServiceEnvelope,
                            Redaction::ofParsedServiceEnvelope);
                }
                case 2 -> check(bytes, MeshPacket.parser(), Redaction::ofMeshPacket);
                case 3 -> {
                    if (isMessage(Data.parser(), bytes)) {
                        check(bytes, Data.parser(), Redaction::ofParsedData);
                    }
                }
                case 4 -> {
                    ByteString blanked = Redaction.ofText(bytes);
                    assertThat(blanked.size()).isEqualTo(bytes.size());
                    assertThat(Redaction.ofText(blanked)).isEqualTo(blanked);
                }
                default -> {
                    ByteString blanked = Redaction.ofSkipped(
                            new FramePiece.Skipped(bytes, bytes.size(), RejectReason.NOISE, input[0] < 0));
                    assertThat(blanked.size()).isEqualTo(bytes.size());
                }
            }
        });
    }

    private static void check(ByteString bytes, Parser<?> parser, Function<ByteString, Redaction> redact) {
        Redaction once = redact.apply(bytes);
        assertThat(once.payload().size()).isEqualTo(bytes.size());
        if (once.paths().isEmpty()) {
            assertThat(once.payload()).isEqualTo(bytes);
        }
        // Groups and overlong tags, which no radio writes, are damage to us and read by protobuf's parser.
        boolean damaged = once.paths().stream().anyMatch(path -> path.endsWith("damaged"));
        if (isMessage(parser, bytes) && !damaged) {
            assertThat(isMessage(parser, once.payload())).as("still a message").isTrue();
            assertThat(redact.apply(once.payload())).isEqualTo(new Redaction(once.payload(), List.of()));
        }
    }

    private static void checkParsed(
            ByteString bytes,
            Parser<?> parser,
            Function<ByteString, Redaction> redact,
            Function<ByteString, Redaction> redactParsed) {
        if (isMessage(parser, bytes)) {
            assertThat(redactParsed.apply(bytes)).isEqualTo(redact.apply(bytes));
        }
    }

    private static boolean isMessage(Parser<?> parser, ByteString bytes) {
        try {
            parser.parseFrom(bytes);
            return true;
        } catch (InvalidProtocolBufferException e) {
            return false;
        }
    }
}
