package dev.meshlog.infra.network;

import dev.meshlog.infra.UserError;
import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.streams.http.CommitLog;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Whether all nodes of a network computed the same: each commit's hash, results and root, from the first that all have to a common checkpoint, and
 * each entry of the state there. The nodes run on meanwhile.
 *
 * @param from the first commit that all have
 * @param commit the last one, which ends a checkpoint
 */
public record NetworkCheck(long from, long commit, List<NodeVerdict> nodes) {
    /** Without any node getting on. */
    private static final Duration STUCK = Duration.ofMinutes(3);

    private static final Duration STEP = Duration.ofMillis(500);

    public NetworkCheck {
        nodes = List.copyOf(nodes);
    }

    public boolean isEqual() {
        return nodes.stream().allMatch(verdict -> verdict.difference().isEmpty());
    }

    /**
     * Waits until all nodes are where they can be compared, and compares them.
     *
     * @param atLeast index of a commit that has to be among those that are compared
     * @param progress told what is done, for people
     * @throws UserError when a node ends, or no node gets on for minutes
     */
    public static NetworkCheck run(
            List<NodeProcess> nodes, GenesisConfig genesis, long atLeast, Clock clock, Consumer<String> progress)
            throws InterruptedException {
        long interval = genesis.checkpointInterval();
        long commit = Math.max(1, (atLeast + interval - 1) / interval) * interval;
        progress.accept("waiting until all nodes have commit " + commit + ", which ends a checkpoint");
        awaitCommit(nodes, commit);
        List<NodeHistory> histories = new ArrayList<>();
        for (NodeProcess node : nodes) {
            histories.add(NodeHistory.read(node.name(), node.cluster(), commit));
        }
        List<StateDump> dumps = new ArrayList<>();
        for (NodeProcess node : nodes) {
            progress.accept("recovering the state of " + node.name());
            dumps.add(StateDump.of(node.cluster(), genesis, commit, clock));
        }
        return compare(nodes, histories, dumps, commit);
    }

    static NetworkCheck compare(
            List<NodeProcess> nodes, List<NodeHistory> histories, List<StateDump> dumps, long commit) {
        HistoryComparison comparison = HistoryComparison.of(histories);
        String dump =
                HistoryComparison.mostCommon(dumps.stream().map(StateDump::hash).toList());
        List<NodeVerdict> verdicts = new ArrayList<>();
        for (int i = 0; i < nodes.size(); i++) {
            NodeHistory history = histories.get(i);
            CommitFacts last = history.commits().get(commit);
            verdicts.add(new NodeVerdict(
                    nodes.get(i),
                    history.commits().isEmpty() ? 0 : history.commits().firstKey(),
                    last == null ? null : last.hash(),
                    last == null ? null : last.root(),
                    dumps.get(i).hash(),
                    history.transactions(),
                    difference(comparison.differences().get(history.name()), dumps.get(i), dump)));
        }
        return new NetworkCheck(comparison.from(), comparison.to(), verdicts);
    }

    private static Optional<String> difference(
            HistoryComparison.@Nullable Difference found, StateDump dump, String commonDump) {
        if (found != null) {
            return Optional.of("commit %d: %s".formatted(found.commit(), found.what()));
        }
        return dump.contradiction()
                .or(() -> dump.hash().equals(commonDump) ? Optional.empty() : Optional.of("the dump differs"));
    }

    private static void awaitCommit(List<NodeProcess> nodes, long commit) throws InterruptedException {
        List<CommitLog> logs =
                nodes.stream().map(node -> new CommitLog(node.cluster())).toList();
        try {
            List<Long> before = List.of();
            long changed = System.nanoTime();
            while (true) {
                List<Long> now = logs.stream()
                        .map(log ->
                                log.newest().map(newest -> newest.getIndex()).orElse(0L))
                        .toList();
                if (now.stream().allMatch(index -> index >= commit)) {
                    return;
                }
                requireAlive(nodes);
                if (!now.equals(before)) {
                    before = now;
                    changed = System.nanoTime();
                } else if (System.nanoTime() - changed > STUCK.toNanos()) {
                    throw stuck(nodes, now, commit);
                }
                TimeUnit.NANOSECONDS.sleep(STEP.toNanos());
            }
        } finally {
            logs.forEach(CommitLog::close);
        }
    }

    private static void requireAlive(List<NodeProcess> nodes) {
        nodes.stream().flatMap(node -> node.failure().stream()).findFirst().ifPresent(failure -> {
            throw new UserError(failure, "its log says more");
        });
    }

    private static UserError stuck(List<NodeProcess> nodes, List<Long> commits, long wanted) {
        var lines = new ArrayList<String>();
        for (int i = 0; i < nodes.size(); i++) {
            lines.add(nodes.get(i).name() + " has commit " + commits.get(i));
        }
        return new UserError(
                "no node gets on since %d s, and commit %d is wanted: %s"
                        .formatted(STUCK.toSeconds(), wanted, String.join(", ", lines)),
                "'meshlog net peers --data DIR/NODE' shows whom a node is connected to, and its log why not");
    }
}
