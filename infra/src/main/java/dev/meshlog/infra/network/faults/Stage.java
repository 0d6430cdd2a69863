package dev.meshlog.infra.network.faults;

import dev.meshlog.infra.UserError;
import dev.meshlog.infra.network.Load;
import dev.meshlog.infra.network.LoadCounts;
import dev.meshlog.infra.network.NetworkCheck;
import dev.meshlog.infra.network.NodeProcess;
import dev.meshlog.infra.network.NodeVerdict;
import dev.meshlog.ledger.Hash;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.NavigableMap;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What a drill has at hand.
 *
 * @param isShort fewer and shorter faults
 * @param clock for a liar's certificate
 */
record Stage(FaultyNetwork network, DrillReport report, SplittableRandom random, boolean isShort, Clock clock) {
    private static final Duration LOOK = Duration.ofMillis(300);

    /** Between looks at what does not last. */
    static final Duration SOON = Duration.ofMillis(10);

    /** Transactions a second. */
    private static final int LOAD = 20;

    private static final int LOAD_SHORT = 5;

    /** What has to happen at some time, however busy the machine is. */
    static final Duration PATIENCE = Duration.ofMinutes(4);

    /** Something that is asked again and again. */
    @FunctionalInterface
    interface Condition {
        boolean holds() throws InterruptedException;
    }

    /** False when it does not hold in time. */
    boolean await(Duration limit, Condition condition) throws InterruptedException {
        return await(limit, LOOK, condition);
    }

    /** False when it does not hold in time. */
    boolean await(Duration limit, Duration between, Condition condition) throws InterruptedException {
        long began = System.nanoTime();
        while (!condition.holds()) {
            network.network().failure().ifPresent(failure -> {
                throw new UserError(failure, "its log is in its data directory; --keep keeps it");
            });
            if (System.nanoTime() - began > limit.toNanos()) {
                return false;
            }
            pause(between);
        }
        return true;
    }

    void pause(Duration time) throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep(time.toNanos());
    }

    Duration randomUpTo(Duration most) {
        return Duration.ofMillis(random.nextLong(most.toMillis()));
    }

    /** Of the node that is furthest. */
    static long furthest(List<NodeProcess> nodes) throws InterruptedException {
        long furthest = -1;
        for (NodeProcess node : nodes) {
            furthest = Math.max(furthest, new NodeView(node).commit());
        }
        return furthest;
    }

    /** Of the node that is least far. */
    static long nearest(List<NodeProcess> nodes) throws InterruptedException {
        long nearest = Long.MAX_VALUE;
        for (NodeProcess node : nodes) {
            nearest = Math.min(nearest, new NodeView(node).commit());
        }
        return nearest;
    }

    List<NodeProcess> othersThan(NodeProcess node) {
        return network.network().nodes().stream()
                .filter(each -> !each.equals(node))
                .toList();
    }

    /** All of them get so many commits further than the furthest is now. */
    void checkCommitsGoOn(List<NodeProcess> nodes, long more, String when) throws InterruptedException {
        long from = furthest(nodes);
        long began = System.nanoTime();
        boolean holds = await(PATIENCE, () -> nearest(nodes) >= from + more);
        report.check(
                holds,
                "%s: commits go on at %s, from %d to %d in %.1f s"
                        .formatted(when, names(nodes), from, nearest(nodes), (System.nanoTime() - began) / 1e9));
    }

    /** The others get vertices of it that are newer than what they have now. */
    void checkProduces(NodeProcess node, List<NodeProcess> all) throws InterruptedException {
        Hash key = network.network().key(node).orElseThrow().publicKey();
        NodeProcess other =
                all.stream().filter(each -> !each.equals(node)).findFirst().orElseThrow();
        long before = newest(other, key);
        boolean holds = await(PATIENCE, () -> newest(other, key) > before);
        report.check(holds, "%s makes vertices, as %s sees it".formatted(node.name(), other.name()));
    }

    private static long newest(NodeProcess at, Hash producer) {
        NavigableMap<Long, Integer> rounds = new NodeView(at).verifiedOf(producer);
        return rounds.isEmpty() ? 0 : rounds.lastKey();
    }

    /** Transactions to these until the result is closed. */
    Load load(List<NodeProcess> to) {
        return Load.start(to, network.network().genesis(), isShort ? LOAD_SHORT : LOAD);
    }

    /** Every transaction that was accepted has its result, and the nodes agree on all of it. */
    void checkAllAgree(List<NodeProcess> nodes, Load load) throws InterruptedException {
        load.stop();
        boolean isSettled = load.awaitResults(PATIENCE);
        LoadCounts counts = load.counts();
        report.check(
                isSettled && counts.lostCount() == 0 && counts.failed() == 0 && counts.executed() > 0,
                "of %d transactions %d were executed, %d lost, %d failed, %d have no result yet"
                        .formatted(
                                counts.accepted(),
                                counts.executed(),
                                counts.lostCount(),
                                counts.failed(),
                                counts.unsettled()));
        checkAllAgree(nodes, counts.newestCommit());
    }

    /** Commit hashes, results, state roots and dumps. */
    void checkAllAgree(List<NodeProcess> nodes, long atLeast) throws InterruptedException {
        NetworkCheck result = NetworkCheck.run(nodes, network.network().genesis(), atLeast, clock, step -> {});
        for (NodeVerdict verdict : result.nodes()) {
            report.check(
                    verdict.difference().isEmpty(),
                    "%s, commits %d to %d, state root %s, dump %s: %s"
                            .formatted(
                                    verdict.node().name(),
                                    verdict.first(),
                                    result.commit(),
                                    brief(verdict.stateRoot()),
                                    brief(verdict.dump()),
                                    verdict.difference().orElse("equal")));
        }
    }

    private static String brief(@Nullable Object hash) {
        String text = String.valueOf(hash);
        return text.substring(0, Math.min(8, text.length()));
    }

    void checkNoEquivocation(NodeProcess of, List<NodeProcess> asSeenBy) {
        Hash key = network.network().key(of).orElseThrow().publicKey();
        long found = asSeenBy.stream()
                .mapToLong(each -> new NodeView(each).equivocationsOf(key).size())
                .sum();
        report.check(found == 0, "%s signed no round twice, as %s saw it".formatted(of.name(), names(asSeenBy)));
    }

    static String names(List<NodeProcess> nodes) {
        return String.join(", ", nodes.stream().map(NodeProcess::name).toList());
    }
}
