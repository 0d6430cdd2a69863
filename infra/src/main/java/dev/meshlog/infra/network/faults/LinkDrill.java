package dev.meshlog.infra.network.faults;

import dev.meshlog.infra.config.LedgerMode;
import dev.meshlog.infra.network.Load;
import dev.meshlog.infra.network.NodeProcess;
import dev.meshlog.ingest.gossip.PeerAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A listener joins over links that misbehave in each phase: it ends live, or says why not. */
final class LinkDrill implements Drill {
    /** A network that has fewer than 300 rounds is joined from its genesis, an older one by a snapshot. */
    private static final long COMMITS_BEFORE = 400;

    private static final long COMMITS_BEFORE_SHORT = 320;
    private static final Duration CUT = Duration.ofSeconds(15);
    private static final Duration CUT_SHORT = Duration.ofSeconds(5);

    @Override
    public void run(Stage stage) throws IOException, InterruptedException {
        stage.network().start(stage.network().network().nodes());
        List<NodeProcess> validators = stage.network().network().validators();
        try (Load load = stage.load(validators)) {
            joinAgainAndAgain(stage, validators);
            stage.checkAllAgree(validators, load);
        }
    }

    private static void joinAgainAndAgain(Stage stage, List<NodeProcess> validators)
            throws IOException, InterruptedException {
        long before = stage.isShort() ? COMMITS_BEFORE_SHORT : COMMITS_BEFORE;
        stage.report()
                .check(
                        stage.await(Stage.PATIENCE, () -> Stage.nearest(validators) >= before),
                        "the network has %d commits before anybody joins".formatted(before));
        joinWithCuts(stage, validators);
        Map<String, LinkFaults> all = new LinkedHashMap<>();
        all.put("delay of 200 ± 100 ms", LinkFaults.delayed(Duration.ofMillis(200), Duration.ofMillis(100)));
        all.put("30 % overtaken", LinkFaults.reordering(0.3));
        all.put("50 % duplicates", LinkFaults.duplicating(0.5));
        all.put("5 % lost", LinkFaults.losing(0.05));
        for (Map.Entry<String, LinkFaults> each : all.entrySet()) {
            NodeProcess joins = stage.network().add(LedgerMode.LISTENER);
            stage.network().around(joins, each.getValue());
            joins.start();
            checkLive(stage, joins, validators, each.getKey());
            leave(stage, joins, validators);
        }
        joinInVain(stage);
    }

    /** Cut when it dials, when it has its first commit, on the way to the others, and once it is live. */
    private static void joinWithCuts(Stage stage, List<NodeProcess> validators)
            throws IOException, InterruptedException {
        NodeProcess joins = stage.network().add(LedgerMode.LISTENER);
        stage.network().around(joins, LinkFaults.CUT);
        joins.start();
        boolean dials =
                stage.await(Stage.PATIENCE, () -> Files.exists(joins.directory().resolve("endpoint")));
        stage.report().check(dials, joins.name() + " has its broker, and nobody to talk to");
        heal(stage, joins, "when it dials");
        boolean hasFirst = stage.await(Stage.PATIENCE, () -> new NodeView(joins).commit() >= 1);
        cut(stage, joins, "with its first commit");
        long half = Stage.furthest(validators) / 2;
        hasFirst &= stage.await(Stage.PATIENCE, () -> new NodeView(joins).commit() >= half);
        cut(stage, joins, "with half of the commits");
        stage.report().check(hasFirst, joins.name() + " goes on after each cut");
        checkLive(stage, joins, validators, "cuts");
        cut(stage, joins, "live");
        checkLive(stage, joins, validators, "a cut when it was live");
        leave(stage, joins, validators);
    }

    private static void cut(Stage stage, NodeProcess node, String when) throws InterruptedException {
        stage.network().around(node, LinkFaults.CUT);
        heal(stage, node, when);
    }

    private static void heal(Stage stage, NodeProcess node, String when) throws InterruptedException {
        Duration time = stage.isShort() ? CUT_SHORT : CUT;
        long at = new NodeView(node).commit();
        stage.pause(time);
        stage.network().around(node, LinkFaults.NONE);
        stage.report()
                .did("%s was cut off for %d s %s, at commit %d".formatted(node.name(), time.toSeconds(), when, at));
    }

    private static void checkLive(Stage stage, NodeProcess joins, List<NodeProcess> validators, String faults)
            throws InterruptedException {
        long began = System.nanoTime();
        long target = Stage.furthest(validators);
        boolean isLive = stage.await(Stage.PATIENCE, () -> new NodeView(joins).commit() >= target);
        stage.report()
                .check(
                        isLive,
                        "%s, %s: commit %d of %d after %.1f s; %s"
                                .formatted(
                                        joins.name(),
                                        faults,
                                        new NodeView(joins).commit(),
                                        target,
                                        (System.nanoTime() - began) / 1e9,
                                        stage.network().tally(joins)));
    }

    /** Nobody ever answers: it says so, and names whom it tried. */
    private static void joinInVain(Stage stage) throws IOException, InterruptedException {
        NodeProcess joins = stage.network().add(LedgerMode.LISTENER);
        stage.network().around(joins, LinkFaults.CUT);
        joins.start();
        boolean ended = joins.awaitEnd(Stage.PATIENCE);
        String said = Files.readString(joins.output());
        boolean namesAll = stage.network().waysOf(joins).stream().allMatch(way -> said.contains(PeerAddress.text(way)));
        stage.report()
                .check(
                        ended && said.contains("could not join the network") && namesAll,
                        joins.name() + ", cut off for ever, gives up and names every source");
        joins.kill();
    }

    private static void leave(Stage stage, NodeProcess joined, List<NodeProcess> validators)
            throws InterruptedException {
        stage.checkAllAgree(List.of(validators.get(0), joined), new NodeView(joined).commit() + 1);
        joined.terminate();
        boolean ended = joined.awaitEnd(Stage.PATIENCE);
        if (!ended) {
            joined.kill();
        }
    }
}
