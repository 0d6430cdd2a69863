package dev.meshlog.infra.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.meshlog.infra.client.HttpLedger;
import dev.meshlog.infra.config.HttpConfig;
import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.GenesisConfig.InitialCoin;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Validator;
import dev.meshlog.ledger.crypto.SigningKey;
import dev.meshlog.schemas.testing.TestBroker;
import dev.meshlog.streams.StreamsApp;
import dev.meshlog.streams.http.LedgerServer;
import dev.meshlog.streams.http.TlsKeyStore;
import dev.meshlog.streams.ledger.LedgerStreams;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two instances that speak TLS with one another and with clients; one of them has the ledger's state. */
class ForwardingOverTlsTest {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String PASSWORD = "changeit";
    private static final Hash COIN = Hash.ofHex("c0".repeat(32));
    private static final SigningKey KEY = SigningKey.ofSeed(new byte[32]);
    private static final GenesisConfig GENESIS = new GenesisConfig(
            "tls",
            List.of(new Validator(KEY.publicKey(), 1, "", 0)),
            1_000,
            60,
            16,
            8,
            1_000,
            List.of(),
            List.of(new InitialCoin(COIN, KEY.publicKey(), 7)));

    @TempDir
    private Path directory;

    private record Instance(LedgerServer server, StreamsApp app) implements AutoCloseable {
        static Instance start(TestBroker broker, HttpConfig config, Path state) throws IOException {
            var server = new LedgerServer(config.settings(), broker.cluster(), GENESIS);
            String name = String.valueOf(state.getFileName());
            var app = new StreamsApp(
                    name,
                    LedgerStreams.topology(GENESIS),
                    LedgerStreams.properties(broker.cluster(), state, name, server.applicationServer()));
            app.start();
            server.follow(app.streams());
            return new Instance(server, app);
        }

        @Override
        public void close() {
            server.close();
            app.close();
        }
    }

    @Test
    void instanceWithoutTheStateAsksTheOtherOne() throws Exception {
        Path certificate = TestCertificate.make(directory, "server", PASSWORD);
        Path stranger = TestCertificate.make(directory, "stranger", PASSWORD);
        var config = new HttpConfig(
                "127.0.0.1:0",
                null,
                Files.writeString(directory.resolve("token"), "let-me-in").toString(),
                directory.resolve("server.p12").toString(),
                Files.writeString(directory.resolve("password"), PASSWORD).toString());
        try (TestBroker broker = TestBroker.start(directory.resolve("broker"))) {
            broker.recreateTopics();
            try (var first = Instance.start(broker, config, directory.resolve("first"));
                    var second = Instance.start(broker, config, directory.resolve("second"))) {
                List<Instance> instances = List.of(first, second);
                // While they share the tasks out, the state moves.
                await().atMost(PATIENCE).untilAsserted(() -> {
                    List<String> answers = new ArrayList<>();
                    List<Boolean> here = new ArrayList<>();
                    for (Instance instance : instances) {
                        here.add(hasTheState(instance));
                        RunningLedger.Ran ran = object(instance, certificate);
                        assertThat(ran.code()).as(ran.err()).isZero();
                        answers.add(ran.out());
                    }
                    assertThat(here).containsExactlyInAnyOrder(true, false);
                    assertThat(JSON.readTree(answers.get(0)).path("amount").asLong())
                            .isEqualTo(7);
                    assertThat(answers.get(0)).isEqualTo(answers.get(1));
                });
                for (Instance instance : instances) {
                    RunningLedger.Ran deceived = object(instance, stranger);
                    assertThat(deceived.code()).isEqualTo(1);
                    assertThat(deceived.out()).isEmpty();
                    assertThat(deceived.err()).contains("--cacert");
                }
            }
        }
    }

    private RunningLedger.Ran object(Instance instance, Path cacert) {
        return RunningLedger.run(
                "ledger",
                "object",
                COIN.hex(),
                "--url",
                instance.server().url(),
                "--cacert",
                cacert.toString(),
                "--token-file",
                directory.resolve("token").toString(),
                "--json");
    }

    private boolean hasTheState(Instance instance) throws Exception {
        var tls = TlsKeyStore.read(directory.resolve("server.p12"), PASSWORD.toCharArray());
        try (var asked = new HttpLedger(instance.server().url(), Optional.empty(), Optional.of(tls))) {
            return asked.ask("/readyz").body().path("here").asBoolean();
        }
    }
}
