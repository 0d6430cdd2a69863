package dev.meshlog.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.meshlog.schemas.radio.SourcePosition;
import dev.meshlog.schemas.testing.BoundedAllocation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

class RecordingFuzzTest {
    /** The first byte picks the format, the second one how the file is cut into reads. */
    @FuzzTest
    void everyCutGivesTheSameAndPositionsGoForward(byte[] input) throws Exception {
        if (input.length < 3) {
            return;
        }
        FileLink.Format format = input[0] % 2 == 0 ? FileLink.Format.FRAMES : FileLink.Format.MQTT_LINES;
        byte[] file = Arrays.copyOfRange(input, 2, input.length);
        BoundedAllocation.check(input, () -> {
            List<Received> whole = received(format, file, file.length);
            assertThat(received(format, file, 1 + (input[1] & 0xff))).isEqualTo(whole);
            long end = 0;
            for (Received each : whole) {
                SourcePosition position = Objects.requireNonNull(each.source());
                assertThat(position.getEnd()).isBetween(end + 1, (long) file.length);
                end = position.getEnd();
            }
        });
    }

    private static List<Received> received(FileLink.Format format, byte[] file, int chunk) {
        FileLink.Decoder decoder = format.decoder(0, end -> new SourcePosition("", end));
        var received = new ArrayList<Received>();
        for (int at = 0; at < file.length; at += chunk) {
            byte[] read = Arrays.copyOfRange(file, at, Math.min(at + chunk, file.length));
            received.addAll(decoder.feed(read, read.length));
        }
        received.addAll(decoder.end());
        return received;
    }
}
