package dev.meshlog.ingest.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.meshlog.schemas.radio.LinkEventKind;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MqttTlsTest {
    private static final Duration LONG = Duration.ofMinutes(2);

    @TempDir
    private Path directory;

    @Test
    void brokerAndLinkKnowEachOtherByTheirCertificatesOrDoNotConnect() throws Exception {
        Certificates ours = Certificates.make(directory.resolve("ours"));
        Certificates strange = Certificates.make(directory.resolve("strange"));
        try (var broker = Mosquitto.start(
                directory.resolve("broker"),
                "cafile " + ours.authority(),
                "certfile " + ours.server(),
                "keyfile " + ours.serverKey(),
                "require_certificate true")) {
            var known = Optional.of(new MqttTls.ClientKey(ours.client(), ours.clientPassword()));
            assertThat(connected(broker.port(), "127.0.0.1", new MqttTls(Optional.of(ours.authority()), known)))
                    .isEqualTo("CONNECTED");
            assertThat(connected(broker.port(), "127.0.0.1", new MqttTls(Optional.of(strange.authority()), known)))
                    .as("a broker that nobody vouches for")
                    .contains("no TLS with the broker");
            assertThat(connected(broker.port(), "localhost", new MqttTls(Optional.of(ours.authority()), known)))
                    .as("a certificate for another name")
                    .contains("no TLS with the broker")
                    .contains("localhost");
            assertThat(connected(
                            broker.port(), "127.0.0.1", new MqttTls(Optional.of(ours.authority()), Optional.empty())))
                    .as("a client without a certificate")
                    .startsWith("mqtts 127.0.0.1");
            var missing = new MqttTls.ClientKey(ours.client(), directory.resolve("nowhere"));
            assertThat(connected(broker.port(), "127.0.0.1", new MqttTls(Optional.empty(), Optional.of(missing))))
                    .contains("TLS can't be set up")
                    .contains("nowhere");
        }
    }

    /** What the link says first: that it is connected, or why it is not. */
    private String connected(int port, String host, MqttTls tls) throws Exception {
        MqttOptions plain = RunningSource.options(port);
        var options = new MqttOptions(
                host,
                port,
                Optional.of(tls),
                plain.login(),
                plain.clientId(),
                plain.topics(),
                plain.qos(),
                plain.strays(),
                plain.sessionExpiry(),
                plain.keepAlive(),
                plain.silent());
        var sink = new KeepingSink();
        try (var source = new RunningSource(options, directory, sink)) {
            source.start();
            await().atMost(LONG).until(() -> !sink.events().isEmpty());
            KeepingSink.Event first = sink.events().get(0);
            return first.kind() == LinkEventKind.CONNECTED ? "CONNECTED" : String.valueOf(first.detail());
        }
    }
}
