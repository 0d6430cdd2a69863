package dev.meshlog.ledger.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SimulationTest {
    private static final int SEEDS = 500;

    @Test
    void networksAgreeAndGetOnUnderTrouble() {
        Map<String, Long> counts = new TreeMap<>();
        IntStream.range(0, SEEDS)
                .parallel()
                .mapToObj(Simulation::run)
                .map(Simulation.Report::counts)
                .forEachOrdered(run -> run.forEach((what, number) -> counts.merge(what, number, Long::sum)));

        assertThat(counts)
                .as("what has to come up")
                .containsKeys(
                        "certificates",
                        "commits direct",
                        "commits indirect",
                        "event EQUIVOCATION",
                        "event ORPHAN",
                        "forks held off",
                        "too far ahead",
                        "joined from a snapshot",
                        "registered",
                        "deregistered",
                        "partitions",
                        "restarts",
                        "restored from its own snapshot",
                        "snapshots refused for a chunk",
                        "snapshots refused for their root",
                        "refused BAD_SIGNATURE",
                        "refused UNKNOWN_PRODUCER",
                        "refused NO_QUORUM",
                        "result VERSION_MISMATCH",
                        "result DUPLICATE",
                        "result EXPIRED");
    }

    @Test
    void sameSeedIsTheSameRun() {
        assertThat(Simulation.run(7)).isEqualTo(Simulation.run(7));
    }
}
