package dev.meshlog.infra.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class StopSignalTest {
    @Test
    void endOfTheInputAsksForTheEndAndWhatStandsInItDoesNot() throws Exception {
        try (StopSignal stop = StopSignal.install()) {
            var starter = new PipedOutputStream();
            stop.stopAtEndOf(new PipedInputStream(starter));
            starter.write(1);
            starter.flush();
            assertThat(stop.requested().getCount()).isOne();

            starter.close();
            assertThat(stop.requested().await(1, TimeUnit.MINUTES)).isTrue();
        }
    }
}
