package dev.meshlog.ingest.keysync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.meshlog.ingest.simulation.RadioLimits;
import dev.meshlog.ingest.simulation.RadioModel;
import dev.meshlog.ingest.simulation.SimulatedRadioServer;
import dev.meshlog.schemas.Failpoint;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.radio.KeyPush;
import dev.meshlog.schemas.radio.KeyPushKind;
import dev.meshlog.schemas.radio.LinkEvent;
import dev.meshlog.schemas.radio.LinkEventKind;
import dev.meshlog.schemas.testing.TestBroker;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A program that gives keys is killed between what it does and what it writes down; the radio and the broker live on. */
class KilledPushTest {
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final int KEYS = 9;
    private static final int KILLED = 137;

    @TempDir
    private Path directory;

    private final List<Process> processes = new ArrayList<>();

    @Test
    @DisplayName("PS-03 PS-10 a push is recorded before it is made, and no kill loses a key or gives it twice")
    void noKeyIsLostOrGivenTwice() throws Exception {
        try (var broker = TestBroker.startWithTopics(directory.resolve("broker"));
                var radio = new SimulatedRadioServer(new RadioModel(Rig.OWN, RadioLimits.MEASURED), 0)) {
            dieAt(Failpoint.KEY_RECORDED, 1, broker, radio);
            assertThat(radio.<Integer>look(each -> each.nodes().flashWrites())).isZero();
            dieAt(Failpoint.KEY_ACKNOWLEDGED, 1, broker, radio);
            assertThat(radio.<Integer>look(each -> each.nodes().flashWrites())).isPositive();
            dieAt(Failpoint.KEY_RECORDED, 2, broker, radio);
            dieAt(Failpoint.KEY_ACKNOWLEDGED, 2, broker, radio);

            Process last = start(null, broker, radio);
            await().atMost(PATIENCE).until(() -> radio.look(each -> each.nodes().favorites()) == KEYS);
            stop(last);
            // On a busy machine something may be left in the spool: it follows at the next start.
            while (!isAllInKafka(broker)) {
                stop(start(null, broker, radio));
            }

            assertThat(radio.<Integer>look(each -> each.nodes().flashWrites()))
                    .as("each key once")
                    .isEqualTo(KEYS);
            for (int node = 1; node <= KEYS; node++) {
                long number = node;
                assertThat(radio.<ByteString>look(each -> each.nodes().key(number)))
                        .isEqualTo(MemoryTables.key(node));
            }
            List<KeyPush> records = broker.values(Topics.KEY_PUSHES, "roof");
            assertThat(of(records, KeyPushKind.PUSHED))
                    .as("each packet to the radio has its record, and those that died had theirs")
                    .hasSizeGreaterThanOrEqualTo(
                            radio.look(each -> each.traffic().packets()) + 2)
                    .extracting(KeyPush::getPacketId)
                    .doesNotHaveDuplicates();
            assertThat(of(records, KeyPushKind.ACKNOWLEDGED))
                    .extracting(KeyPush::getNode)
                    .doesNotHaveDuplicates();
            assertThat(of(records, KeyPushKind.FAILED)).isEmpty();
        } finally {
            processes.forEach(Process::destroyForcibly);
        }
    }

    private void dieAt(Failpoint step, int time, TestBroker broker, SimulatedRadioServer radio) throws Exception {
        Process process = start(step + ":" + time, broker, radio);
        assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .as("%s, time %d", step, time)
                .isTrue();
        assertThat(process.exitValue()).as("%s, time %d", step, time).isEqualTo(KILLED);
    }

    private static void stop(Process process) throws Exception {
        process.getOutputStream().close();
        assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    }

    /** A link is closed behind everything that it wrote. */
    private static boolean isAllInKafka(TestBroker broker) {
        List<LinkEvent> events = broker.values(Topics.LINKS, "roof");
        return !events.isEmpty() && events.get(events.size() - 1).getKind() == LinkEventKind.CLOSED;
    }

    private static List<KeyPush> of(List<KeyPush> records, KeyPushKind kind) {
        return records.stream().filter(each -> each.getKind() == kind).toList();
    }

    private Process start(@Nullable String failpoint, TestBroker broker, SimulatedRadioServer radio)
            throws IOException {
        var builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        KeyLinkProgram.class.getName(),
                        broker.cluster().bootstrapServers(),
                        directory.resolve("spools").toString(),
                        Integer.toString(radio.port()),
                        Integer.toString(KEYS))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .redirectOutput(directory.resolve("output").toFile());
        if (failpoint != null) {
            builder.environment().put(Failpoint.VARIABLE, failpoint);
        }
        Process process = builder.start();
        processes.add(process);
        return process;
    }
}
