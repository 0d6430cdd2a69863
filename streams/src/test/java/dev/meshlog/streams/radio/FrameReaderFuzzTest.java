package dev.meshlog.streams.radio;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.meshlog.schemas.RecordPosition;
import dev.meshlog.schemas.radio.FrameKind;
import dev.meshlog.schemas.radio.RadioFrame;
import dev.meshlog.schemas.testing.BoundedAllocation;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;

class FrameReaderFuzzTest {
    private static final List<FrameKind> KINDS = List.of(FrameKind.values());

    private final FrameReader frames = new FrameReader(new ChannelKeys(List.of()));
    private final RecordPosition evidence = new RecordPosition("radio.frames", 0, 0L);

    /** The first byte picks the kind of frame, the rest is its payload. */
    @FuzzTest
    void everyFrameIsDecodedOrRejected(byte[] input) throws Exception {
        if (input.length == 0) {
            return;
        }
        RadioFrame frame = RadioFrame.newBuilder()
                .setNetwork("n")
                .setLink("l")
                .setKind(KINDS.get((input[0] & 0xff) % KINDS.size()))
                .setPayload(ByteBuffer.wrap(input, 1, input.length - 1).slice())
                .setReceivedAtMs(Instant.EPOCH)
                .build();
        BoundedAllocation.check(input, () -> {
            Decoded decoded = frames.read(frame, evidence, null);
            assertThat(decoded).isEqualTo(frames.read(frame, evidence, null));
            assertThat(decoded.observation() == null).isEqualTo(decoded.outcome() != null);
        });
    }
}
