package dev.meshlog.schemas.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FrameParserTest {
    private static final byte[] SESSION = Recording.bytes("firmware-2.7.26-session.frames");
    private static final byte[] GOOD = frame(0x38, 0x05);
    private static final byte[] GOOD_TOO = frame(0x38, 0x06);

    @Test
    void everyFrameOfTheFirmwareIsFoundWhateverTheChunks() {
        List<FramePiece> whole = Recording.pieces(SESSION, SESSION.length);
        assertThat(whole).hasSize(132).allMatch(FramePiece.Frame.class::isInstance);
        for (int chunk = 1; chunk < SESSION.length; chunk++) {
            assertThat(Recording.pieces(SESSION, chunk))
                    .as("chunks of %d", chunk)
                    .isEqualTo(whole);
        }
    }

    @Test
    void doubledFirstByteDoesNotLoseTheFrame() {
        assertPieces(bytes(0x94, GOOD), "NOISE 1", "38 05");
    }

    @Test
    void startBytesInNoiseDoNotSwallowTheFramesBehindThem() {
        byte[] falseHeader = {(byte) 0x94, (byte) 0xC3, 0, 5};
        assertPieces(bytes(0x00, falseHeader, GOOD, GOOD_TOO), "NOISE 5", "38 05", "38 06");
    }

    @Test
    void noiseThatIsAMessageByAccidentDoesNotSwallowAFrame() {
        byte[] accident = {(byte) 0x94, (byte) 0xC3, 0, 6, 0x32, 4};
        assertPieces(bytes(accident, GOOD, GOOD_TOO), "FRAME_UNDECODABLE 6", "38 05", "38 06");
    }

    @Test
    void startBytesInAPayloadAreData() {
        byte[] frame = frame(0x32, 6, 0x94, 0xC3, 0, 2, 0x38, 0x05);
        assertPieces(bytes(GOOD, frame, GOOD), "38 05", "32 06 94 c3 00 02 38 05", "38 05");
        assertPieces(frame, "32 06 94 c3 00 02 38 05");
    }

    @Test
    void lengthThatIsTooLongOrZeroIsNoFrame() {
        assertPieces(bytes(0x94, new byte[] {(byte) 0xC3, 2, 1}, GOOD), "FRAME_TOO_LONG 4", "38 05");
        assertPieces(bytes(0x94, new byte[] {(byte) 0xC3, 0, 0}, GOOD), "FRAME_EMPTY 4", "38 05");
    }

    @Test
    void frameThatIsCutOffIsReported() {
        assertPieces(bytes(GOOD, Arrays.copyOf(GOOD_TOO, 5)), "38 05", "FRAME_TRUNCATED 5");
        assertPieces(bytes(GOOD, new byte[] {(byte) 0x94}), "38 05", "FRAME_TRUNCATED 1");
    }

    @Test
    void noFrameIsLostAndNoByteIsMissingInNoise() {
        long seed = Long.getLong("meshlog.seed", new Random().nextLong());
        var random = new Random(seed);
        List<ByteString> frames = Recording.payloads(SESSION);
        for (int round = 0; round < Integer.getInteger("meshlog.rounds", 200); round++) {
            var stream = new ByteArrayOutputStream();
            for (ByteString payload : frames) {
                byte[] noise = new byte[random.nextInt(12)];
                random.nextBytes(noise);
                if (noise.length > 3 && random.nextBoolean()) {
                    noise[0] = (byte) 0x94;
                    noise[1] = (byte) 0xC3;
                    noise[2] = 0;
                }
                stream.writeBytes(noise);
                stream.writeBytes(frame(payload.toByteArray()));
            }
            byte[] bytes = stream.toByteArray();
            List<FramePiece> pieces = Recording.pieces(bytes, 1 + random.nextInt(700));
            assertThat(Recording.pieces(bytes, bytes.length))
                    .as("seed %d", seed)
                    .isEqualTo(pieces);
            assertThat(joined(pieces)).as("seed %d", seed).isEqualTo(bytes);
            assertThat(pieces.get(pieces.size() - 1).end()).isEqualTo(bytes.length);
            assertThat(Recording.payloads(bytes)).as("seed %d", seed).containsAll(frames);
        }
    }

    @Test
    void endlessNoiseComesInPieces() {
        byte[] noise = new byte[FrameParser.MAX_SKIPPED * 2 + 10];
        assertPieces(noise, "NOISE 65536", "NOISE 65536", "NOISE 10");
    }

    private static void assertPieces(byte[] stream, String... expected) {
        for (int chunk : new int[] {1, 3, stream.length}) {
            assertThat(Recording.pieces(stream, chunk))
                    .map(FrameParserTest::described)
                    .containsExactly(expected);
        }
    }

    private static String described(FramePiece piece) {
        if (piece instanceof FramePiece.Skipped skipped) {
            return skipped.reason() + " " + skipped.bytes().size();
        }
        var text = new ArrayList<String>();
        for (byte b : ((FramePiece.Frame) piece).payload().toByteArray()) {
            text.add(String.format("%02x", b));
        }
        return String.join(" ", text);
    }

    private static byte[] joined(List<FramePiece> pieces) {
        var stream = new ByteArrayOutputStream();
        for (FramePiece piece : pieces) {
            stream.writeBytes(
                    piece instanceof FramePiece.Skipped skipped
                            ? skipped.bytes().toByteArray()
                            : frame(((FramePiece.Frame) piece).payload().toByteArray()));
        }
        return stream.toByteArray();
    }

    private static byte[] frame(int... payload) {
        byte[] bytes = new byte[payload.length];
        for (int i = 0; i < payload.length; i++) {
            bytes[i] = (byte) payload[i];
        }
        return frame(bytes);
    }

    private static byte[] frame(byte[] payload) {
        var stream = new ByteArrayOutputStream();
        stream.writeBytes(new byte[] {(byte) 0x94, (byte) 0xC3, (byte) (payload.length >> 8), (byte) payload.length});
        stream.writeBytes(payload);
        return stream.toByteArray();
    }

    private static byte[] bytes(int first, byte[]... parts) {
        return bytes(new byte[] {(byte) first}, bytes(parts));
    }

    private static byte[] bytes(byte[]... parts) {
        var stream = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            stream.writeBytes(part);
        }
        return stream.toByteArray();
    }
}
