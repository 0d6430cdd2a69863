package dev.meshlog.infra.network.faults;

import dev.meshlog.infra.config.LedgerMode;
import dev.meshlog.infra.network.Load;
import dev.meshlog.infra.network.NodeProcess;
import dev.meshlog.ingest.gossip.JoinPhase;
import dev.meshlog.ingest.gossip.PeerAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A listener joins over links that misbehave in each phase: it ends live, or says why not. */
final class LinkDrill implements Drill {
    /** A network that has fewer than 300 rounds is joined from its genesis, an older one by a snapshot. */
    private static final long COMMITS_BEFORE = 400;

    private static final long COMMITS_BEFORE_SHORT = 320;
    private static final Duration CUT = Duration.ofSeconds(15);
    private static final Duration CUT_SHORT = Duration.ofSeconds(5);
    private static final LinkFaults SLOW = LinkFaults.delayed(Duration.ofMillis(100), Duration.ZERO);

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
        // What follows upon a cut may be over when the links are back.
        joinWithCuts(stage, validators, EnumSet.of(JoinPhase.CONNECTING, JoinPhase.DOWNLOADING, JoinPhase.APPLYING));
        joinWithCuts(stage, validators, EnumSet.of(JoinPhase.VERIFYING, JoinPhase.REPLAYING, JoinPhase.LIVE));
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

    /** Cut as soon as it is seen in one of these phases. */
    private static void joinWithCuts(Stage stage, List<NodeProcess> validators, Set<JoinPhase> phases)
            throws IOException, InterruptedException {
        NodeProcess joins = stage.network().add(LedgerMode.LISTENER);
        // A phase has to last for some looks.
        stage.network().around(joins, SLOW);
        joins.start();
        Set<JoinPhase> uncut = EnumSet.copyOf(phases);
        boolean isLive = stage.await(Stage.PATIENCE, Stage.SOON, () -> {
            Optional<JoinPhase> phase = new NodeView(joins).joinPhase();
            if (phase.filter(uncut::remove).isPresent()) {
                cut(stage, joins, phase.get());
            }
            return phase.equals(Optional.of(JoinPhase.LIVE));
        });
        // Nothing of it needs a peer, and a small state is verified at once.
        uncut.remove(JoinPhase.VERIFYING);
        stage.report()
                .check(
                        isLive && uncut.isEmpty(),
                        "%s goes on after each cut%s"
                                .formatted(joins.name(), uncut.isEmpty() ? "" : "; never seen: " + uncut));
        stage.network().around(joins, LinkFaults.NONE);
        checkLive(stage, joins, validators, "cuts");
        leave(stage, joins, validators);
    }

    private static void cut(Stage stage, NodeProcess node, JoinPhase phase) throws InterruptedException {
        stage.network().around(node, LinkFaults.CUT);
        Duration time = stage.isShort() ? CUT_SHORT : CUT;
        stage.pause(time);
        stage.network().around(node, SLOW);
        stage.report()
                .did("%s was cut off for %d s when it was %s"
                        .formatted(node.name(), time.toSeconds(), phase.name().toLowerCase(Locale.ROOT)));
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
