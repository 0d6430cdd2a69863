package dev.meshlog.infra.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.meshlog.infra.MeshlogProcess;
import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.GenesisConfig.InitialCoin;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Validator;
import dev.meshlog.ledger.crypto.SigningKey;
import dev.meshlog.schemas.testing.TestBroker;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may ask an instance, or a replica, that runs alone. */
class StreamsCommandTest {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final String PASSWORD = "changeit";
    private static final Pattern ADDRESS = Pattern.compile("answers at (\\S+)");
    private static final Hash COIN = Hash.ofHex("c0".repeat(32));
    private static final SigningKey KEY = SigningKey.ofSeed(new byte[32]);
    private static final GenesisConfig GENESIS = new GenesisConfig(
            "alone",
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

    @Test
    void instanceHasTheTokenAndTheCertificateOfTheConfiguration() throws Exception {
        Path certificate = TestCertificate.make(directory, "server", PASSWORD);
        String token =
                Files.writeString(directory.resolve("token"), "let-me-in").toString();
        Files.writeString(directory.resolve("password"), PASSWORD);
        Files.writeString(directory.resolve("meshlog.yaml"), """
                http:
                  listen: 192.0.2.1:1
                  tokenFile: token
                  keyStore: server.p12
                  keyStorePasswordFile: password
                """);
        Files.writeString(directory.resolve("genesis.json"), GENESIS.toJson());
        try (TestBroker broker = TestBroker.start(directory.resolve("broker"))) {
            broker.recreateTopics();
            try (var instance = MeshlogProcess.start(
                    directory,
                    "streams",
                    "--bootstrap-servers",
                    broker.cluster().bootstrapServers(),
                    "--genesis",
                    "genesis.json")) {
                instance.awaitPrinted("answers at ");
                Matcher address = ADDRESS.matcher(instance.out());
                assertThat(address.find()).isTrue();
                String url = "https://" + address.group(1);
                await().atMost(PATIENCE).untilAsserted(() -> {
                    RunningLedger.Ran asked = ask(url, "--cacert", certificate.toString(), "--token-file", token);
                    assertThat(asked.code()).as(asked.err()).isZero();
                });
                assertThat(ask(url, "--cacert", certificate.toString()).err()).contains("--token-file");
                assertThat(ask(url, "--token-file", token).err()).contains("--cacert");
            }
        }
    }

    @Test
    void settingsThatCannotBeUsedAreNamedBeforeTheWorkBegins() throws Exception {
        String config = Files.writeString(directory.resolve("other.yaml"), "http: {tokenFile: nowhere}")
                .toString();
        String data = directory.resolve("data").toString();
        String[][] commands = {
            {"streams", "--bootstrap-servers", "127.0.0.1:1", "--genesis", "x", "--data", data},
            {"replay", "--follow", "--to", directory.resolve("state").toString(), "--data", data}
        };
        for (String[] command : commands) {
            assertThat(with(command, "--http", "127.0.0.1:0", "--config", config))
                    .contains("http.tokenFile");
            assertThat(with(command, "--http", "0.0.0.0:0")).contains("http.keyStore");
            assertThat(with(command, "--http", "somewhere")).contains("--http somewhere");
        }
    }

    private static String with(String[] command, String... more) {
        String[] all =
                Stream.concat(Arrays.stream(command), Arrays.stream(more)).toArray(String[]::new);
        RunningLedger.Ran ran = RunningLedger.run(all);
        assertThat(ran.code()).isEqualTo(1);
        return ran.err();
    }

    private static RunningLedger.Ran ask(String url, String... more) {
        String[] command = {"ledger", "object", COIN.hex(), "--url", url, "--json"};
        return RunningLedger.run(
                Stream.concat(Arrays.stream(command), Arrays.stream(more)).toArray(String[]::new));
    }
}
