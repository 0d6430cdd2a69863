package dev.meshlog.replayer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class CatchUpTest {
    private final CatchUp catchUp = new CatchUp(1_000);

    @Test
    void timeToLiveIsWhatIsMissingOverTheDifferenceOfTheRates() {
        catchUp.sawEnd(11_000, 0);
        catchUp.replayed(6_000, 5_000);
        catchUp.sawEnd(12_000, 5_000);

        CatchUp.Pace pace = catchUp.pace();

        assertThat(pace.replay()).isEqualTo(1_000);
        assertThat(pace.production()).isEqualTo(200);
        assertThat(pace.ratio()).isEqualTo(5);
        double t0 = 6_000 / 200.0;
        assertThat(pace.secondsToLive()).isCloseTo(t0 / (pace.ratio() - 1), within(1e-9));
        assertThat(pace).hasToString("ρ 5.0, live in 8 s");
    }

    @Test
    void replayThatIsNotFasterThanProductionNeverGetsLive() {
        catchUp.sawEnd(11_000, 0);
        catchUp.replayed(2_000, 5_000);
        catchUp.sawEnd(12_000, 5_000);

        assertThat(catchUp.pace().ratio()).isEqualTo(1);
        assertThat(catchUp.pace().reachesTheEnd()).isFalse();
        assertThat(catchUp.pace().toString()).contains("never gets live");
    }

    @Test
    void timeWithoutAnythingToDoIsNoSlowness() {
        catchUp.sawEnd(1_100, 0);
        catchUp.replayed(1_100, 10);
        catchUp.sawEnd(1_200, 100_000);
        catchUp.replayed(1_200, 10);

        assertThat(catchUp.pace().ratio()).isEqualTo(10_000);
        assertThat(catchUp.pace().secondsToLive()).isZero();
    }

    @Test
    void untilTheEndWasWatchedProductionIsWhatTheTimestampsSay() {
        catchUp.sawEnd(11_000, 0);
        catchUp.sawRecord(50_000);
        catchUp.sawRecord(60_000);
        catchUp.replayed(2_000, 500);
        catchUp.sawEnd(11_000, CatchUp.WATCH_MS - 1);
        assertThat(catchUp.pace().production()).isEqualTo(100);

        catchUp.sawEnd(11_000, CatchUp.WATCH_MS);
        assertThat(catchUp.pace().production()).isZero();
        assertThat(catchUp.pace()).hasToString("nothing is produced, live in 5 s");
    }
}
