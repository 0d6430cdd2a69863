package dev.meshlog.infra.network.faults;

import dev.meshlog.infra.network.Load;
import dev.meshlog.infra.network.NodeProcess;
import java.time.Duration;
import java.util.List;

/** One of four is killed at any moment and started again, and may be killed again before it is up. */
final class KillDrill implements Drill {
    private static final int TIMES = 20;
    private static final int TIMES_SHORT = 3;
    private static final long COMMITS_MEANWHILE = 3;

    @Override
    public void run(Stage stage) throws InterruptedException {
        stage.network().start(stage.network().network().nodes());
        List<NodeProcess> validators = stage.network().network().validators();
        NodeProcess victim = validators.get(stage.random().nextInt(validators.size()));
        List<NodeProcess> others = stage.othersThan(victim);
        try (Load load = stage.load(others)) {
            killAgainAndAgain(stage, victim, others);
            stage.checkNoEquivocation(victim, validators);
            stage.checkAllAgree(validators, load);
        }
    }

    private static void killAgainAndAgain(Stage stage, NodeProcess victim, List<NodeProcess> others)
            throws InterruptedException {
        int times = stage.isShort() ? TIMES_SHORT : TIMES;
        for (int i = 1; i <= times; i++) {
            boolean isEarly = i > 1 && stage.random().nextInt(3) == 0;
            if (!isEarly) {
                victim.awaitUp(Stage.PATIENCE);
            }
            stage.pause(stage.randomUpTo(Duration.ofSeconds(8)));
            victim.kill();
            stage.checkCommitsGoOn(
                    others,
                    COMMITS_MEANWHILE,
                    "%s killed, %d of %d%s"
                            .formatted(victim.name(), i, times, isEarly ? ", perhaps while it started" : ""));
            victim.start();
        }
        victim.awaitUp(Stage.PATIENCE);
        long target = Stage.furthest(others);
        stage.report()
                .check(
                        stage.await(Stage.PATIENCE, () -> new NodeView(victim).commit() >= target),
                        "%s catches up with commit %d".formatted(victim.name(), target));
        stage.checkCommitsGoOn(stage.network().network().nodes(), COMMITS_MEANWHILE, "all four again");
        stage.checkProduces(victim, others);
    }
}
