package dev.meshlog.ingest.radio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.meshtastic.FromRadio;
import dev.meshlog.schemas.radio.LinkEvent;
import dev.meshlog.schemas.radio.LinkEventKind;
import dev.meshlog.schemas.radio.RadioFrame;
import dev.meshlog.schemas.testing.TestBroker;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A radio in one process, ingest in another one, and a real broker. */
class ReconnectSoakTest {
    private static final Duration LONG = Duration.ofMinutes(3);
    private static final int KILLS = 2;

    @TempDir
    private Path directory;

    private final List<Process> processes = new ArrayList<>();
    /** Connections during which ingest was killed: it may have died with bytes that the radio saw it take. */
    private final Set<Integer> killed = new HashSet<>();

    @Test
    @DisplayName(
            "LV-20 PS-03 a radio that comes and goes and an ingest that is killed: each delivered packet is there once")
    void everyDeliveredPacketIsThereOnce() throws Exception {
        long seed = new Random().nextLong();
        Path ledger = directory.resolve("ledger");
        try (var broker = TestBroker.startWithTopics(directory.resolve("broker"))) {
            Path said = directory.resolve("said");
            start(SimulatedRadioProgram.class, said, "0", ledger.toString(), "2", "150", Long.toString(seed));
            await().atMost(LONG).until(() -> Files.readString(said).endsWith("\n"));
            String port = Files.readString(said).strip().replaceAll("\\D", "");
            int packets = RadioScript.packets("mesh-a.frames").size();

            for (int kill = 1; kill <= KILLS; kill++) {
                Process ingest = ingest(broker, port);
                int enough = kill * packets / (KILLS + 1);
                await().atMost(LONG).until(() -> new Ledger(ledger).sent() >= enough);
                killed.add(new Ledger(ledger).lastConnection());
                ingest.destroyForcibly();
                assertThat(ingest.waitFor(60, TimeUnit.SECONDS)).isTrue();
                killed.add(new Ledger(ledger).lastConnection());
            }
            Process last = ingest(broker, port);
            await().atMost(LONG).until(() -> new Ledger(ledger).sent() == packets);
            stop(last);
            // On a busy machine something may be left in the spool: it follows at the next start.
            while (!isAllInKafka(broker)) {
                stop(ingest(broker, port));
            }
            int lastConnection = new Ledger(ledger).lastConnection();
            await().atMost(LONG).until(() -> new Ledger(ledger).ends.containsKey(lastConnection));

            check(seed, new Ledger(ledger), broker);
        } finally {
            processes.forEach(Process::destroyForcibly);
        }
    }

    private static void stop(Process ingest) throws Exception {
        ingest.getOutputStream().close();
        assertThat(ingest.waitFor(60, TimeUnit.SECONDS)).isTrue();
    }

    /** A link is closed behind everything that it received. */
    private static boolean isAllInKafka(TestBroker broker) {
        List<LinkEvent> events = broker.values(Topics.LINKS, "roof");
        return events.get(events.size() - 1).getKind() == LinkEventKind.CLOSED;
    }

    private void check(long seed, Ledger ledger, TestBroker broker) throws IOException {
        List<Integer> received = numbers(broker.values(Topics.FRAMES, "roof"));
        assertThat(received).as("seed %d: nothing twice", seed).doesNotHaveDuplicates();
        Set<Integer> there = new HashSet<>(received);
        int missing = 0;
        for (Map.Entry<Integer, List<Integer>> connection : ledger.sent.entrySet()) {
            List<Integer> sent = connection.getValue();
            int count = (int) sent.stream().filter(there::contains).count();
            assertThat(there)
                    .as("seed %d, connection %d: no gap", seed, connection.getKey())
                    .containsAll(sent.subList(0, count));
            if ("delivered".equals(ledger.ends.get(connection.getKey())) && !killed.contains(connection.getKey())) {
                assertThat(count)
                        .as("seed %d, connection %d: whole", seed, connection.getKey())
                        .isEqualTo(sent.size());
            }
            missing += sent.size() - count;
        }
        assertThat(ledger.ends.values()).as("seed %d", seed).contains("delivered", "cut");
        System.out.println("seed " + seed + ": " + ledger.sent.size() + " connections, " + received.size()
                + " packets there, " + missing + " in the buffers of connections that were cut");
        assertThat(broker.values(Topics.FRAMES, "roof"))
                .noneMatch(frame -> StandardCharsets.ISO_8859_1
                        .decode(frame.getPayload().duplicate())
                        .toString()
                        .contains(RadioScript.PRIVATE_KEY.toStringUtf8()))
                .anyMatch(RadioFrame::getReplayed);
        assertThat(broker.values(Topics.LINKS, "roof"))
                .extracting(LinkEvent::getKind)
                .contains(LinkEventKind.CONNECTED, LinkEventKind.LOST, LinkEventKind.REBOOTED);
    }

    private static List<Integer> numbers(List<RadioFrame> frames) throws IOException {
        var numbers = new ArrayList<Integer>();
        for (RadioFrame frame : frames) {
            int number = FromRadio.parseFrom(frame.getPayload()).getId();
            if (number != 0) {
                numbers.add(number);
            }
        }
        return numbers;
    }

    private Process ingest(TestBroker broker, String port) throws IOException {
        return start(
                IngestProgram.class,
                directory.resolve("ingest"),
                broker.cluster().bootstrapServers(),
                directory.resolve("spools").toString(),
                port);
    }

    private Process start(Class<?> program, Path output, String... arguments) throws IOException {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xmx256m", "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path")));
        command.add(program.getName());
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .redirectOutput(output.toFile())
                .start();
        processes.add(process);
        return process;
    }

    /** What the radio wrote down. */
    private static final class Ledger {
        private final Map<Integer, List<Integer>> sent = new TreeMap<>();
        private final Map<Integer, String> ends = new TreeMap<>();

        Ledger(Path file) throws IOException {
            String text = Files.readString(file);
            for (String line :
                    text.substring(0, text.lastIndexOf('\n') + 1).lines().toList()) {
                String[] words = line.split(" ", 3);
                int connection = Integer.parseInt(words[1]);
                if (words[0].equals("sent")) {
                    sent.computeIfAbsent(connection, number -> new ArrayList<>())
                            .add(Integer.parseInt(words[2]));
                } else {
                    ends.put(connection, words[2]);
                }
            }
        }

        int sent() {
            return sent.values().stream().mapToInt(List::size).sum();
        }

        int lastConnection() {
            return sent.keySet().stream().reduce(0, Math::max);
        }
    }
}
