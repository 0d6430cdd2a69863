package dev.meshlog.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ValidatorsTest {
    @Test
    void quorumWeightIsTheSmallestQuorum() {
        List<Long> totals = new ArrayList<>(List.of(Validator.MAX_WEIGHT - 1, Validator.MAX_WEIGHT));
        for (long total = 1; total < 200; total++) {
            totals.add(total);
        }
        for (long total : totals) {
            var validators = new Validators(List.of(new Validator(Hash.ZERO, total, "", 0)));

            assertThat(validators.isQuorum(validators.quorumWeight()))
                    .as("of %d", total)
                    .isTrue();
            assertThat(validators.isQuorum(validators.quorumWeight() - 1))
                    .as("of %d", total)
                    .isFalse();
        }
    }
}
