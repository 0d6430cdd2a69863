package dev.meshlog.ingest.radio;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.meshlog.ingest.LinkException;
import dev.meshlog.ingest.Received;
import dev.meshlog.schemas.testing.BoundedAllocation;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Random;

/** A radio that says anything at all: the session keeps all of it and ends when the radio closes. */
class RadioSessionFuzzTest {
    private static final Clock CLOCK = Clock.fixed(Instant.ofEpochSecond(1_790_000_000), ZoneOffset.UTC);

    @FuzzTest
    void whateverARadioSaysIsKept(byte[] input) throws Exception {
        BoundedAllocation.check(input, () -> {
            var connection = new ScriptedConnection(said -> List.of())
                    .at(Duration.ofMillis(1), input.length == 0 ? new byte[] {0} : input)
                    .at(Duration.ofMillis(2), new byte[0]);
            var sink = new CollectingSink();
            RadioSession.End end = new RadioSession(
                            connection,
                            sink,
                            new RadioPort("radio"),
                            new Deaf(),
                            Timing.DEFAULT,
                            CLOCK,
                            connection::nanos,
                            new Random(1))
                    .run();
            assertThat(end).isEqualTo(RadioSession.End.CLOSED_BY_RADIO);
            int kept = 0;
            for (Received received : sink.received) {
                kept += received instanceof Received.Message message
                        ? message.payload().size() + 4
                        : ((Received.Refused) received).bytes().size();
            }
            assertThat(kept).isEqualTo(Math.max(1, input.length));
        });
    }

    private static final class Deaf implements RadioSession.Watch {
        @Override
        public void identified(RadioFacts radio) throws LinkException {
            assertThat(radio.identity()).isNotEmpty();
        }

        @Override
        public void connected(RadioFacts radio) {}

        @Override
        public void rebooted(RadioFacts radio) {}
    }
}
