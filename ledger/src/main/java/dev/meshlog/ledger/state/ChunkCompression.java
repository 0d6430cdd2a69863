package dev.meshlog.ledger.state;

import static dev.meshlog.ledger.state.SnapshotRejection.FRAME_DAMAGED;
import static dev.meshlog.ledger.state.SnapshotRejection.FRAME_SIZE;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * How chunks travel and rest: one zstd frame that states its content's size and ends with its checksum. Compressed bytes are not
 * canonical, two versions of zstd may differ; ids are those of the content. Any thread may call it.
 */
public final class ChunkCompression {
    private static final int LEVEL = 1;
    private static final int FRAME_MAGIC = 0xFD2FB528;
    private static final int DESCRIPTOR_OFFSET = 4;
    private static final int CHECKSUM_FLAG = 0x04;

    private ChunkCompression() {}

    /** @throws IllegalArgumentException when there are more bytes than a chunk has */
    public static byte[] compress(byte[] bytes) {
        if (bytes.length > ChunkRef.MAX_BYTES) {
            throw new IllegalArgumentException("no chunk has " + bytes.length + " bytes");
        }
        try (var zstd = new ZstdCompressCtx()) {
            return zstd.setLevel(LEVEL).setChecksum(true).setContentSize(true).compress(bytes);
        }
    }

    /**
     * Allocates exactly {@code expectedSize} bytes, and only when the frame announces that size.
     *
     * @param expectedSize bytes, from the manifest
     * @throws InvalidSnapshotException FRAME_SIZE or FRAME_DAMAGED
     */
    public static byte[] decompress(byte[] frame, int expectedSize) throws InvalidSnapshotException {
        if (expectedSize < 0 || expectedSize > ChunkRef.MAX_BYTES) {
            throw new InvalidSnapshotException(FRAME_SIZE, "no chunk has " + expectedSize + " bytes");
        }
        if (frame.length > Zstd.compressBound(expectedSize)) {
            throw new InvalidSnapshotException(
                    FRAME_SIZE, "a frame of " + frame.length + " bytes is too long for " + expectedSize);
        }
        if (frame.length <= DESCRIPTOR_OFFSET
                || ByteBuffer.wrap(frame).order(ByteOrder.LITTLE_ENDIAN).getInt(0) != FRAME_MAGIC
                || (frame[DESCRIPTOR_OFFSET] & CHECKSUM_FLAG) == 0) {
            throw new InvalidSnapshotException(FRAME_DAMAGED, "no frame with a checksum begins here");
        }
        try {
            long announced = Zstd.getFrameContentSize(frame);
            if (announced != expectedSize) {
                throw new InvalidSnapshotException(
                        FRAME_SIZE, announced + " bytes announced, " + expectedSize + " expected");
            }
            if (Zstd.findFrameCompressedSize(frame) != frame.length) {
                throw new InvalidSnapshotException(FRAME_DAMAGED, "it does not end where the bytes end");
            }
            byte[] bytes = new byte[expectedSize];
            try (var zstd = new ZstdDecompressCtx()) {
                int size = zstd.decompressByteArray(bytes, 0, bytes.length, frame, 0, frame.length);
                if (size != expectedSize) {
                    throw new InvalidSnapshotException(
                            FRAME_DAMAGED, size + " bytes inside, " + expectedSize + " expected");
                }
            }
            return bytes;
        } catch (ZstdException e) {
            throw new InvalidSnapshotException(FRAME_DAMAGED, String.valueOf(e.getMessage()), e);
        }
    }
}
