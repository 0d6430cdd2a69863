package dev.meshlog.ingest.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import dev.meshlog.ingest.Received;
import dev.meshlog.schemas.radio.LinkEventKind;
import dev.meshlog.schemas.wire.RejectReason;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against a real broker. */
class MqttSourceTest {
    private static final Duration LONG = Duration.ofMinutes(2);

    @TempDir
    private Path directory;

    private final KeepingSink sink = new KeepingSink();

    @Test
    void envelopesOfAllTopicsComeAndNothingElseBecomesAFrame() throws Exception {
        try (var broker = Mosquitto.start(directory.resolve("broker"));
                var gateway = new Gateway(broker.port())) {
            gateway.send("msh/EU_868/2/e/LongFast/!00000007", Gateway.envelope(1, 1, 7), MqttQos.AT_LEAST_ONCE, true);
            gateway.awaitSent();
            var options = RunningSource.options(broker.port(), "msh/EU_868/#", "other/2/c/#");
            try (var source = new RunningSource(options, directory, sink)) {
                source.start();
                await().atMost(LONG).until(() -> sink.messages().size() == 1);
                gateway.send("msh/EU_868/2/json/LongFast/!00000007", utf8("{}"), MqttQos.AT_LEAST_ONCE, false);
                gateway.send("msh/EU_868/2/stat/!00000007", utf8("online"), MqttQos.AT_LEAST_ONCE, false);
                gateway.send("msh/US/2/e/LongFast/!00000007", Gateway.envelope(1, 9, 7), MqttQos.AT_LEAST_ONCE, false);
                gateway.send(Gateway.topic(7), utf8("no envelope"), MqttQos.AT_LEAST_ONCE, false);
                gateway.send(Gateway.topic(7), new byte[1 << 20], MqttQos.AT_LEAST_ONCE, false);
                gateway.send("other/2/c/LongFast/!7", Gateway.envelope(1, 2, 7), MqttQos.EXACTLY_ONCE, false);
                gateway.send("msh/EU_868/2/map/", Gateway.envelope(1, 3, 7), MqttQos.AT_MOST_ONCE, true);
                await().atMost(LONG).until(() -> sink.ids().equals(Set.of(1, 2, 3)));
                await().atMost(LONG).until(() -> sink.received().size() == 5);
            }
            assertThat(sink.messages())
                    .extracting(Received.Message::replayed)
                    .as("only what the broker kept from before is not received now")
                    .containsExactly(true, false, false);
            assertThat(sink.received().stream()
                            .filter(Received.Refused.class::isInstance)
                            .map(Received.Refused.class::cast))
                    .extracting(Received.Refused::reason, Received.Refused::length, Received.Refused::topic)
                    .containsExactlyInAnyOrder(
                            tuple(RejectReason.PAYLOAD_UNDECODABLE, 11L, Gateway.topic(7)),
                            tuple(RejectReason.MESSAGE_TOO_LONG, 1L << 20, Gateway.topic(7)));
            assertThat(sink.notes()).containsEntry("ignored", "2");
        }
    }

    @Test
    @DisplayName("LV-20 what is published while the link is away, or the broker restarts, is there afterwards")
    void whatIsPublishedWhileTheLinkIsAwayIsThereAfterwards() throws Exception {
        try (var broker = Mosquitto.start(directory.resolve("broker"));
                var gateway = new Gateway(broker.port())) {
            var both = RunningSource.options(broker.port(), "msh/#", "old/#");
            try (var source = new RunningSource(both, directory, sink)) {
                source.start();
                await().atMost(LONG)
                        .until(() -> !sink.events(LinkEventKind.CONNECTED).isEmpty());
                gateway.sendIds(0, 100);
                await().atMost(LONG).until(() -> sink.ids().size() == 100);
            }
            gateway.sendIds(100, 200);
            broker.stop();
            broker.startAgain();
            try (var source = new RunningSource(RunningSource.options(broker.port()), directory, sink)) {
                source.start();
                await().atMost(LONG).until(() -> sink.ids().size() == 200);
                broker.stop();
                broker.startAgain();
                await().atMost(LONG)
                        .until(() -> sink.events(LinkEventKind.CONNECTED).size() >= 3);
                gateway.send("old/2/e/LongFast/!1", Gateway.envelope(1, 9999, 1), MqttQos.AT_LEAST_ONCE, false);
                gateway.sendIds(200, 300);
                await().atMost(LONG).until(() -> sink.ids().size() >= 300);
                broker.kill();
                broker.startAgain();
                await().atMost(LONG)
                        .until(() -> sink.events(LinkEventKind.CONNECTED).size() >= 4);
                gateway.sendIds(300, 400);
                await().atMost(LONG).until(() -> sink.ids().size() >= 400);
            }
            assertThat(sink.ids())
                    .as("and nothing of the topic that was given up")
                    .isEqualTo(numbers(0, 400));
            assertThat(sink.events(LinkEventKind.CONNECTED))
                    .extracting(event -> event.facts().get("sessionPresent"))
                    .startsWith("false", "true", "true");
            assertThat(sink.events(LinkEventKind.LOST)).isNotEmpty();
        }
    }

    @Test
    void connectionsThatAreCutInTheMiddleLoseNothing() throws Exception {
        try (var broker = Mosquitto.start(directory.resolve("broker"));
                var proxy = new CuttingProxy(broker.port());
                var gateway = new Gateway(broker.port());
                var source = new RunningSource(RunningSource.options(proxy.port()), directory, sink)) {
            source.start();
            await().atMost(LONG)
                    .until(() -> !sink.events(LinkEventKind.CONNECTED).isEmpty());
            for (int round = 0; round < 8; round++) {
                int wanted = round * 500 + 250;
                gateway.sendIds(round * 500, round * 500 + 500);
                await().atMost(LONG).until(() -> sink.ids().size() >= wanted);
                proxy.cut();
            }
            await().atMost(LONG).until(() -> sink.ids().size() == 4000);
            assertThat(sink.ids()).isEqualTo(numbers(0, 4000));
            assertThat(sink.events(LinkEventKind.LOST)).isNotEmpty();
        }
    }

    @Test
    void whatIsNotKeptIsNotAcknowledgedAndComesAgain() throws Exception {
        try (var broker = Mosquitto.start(directory.resolve("broker"));
                var gateway = new Gateway(broker.port());
                var proxy = new CuttingProxy(broker.port())) {
            var stuck = new KeepingSink();
            var first = new RunningSource(RunningSource.options(proxy.port()), directory, stuck);
            first.start();
            await().atMost(LONG)
                    .until(() -> !stuck.events(LinkEventKind.CONNECTED).isEmpty());
            stuck.hold();
            gateway.sendIds(0, 50);
            gateway.send(Gateway.topic(1), Gateway.envelope(1, 50, 1), MqttQos.AT_MOST_ONCE, false);
            // The first process never gets further: the broker gives the session to the second one.
            try (var second = new RunningSource(RunningSource.options(broker.port()), directory, sink)) {
                second.start();
                await().atMost(LONG).until(() -> sink.ids().containsAll(numbers(0, 50)));
            }
            assertThat(stuck.received()).isEmpty();
            stuck.goOn();
            first.close();
            assertThat(stuck.events(LinkEventKind.TAKEN_OVER)).hasSizeLessThanOrEqualTo(1);
        }
    }

    @Test
    void wrongPasswordIsToldWithoutThePasswordAndTheRightOneIsTaken() throws Exception {
        Path passwords = Files.createDirectories(directory.resolve("broker")).resolve("passwords");
        Files.writeString(passwords, "");
        Mosquitto.program("mosquitto_passwd")
                .ifPresent(program -> Mosquitto.run(
                        directory, program.toString(), "-b", passwords.toString(), "meshlog", "right-secret"));
        Path password = Files.writeString(directory.resolve("password"), "wrong-secret\n");
        try (var broker = Mosquitto.start(directory.resolve("broker"), "password_file " + passwords)) {
            var login = new MqttOptions.Login(
                    "meshlog", () -> Files.readString(password).strip());
            MqttOptions plain = RunningSource.options(broker.port());
            var options = new MqttOptions(
                    plain.host(),
                    plain.port(),
                    plain.tls(),
                    Optional.of(login),
                    plain.clientId(),
                    plain.topics(),
                    plain.qos(),
                    plain.strays(),
                    plain.sessionExpiry(),
                    plain.keepAlive(),
                    plain.silent());
            assertThat(options.toString()).doesNotContain("secret");
            try (var source = new RunningSource(options, directory, sink)) {
                source.start();
                await().atMost(LONG)
                        .until(() -> !sink.events(LinkEventKind.LOST).isEmpty());
                assertThat(sink.events(LinkEventKind.LOST))
                        .extracting(KeepingSink.Event::detail)
                        .allMatch(detail -> Objects.requireNonNull(detail)
                                .contains("the broker refuses the user or the password (NOT_AUTHORIZED)"));
                Files.writeString(password, "right-secret\n");
                await().atMost(LONG)
                        .until(() -> !sink.events(LinkEventKind.CONNECTED).isEmpty());
            }
            assertThat(sink.events().toString()).doesNotContain("secret");
        }
    }

    @Test
    void silenceAndItsEndAreTold() throws Exception {
        try (var broker = Mosquitto.start(directory.resolve("broker"));
                var gateway = new Gateway(broker.port())) {
            MqttOptions plain = RunningSource.options(broker.port());
            var options = new MqttOptions(
                    plain.host(),
                    plain.port(),
                    plain.tls(),
                    plain.login(),
                    plain.clientId(),
                    List.of("msh/#"),
                    2,
                    plain.strays(),
                    plain.sessionExpiry(),
                    plain.keepAlive(),
                    Duration.ofMillis(300));
            try (var source = new RunningSource(options, directory, sink)) {
                source.start();
                await().atMost(LONG)
                        .until(() -> sink.events(LinkEventKind.SILENT).size() == 1);
                gateway.sendIds(0, 1);
                await().atMost(LONG)
                        .until(() -> sink.events(LinkEventKind.HEARD_AGAIN).size() == 1);
            }
        }
    }

    private static Set<Integer> numbers(int from, int to) {
        return IntStream.range(from, to).boxed().collect(Collectors.toSet());
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
