package dev.meshlog.ledger.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChunkCompressionTest {
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 255, 256, 257, 70_000, 1 << 20, ChunkRef.MAX_BYTES})
    void bytesComeBack(int size) throws Exception {
        byte[] random = new byte[size];
        new Random(size).nextBytes(random);
        byte[] frame = ChunkCompression.compress(random);
        assertThat(ChunkCompression.decompress(frame, size)).isEqualTo(random);
        assertThat(frame.length).isLessThan((16 << 20) - 4096);
        byte[] zeros = new byte[size];
        assertThat(ChunkCompression.decompress(ChunkCompression.compress(zeros), size))
                .isEqualTo(zeros);
    }

    @Test
    void anyFlippedBitIsNoticed() throws Exception {
        byte[] bytes = sample();
        byte[] frame = ChunkCompression.compress(bytes);
        for (int bit = 0; bit < 8 * frame.length; bit++) {
            byte[] damaged = frame.clone();
            damaged[bit / 8] ^= (byte) (1 << bit % 8);
            byte[] result;
            try {
                result = ChunkCompression.decompress(damaged, bytes.length);
            } catch (InvalidSnapshotException e) {
                assertThat(e.reason().fetchAgain()).isTrue();
                continue;
            }
            // A bit that zstd does not use.
            assertThat(result).as("bit " + bit).isEqualTo(bytes);
        }
    }

    @Test
    void truncatedAndContinuedFramesAreRefused() {
        byte[] bytes = sample();
        byte[] frame = ChunkCompression.compress(bytes);
        for (int length = 0; length < frame.length; length++) {
            byte[] cut = Arrays.copyOf(frame, length);
            assertThatThrownBy(() -> ChunkCompression.decompress(cut, bytes.length))
                    .isInstanceOfSatisfying(
                            InvalidSnapshotException.class,
                            e -> assertThat(e.reason())
                                    .isIn(SnapshotRejection.FRAME_DAMAGED, SnapshotRejection.FRAME_SIZE));
        }
        assertRejected(SnapshotRejection.FRAME_DAMAGED, Arrays.copyOf(frame, frame.length + 1), bytes.length);
        byte[] empty = ChunkCompression.compress(new byte[0]);
        byte[] two = Arrays.copyOf(frame, frame.length + empty.length);
        System.arraycopy(empty, 0, two, frame.length, empty.length);
        assertRejected(SnapshotRejection.FRAME_DAMAGED, two, bytes.length);
    }

    @Test
    void bombIsRefusedBeforeItUnpacks() {
        byte[] bomb;
        try (var zstd = new ZstdCompressCtx()) {
            bomb = zstd.setChecksum(true).compress(new byte[64 << 20]);
        }
        assertThat(bomb.length).isLessThan(8192);
        assertRejected(SnapshotRejection.FRAME_SIZE, bomb, 1 << 20);
        assertRejected(SnapshotRejection.FRAME_SIZE, bomb, 64 << 20);
        assertRejected(SnapshotRejection.FRAME_SIZE, bomb, -1);
    }

    @Test
    void frameThatLiesAboutItsSizeIsRefused() {
        byte[] small = new byte[1000];
        byte[] frame = ChunkCompression.compress(small);
        // Single-segment frame with a size of two bytes, 256 less than the size.
        assertThat(frame[4] & 0xe0).isEqualTo(0x60);
        frame[5] = (byte) (500 - 256);
        frame[6] = (byte) ((500 - 256) >> 8);
        assertRejected(SnapshotRejection.FRAME_DAMAGED, frame, 500);
    }

    @Test
    void frameWithoutSizeOrChecksumIsRefused() {
        byte[] bytes = sample();
        try (var zstd = new ZstdCompressCtx()) {
            byte[] noSize = zstd.setChecksum(true).setContentSize(false).compress(bytes);
            assertRejected(SnapshotRejection.FRAME_SIZE, noSize, bytes.length);
        }
        assertRejected(SnapshotRejection.FRAME_DAMAGED, Zstd.compress(bytes), bytes.length);
        byte[] skippable = {0x50, 0x2A, 0x4D, 0x18, 0, 0, 0, 0};
        assertRejected(SnapshotRejection.FRAME_DAMAGED, skippable, 0);
    }

    @Test
    void moreThanAChunkIsNotCompressed() {
        assertThatThrownBy(() -> ChunkCompression.compress(new byte[ChunkRef.MAX_BYTES + 1]))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static byte[] sample() {
        byte[] bytes = new byte[600];
        new Random(1).nextBytes(bytes);
        Arrays.fill(bytes, 100, 400, (byte) 7);
        return bytes;
    }

    private static void assertRejected(SnapshotRejection reason, byte[] frame, int expectedSize) {
        assertThatThrownBy(() -> ChunkCompression.decompress(frame, expectedSize))
                .isInstanceOfSatisfying(
                        InvalidSnapshotException.class,
                        e -> assertThat(e.reason()).isEqualTo(reason));
    }
}
