package dev.meshlog.infra.network.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshlog.infra.cli.Meshlog;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** Three processes with brokers of their own, and a liar with the key of the fourth validator. */
class LyingDrillTest {
    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path directory;

    @Test
    void threeOfFourAgreeAndSayWhoLies() throws Exception {
        long seed = Long.getLong("meshlog.seed", System.nanoTime());
        System.out.println("repeat with -Dtest=LyingDrillTest -Dmeshlog.seed=" + seed);
        var report = new DrillReport(new PrintWriter(System.out, true, StandardCharsets.UTF_8));
        Drills.BYZANTINE.run(directory.resolve("network"), Meshlog.class, seed, true, report, Clock.systemUTC());
        assertThat(report.failures()).isEmpty();
        assertThat(report.holds()).isTrue();
    }
}
