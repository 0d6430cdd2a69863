package dev.meshlog.ledger.state;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.meshlog.schemas.testing.BoundedAllocation;
import java.nio.ByteBuffer;
import java.util.Arrays;

class ChunkCompressionFuzzTest {
    /** The first four bytes are the size that the manifest names, the rest is the frame. */
    @FuzzTest
    void frameGivesWhatWasNamedOrIsRefused(byte[] input) throws Exception {
        if (input.length < Integer.BYTES) {
            return;
        }
        int size = ByteBuffer.wrap(input).getInt();
        byte[] frame = Arrays.copyOfRange(input, Integer.BYTES, input.length);
        long limit = (1 << 20) + 16L * input.length + 3L * Math.max(0, Math.min(size, ChunkRef.MAX_BYTES));
        BoundedAllocation.check(limit, () -> {
            byte[] bytes;
            try {
                bytes = ChunkCompression.decompress(frame, size);
            } catch (InvalidSnapshotException e) {
                return; // not the frame of so many bytes
            }
            assertThat(bytes).hasSize(size);
            assertThat(Arrays.equals(ChunkCompression.decompress(ChunkCompression.compress(bytes), size), bytes))
                    .isTrue();
        });
    }
}
