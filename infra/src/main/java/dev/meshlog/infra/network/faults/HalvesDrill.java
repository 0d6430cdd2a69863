package dev.meshlog.infra.network.faults;

import dev.meshlog.infra.network.Load;
import dev.meshlog.infra.network.NodeProcess;
import java.time.Duration;
import java.util.List;

/** Two of four are cut off from the other two: nobody has a quorum. */
final class HalvesDrill implements Drill {
    private static final Duration STILL = Duration.ofSeconds(60);
    private static final Duration STILL_SHORT = Duration.ofSeconds(15);

    /** What was heard before the cut may still decide something, and a busy node needs its time for that. */
    private static final Duration SETTLED = Duration.ofSeconds(10);

    @Override
    public void run(Stage stage) throws InterruptedException {
        stage.network().start(stage.network().network().nodes());
        List<NodeProcess> validators = stage.network().network().validators();
        List<NodeProcess> these = validators.subList(0, validators.size() / 2);
        List<NodeProcess> those = validators.subList(validators.size() / 2, validators.size());
        try (Load load = stage.load(validators)) {
            split(stage, validators, these, those);
            for (NodeProcess each : validators) {
                stage.checkNoEquivocation(each, validators);
            }
            stage.checkAllAgree(validators, load);
        }
    }

    private static void split(
            Stage stage, List<NodeProcess> validators, List<NodeProcess> these, List<NodeProcess> those)
            throws InterruptedException {
        stage.checkCommitsGoOn(validators, 5, "before");

        stage.network().between(these, those, LinkFaults.CUT);
        stage.report().did("%s are cut off from %s".formatted(Stage.names(these), Stage.names(those)));
        long stopped = awaitStandstill(stage, validators);
        Duration time = stage.isShort() ? STILL_SHORT : STILL;
        stage.pause(time);
        long still = Stage.furthest(validators);
        stage.report()
                .check(
                        still == stopped,
                        "no commit in %d s: %d before, %d after".formatted(time.toSeconds(), stopped, still));

        stage.network().between(these, those, LinkFaults.NONE);
        stage.report().did("the links are back");
        stage.checkCommitsGoOn(validators, 10, "after");
    }

    /** Returns the newest commit that anybody has. */
    private static long awaitStandstill(Stage stage, List<NodeProcess> nodes) throws InterruptedException {
        long before = -1;
        long now = Stage.furthest(nodes);
        while (now > before) {
            before = now;
            stage.pause(SETTLED);
            now = Stage.furthest(nodes);
        }
        return now;
    }
}
