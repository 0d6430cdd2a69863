package dev.meshlog.ledger.state;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.meshlog.schemas.testing.BoundedAllocation;

class AccumulatorFuzzTest {
    @FuzzTest
    void accumulatorsAndDigestsKeepTheirBytesOrAreRefused(byte[] input) throws Exception {
        BoundedAllocation.check(input, () -> {
            try {
                Accumulator accumulator = Accumulator.parse(input);
                assertThat(accumulator.bytes()).isEqualTo(input);
                assertThat(accumulator.isEmpty()).isEqualTo(accumulator.entries() == 0);
            } catch (IllegalArgumentException e) {
                // The declared answer to anything else.
            }
            try {
                BucketDigests digests = BucketDigests.of(input);
                assertThat(digests.bytes()).isEqualTo(input);
                assertThat(digests.differing(digests)).isEmpty();
            } catch (IllegalArgumentException e) {
                // The declared answer to anything else.
            }
        });
    }
}
