package dev.meshlog.schemas.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.meshlog.schemas.testing.BoundedAllocation;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;

class FrameParserFuzzTest {
    /** The input's first byte says how the stream is cut into reads. */
    @FuzzTest
    void everyCutGivesTheSamePiecesAndNoByteIsLost(byte[] input) throws Exception {
        if (input.length < 2) {
            return;
        }
        byte[] stream = Arrays.copyOfRange(input, 1, input.length);
        BoundedAllocation.check(input, () -> {
            List<FramePiece> whole = Recording.pieces(stream, stream.length);
            assertThat(Recording.pieces(stream, 1 + (input[0] & 0xff))).isEqualTo(whole);
            assertThat(joined(whole)).isEqualTo(stream);
        });
    }

    private static byte[] joined(List<FramePiece> pieces) {
        var stream = new ByteArrayOutputStream();
        for (FramePiece piece : pieces) {
            if (piece instanceof FramePiece.Skipped skipped) {
                stream.writeBytes(skipped.bytes().toByteArray());
            } else {
                byte[] payload = ((FramePiece.Frame) piece).payload().toByteArray();
                stream.writeBytes(
                        new byte[] {(byte) 0x94, (byte) 0xC3, (byte) (payload.length >> 8), (byte) payload.length});
                stream.writeBytes(payload);
            }
            assertThat(piece.end()).isEqualTo(stream.size());
        }
        return stream.toByteArray();
    }
}
