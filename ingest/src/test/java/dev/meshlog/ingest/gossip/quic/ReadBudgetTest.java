package dev.meshlog.ingest.gossip.quic;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ReadBudgetTest {
    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    @Test
    void bytesOfOneSecondAreReadAtOnceAndThenAsFastAsTheyMay() {
        long now = Long.MAX_VALUE - 1;
        var budget = new ReadBudget(1_000, 1_000_000, now);

        assertThat(budget.charge(1_000, now)).isZero();
        assertThat(budget.charge(500, now)).isEqualTo(SECOND / 2);
        assertThat(budget.charge(0, now + SECOND)).isZero();
    }

    @Test
    void smallMessagesCostTheirNumber() {
        var budget = new ReadBudget(1_000_000, 60, 0);

        assertThat(budget.charge(1, 0)).isZero();
        assertThat(budget.charge(1, 0)).isEqualTo(SECOND);
    }

    @Test
    void silenceSavesNoMoreThanOneSecond() {
        var budget = new ReadBudget(1_000, 1_000_000, 0);

        assertThat(budget.charge(1_000, 100 * SECOND)).isZero();
        assertThat(budget.charge(1_000, 100 * SECOND)).isEqualTo(SECOND);
    }
}
