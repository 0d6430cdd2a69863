package dev.meshlog.ledger.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * What kind of network a seed stands for, and what it has to bear.
 *
 * @param weights of the validators of the genesis; the first {@code equivocators} of them lie
 * @param joiners nodes that come later, without any data, and register
 * @param listeners nodes that come later and never register
 * @param leavers validators of the genesis that deregister, the last ones
 * @param troubleMs virtual milliseconds until the faults end; liars go on
 */
record Scenario(
        List<Long> weights,
        int equivocators,
        int joiners,
        int listeners,
        int leavers,
        Rules rules,
        Faults faults,
        int transactionsPerSecond,
        long troubleMs) {

    record Rules(long epochLength, long gcDepth, long checkpointInterval, int bucketBits, long maxTxValidity) {}

    /**
     * @param slowestMs longest ordinary delay of a message
     * @param lossPercent messages that must be sent again, which costs up to a second
     * @param latePercent vertices that reach everybody seconds after they were made
     * @param crashes in all, spread over the time of trouble
     * @param partitions in all; messages between the parts wait for the end
     */
    record Faults(int slowestMs, int lossPercent, int duplicatePercent, int latePercent, int crashes, int partitions) {}

    Scenario {
        weights = List.copyOf(weights);
    }

    static Scenario draw(Random random) {
        int size = random.nextInt(10) == 0 ? 1 + random.nextInt(3) : 4 + random.nextInt(random.nextInt(5) == 0 ? 8 : 4);
        boolean weighted = random.nextInt(3) == 0;
        List<Long> weights = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            weights.add(weighted ? 1L + random.nextInt(3) : 1L);
        }
        int leavers = size > 4 && random.nextInt(3) == 0 ? 1 : 0;
        int joiners = random.nextInt(3) == 0 ? 1 + random.nextInt(2) : 0;
        var rules = new Rules(
                30 + random.nextInt(30), 8 + random.nextInt(30), 1 + random.nextInt(6), 3 + random.nextInt(4), 200);
        var faults = new Faults(
                20 + random.nextInt(random.nextInt(4) == 0 ? 600 : 180),
                random.nextInt(20),
                random.nextInt(50),
                random.nextInt(random.nextInt(3) == 0 ? 40 : 8),
                random.nextInt(8),
                random.nextInt(3));
        return new Scenario(
                weights,
                liars(weights, leavers, random),
                joiners,
                random.nextInt(4) == 0 ? 1 : 0,
                leavers,
                rules,
                faults,
                5 + random.nextInt(15),
                5_000 + random.nextInt(5_000));
    }

    /** As many as the rule bears: three times their weight is below the weight of all who stay. */
    private static int liars(List<Long> weights, int leavers, Random random) {
        long staying = weights.subList(0, weights.size() - leavers).stream()
                .mapToLong(Long::longValue)
                .sum();
        int liars = 0;
        long weight = 0;
        while (liars < weights.size() - leavers && 3 * (weight + weights.get(liars)) < staying) {
            weight += weights.get(liars);
            liars++;
        }
        return random.nextInt(4) == 0 ? 0 : liars;
    }

    int nodes() {
        return weights.size() + joiners + listeners;
    }

    boolean changesValidators() {
        return joiners + leavers > 0;
    }

    boolean isLiar(int node) {
        return node < equivocators;
    }

    boolean isNewcomer(int node) {
        return node >= weights.size();
    }

    boolean isJoiner(int node) {
        return isNewcomer(node) && node < weights.size() + joiners;
    }

    boolean isLeaver(int node) {
        return !isNewcomer(node) && node >= weights.size() - leavers;
    }
}
