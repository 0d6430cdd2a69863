package dev.meshlog.ingest.gossip;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AllowanceTest {
    @Test
    void bytesAreAllThatThereAreAndWhatIsTooLargeUsesNone() {
        var allowance = new Allowance(10, 100);
        assertThat(allowance.takes(7)).isTrue();
        assertThat(allowance.takes(4)).isFalse();
        assertThat(allowance.takes(3)).isTrue();
        assertThat(allowance.takes(1)).isFalse();
    }

    @Test
    void manySmallOnesAreTooMany() {
        var allowance = new Allowance(1_000, 2);
        assertThat(allowance.takes(1)).isTrue();
        assertThat(allowance.takes(1)).isTrue();
        assertThat(allowance.takes(1)).isFalse();
    }
}
