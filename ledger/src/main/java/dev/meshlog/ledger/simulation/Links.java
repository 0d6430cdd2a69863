package dev.meshlog.ledger.simulation;

import java.util.BitSet;
import java.util.List;
import java.util.Random;

/** Carries messages: late, out of order, twice, and over a cut only when it has healed. What arrives at a node that is down is gone. */
final class Links {
    private static final int LONGEST_RETRY_MS = 1_000;

    private final Timeline timeline;
    private final Random random;
    private final Scenario.Faults faults;
    private final List<SimulatedNode> nodes;
    private BitSet cut = new BitSet();
    private long cutEndsMs;
    private boolean isCalm;

    Links(Timeline timeline, Random random, Scenario.Faults faults, List<SimulatedNode> nodes) {
        this.timeline = timeline;
        this.random = random;
        this.faults = faults;
        this.nodes = nodes;
    }

    void send(int from, int to, Message message) {
        send(from, to, message, 0);
    }

    /** @param extraMs held back by the sender */
    void send(int from, int to, Message message, long extraMs) {
        deliver(from, to, message, extraMs);
        if (!isCalm && random.nextInt(100) < faults.duplicatePercent()) {
            deliver(from, to, message, extraMs);
        }
    }

    private void deliver(int from, int to, Message message, long extraMs) {
        long delay = extraMs + 1 + random.nextInt(faults.slowestMs());
        if (!isCalm && random.nextInt(100) < faults.lossPercent()) {
            delay += random.nextInt(LONGEST_RETRY_MS);
        }
        if (cut.get(from) != cut.get(to)) {
            delay += Math.max(0, cutEndsMs - timeline.nowMs());
        }
        timeline.after(delay, () -> nodes.get(to).receive(from, message));
    }

    /** Parts the nodes in two for a while. */
    void cut(long durationMs) {
        cut = new BitSet();
        for (int node = 0; node < nodes.size(); node++) {
            cut.set(node, random.nextBoolean());
        }
        cutEndsMs = timeline.nowMs() + durationMs;
        BitSet mine = cut;
        timeline.after(durationMs, () -> {
            if (cut.equals(mine)) {
                cut = new BitSet();
            }
        });
    }

    /** From now on messages are late and out of order only. */
    void calm() {
        isCalm = true;
        cut = new BitSet();
    }
}
