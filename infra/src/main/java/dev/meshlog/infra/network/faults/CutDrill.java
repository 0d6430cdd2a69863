package dev.meshlog.infra.network.faults;

import dev.meshlog.infra.network.Load;
import dev.meshlog.infra.network.NodeProcess;
import java.time.Duration;
import java.util.List;

/** One of four is cut off for a while. */
final class CutDrill implements Drill {
    private static final Duration CUT = Duration.ofSeconds(60);
    private static final Duration CUT_SHORT = Duration.ofSeconds(20);

    @Override
    public void run(Stage stage) throws InterruptedException {
        stage.network().start(stage.network().network().nodes());
        List<NodeProcess> validators = stage.network().network().validators();
        NodeProcess alone = validators.get(stage.random().nextInt(validators.size()));
        List<NodeProcess> others = stage.othersThan(alone);
        try (Load load = stage.load(validators)) {
            cutOff(stage, alone, others);
            stage.checkNoEquivocation(alone, validators);
            stage.checkAllAgree(validators, load);
        }
    }

    private static void cutOff(Stage stage, NodeProcess alone, List<NodeProcess> others) throws InterruptedException {
        stage.checkCommitsGoOn(stage.network().network().validators(), 5, "before");

        Duration time = stage.isShort() ? CUT_SHORT : CUT;
        stage.network().around(alone, LinkFaults.CUT);
        stage.report().did("%s is cut off for %d s".formatted(alone.name(), time.toSeconds()));
        long began = System.nanoTime();
        stage.checkCommitsGoOn(others, 5, "without " + alone.name());
        stage.pause(Duration.ofNanos(Math.max(0, time.toNanos() - (System.nanoTime() - began))));
        long behind = new NodeView(alone).commit();
        long target = Stage.furthest(others);
        stage.report()
                .check(
                        behind < target,
                        "%s stays at commit %d, the others reach %d".formatted(alone.name(), behind, target));

        stage.network().around(alone, LinkFaults.NONE);
        long healed = System.nanoTime();
        boolean caughtUp = stage.await(Stage.PATIENCE, () -> new NodeView(alone).commit() >= target);
        stage.report()
                .check(
                        caughtUp,
                        "%s has commit %d %.1f s after the link is back"
                                .formatted(alone.name(), target, (System.nanoTime() - healed) / 1e9));
        stage.checkCommitsGoOn(stage.network().network().validators(), 5, "after");
    }
}
