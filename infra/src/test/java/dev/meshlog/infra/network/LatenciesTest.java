package dev.meshlog.infra.network;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LatenciesTest {
    @Test
    void percentileIsTheLeastThatSoManyReach() {
        var latencies = new Latencies();
        for (int ms = 100; ms > 0; ms--) {
            latencies.add(ms);
        }
        assertThat(latencies.percentile(50)).isEqualTo(50);
        assertThat(latencies.percentile(95)).isEqualTo(95);
        assertThat(latencies.percentile(100)).isEqualTo(100);
    }

    @Test
    void severalCountAsOne() {
        var all = new Latencies();
        var slow = new Latencies();
        all.add(10);
        slow.add(10_000_000);
        all.addAll(slow);
        assertThat(all.percentile(50)).isEqualTo(10);
        assertThat(all.percentile(95)).isEqualTo(120_000);
    }

    @Test
    void nothingTakesNoTime() {
        assertThat(new Latencies().percentile(95)).isZero();
    }
}
