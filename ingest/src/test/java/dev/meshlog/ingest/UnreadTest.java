package dev.meshlog.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class UnreadTest {
    private static final int MIB = 1 << 20;

    @Test
    void recordsAreTakenOnceAndInTheirOrder() {
        var unread = new Unread(0);
        add(unread, 1, 3, 10);
        assertThat(taken(unread, 0, 2)).containsExactly(1L, 2L);
        assertThat(taken(unread, 2, 2)).containsExactly(3L);
        add(unread, 4, 4, 10);
        assertThat(taken(unread, 3, 2)).containsExactly(4L);
        assertThat(taken(unread, 4, 2)).isEmpty();
    }

    @Test
    void whoAsksForWhatIsOnlyOnTheDiskGetsNothing() {
        var unread = new Unread(100);
        add(unread, 201, 203, 10);
        assertThat(taken(unread, 99, 10)).isEmpty();
        assertThat(taken(unread, 201, 1)).containsExactly(202L);
        // Another one begins anew.
        assertThat(taken(unread, 201, 10)).isEmpty();
        assertThat(taken(unread, 202, 10)).containsExactly(203L);
    }

    @Test
    void whatWasLostOrReleasedBehindTheEndIsNoGap() {
        var unread = new Unread(100);
        add(unread, 201, 203, 10);
        assertThat(taken(unread, 100, 10)).containsExactly(201L, 202L, 203L);
        add(unread, 301, 301, 10);
        assertThat(taken(unread, 250, 10)).containsExactly(301L);
    }

    @Test
    void theOldestGiveWayWhenTheReaderIsFarBehind() {
        var unread = new Unread(0);
        add(unread, 1, 6, MIB);
        assertThat(taken(unread, 0, 10)).isEmpty();
        assertThat(taken(unread, 1, 10)).isEmpty();
        assertThat(taken(unread, 2, 10)).containsExactly(3L, 4L, 5L, 6L);
    }

    private static void add(Unread unread, long first, long last, int size) {
        unread.add(LongStream.rangeClosed(first, last)
                .mapToObj(sequence -> new Spool.Entry(sequence, ByteBuffer.allocate(size)))
                .toList());
    }

    private static List<Long> taken(Unread unread, long after, int most) {
        return unread.takeBehind(after, most).stream()
                .map(Spool.Entry::sequence)
                .toList();
    }
}
