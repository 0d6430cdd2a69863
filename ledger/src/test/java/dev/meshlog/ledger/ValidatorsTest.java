package dev.meshlog.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.IntToLongFunction;
import java.util.stream.IntStream;
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

    @Test
    void quorumIsExactAtTheEdgesOfTheLargestSets() {
        for (int size = 1; size <= 100; size++) {
            Validators validators = set(size, i -> Validator.MAX_WEIGHT);
            BigInteger total = BigInteger.valueOf(validators.totalWeight());
            assertThat(total).isEqualTo(BigInteger.valueOf(Validator.MAX_WEIGHT).multiply(BigInteger.valueOf(size)));
            for (long near = -2; near <= 2; near++) {
                for (long weight : new long[] {
                    validators.totalWeight() / 3 + near,
                    validators.totalWeight() / 3 * 2 + near,
                    validators.totalWeight() + near
                }) {
                    BigInteger three = BigInteger.valueOf(weight).multiply(BigInteger.valueOf(3));
                    assertThat(validators.isQuorum(weight))
                            .as("%d of %d", weight, validators.totalWeight())
                            .isEqualTo(three.compareTo(total.add(total)) > 0);
                    assertThat(validators.isValidityThreshold(weight))
                            .as("%d of %d", weight, validators.totalWeight())
                            .isEqualTo(three.compareTo(total) > 0);
                }
            }
        }
    }

    /** Chi-square with 99.9 percent; the rounds are fixed, so the outcome is too. */
    @Test
    void leadersAreDistributedLikeTheWeights() {
        long seed = 41;
        var random = new Random(seed);
        for (int size : new int[] {2, 3, 4, 7, 20, 50, 100}) {
            Validators validators = set(size, i -> 1 + random.nextInt(1_000));
            int rounds = 20_000;
            Map<Hash, Integer> led = new HashMap<>();
            for (long round = 0; round < rounds; round++) {
                led.merge(
                        validators.leader(Domain.NETWORK.hash(Domain.u32(size)), round / 100, round), 1, Integer::sum);
            }
            double chiSquare = 0;
            for (Validator member : validators.members()) {
                double expected = (double) rounds * member.weight() / validators.totalWeight();
                double difference = led.getOrDefault(member.publicKey(), 0) - expected;
                chiSquare += difference * difference / expected;
            }
            assertThat(chiSquare).as("seed %d, %d validators", seed, size).isLessThan(bound(size - 1));
        }
    }

    /** The 99.9 percent quantile, in the approximation of Wilson and Hilferty. */
    private static double bound(int degrees) {
        double part = 2.0 / (9 * degrees);
        return degrees * Math.pow(1 - part + 3.09 * Math.sqrt(part), 3);
    }

    private static Validators set(int size, IntToLongFunction weight) {
        return new Validators(IntStream.range(0, size)
                .mapToObj(i -> new Validator(Domain.BODY.hash(Domain.u32(i)), weight.applyAsLong(i), "", 0))
                .toList());
    }
}
