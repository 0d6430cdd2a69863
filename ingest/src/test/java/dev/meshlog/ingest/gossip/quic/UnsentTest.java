package dev.meshlog.ingest.gossip.quic;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class UnsentTest {
    private static final PeerLimits LIMITS = PeerLimits.DEFAULT;
    private static final int MIB = 1 << 20;
    private static final long PATIENCE = LIMITS.readWithin().toNanos();

    private final Unsent.Shared plenty = new Unsent.Shared(1L << 40);

    private static int fill(Unsent peer) {
        int taken = 0;
        while (taken < 1_000 && peer.add(MIB / 4, 0)) {
            taken++;
        }
        return taken * (MIB / 4);
    }

    @Test
    void peerWithoutAKeyMayHaveLess() {
        assertThat(fill(new Unsent(plenty, LIMITS, true, 0))).isEqualTo(MIB);
        assertThat(fill(new Unsent(plenty, LIMITS, false, 0))).isEqualTo(16 * MIB);
    }

    @Test
    void allTogetherAreBoundAndEachMayHaveALittle() {
        var shared = new Unsent.Shared(20 * MIB);
        assertThat(fill(new Unsent(shared, LIMITS, false, 0))).isEqualTo(16 * MIB);
        assertThat(fill(new Unsent(shared, LIMITS, false, 0))).isEqualTo(4 * MIB);
        for (int i = 0; i < 100; i++) {
            assertThat(fill(new Unsent(shared, LIMITS, false, 0))).isEqualTo(MIB / 4);
        }
    }

    @Test
    void whatWentOutMakesRoomForOthers() {
        var shared = new Unsent.Shared(MIB);
        var first = new Unsent(shared, LIMITS, false, 0);
        var second = new Unsent(shared, LIMITS, false, 0);
        assertThat(first.add(MIB, 0)).isTrue();
        assertThat(second.add(MIB / 2, 0)).isTrue();
        assertThat(second.add(MIB / 2, 0)).isFalse();
        first.remove(MIB, 0);
        assertThat(second.add(MIB / 2, 0)).isTrue();
    }

    @Test
    void stuckIsWhoReadsNothingForSoLong() {
        var peer = new Unsent(plenty, LIMITS, false, 0);
        assertThat(peer.isStuck(2 * PATIENCE)).as("nothing waits").isFalse();
        long then = 3 * PATIENCE;
        assertThat(peer.add(1, then)).isTrue();
        assertThat(peer.add(1, then)).isTrue();
        assertThat(peer.isStuck(then + PATIENCE)).isFalse();
        assertThat(peer.isStuck(then + PATIENCE + 1)).isTrue();
        peer.remove(1, then + PATIENCE);
        assertThat(peer.isStuck(then + PATIENCE + 1)).as("one went out").isFalse();
    }
}
