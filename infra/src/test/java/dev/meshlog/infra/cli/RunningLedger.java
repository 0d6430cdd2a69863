package dev.meshlog.infra.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.meshlog.infra.broker.EmbeddedBroker;
import dev.meshlog.infra.config.HttpConfig;
import dev.meshlog.infra.config.MeshlogConfig;
import dev.meshlog.infra.node.LedgerIdentity;
import dev.meshlog.infra.node.LocalNode;
import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.GenesisConfig.InitialCoin;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Validator;
import dev.meshlog.schemas.Cluster;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.Uuid;

/** A node with a ledger of one validator on a broker of its own, two people who have keys, and the commands as they call them. */
final class RunningLedger implements AutoCloseable {
    static final Hash COIN = Hash.ofHex("c0".repeat(32));
    static final String NOTHING = "00".repeat(32);

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path directory;
    private final EmbeddedBroker broker;
    private final LocalNode node;
    private final GenesisConfig genesis;
    private final Hash alice;
    private final Hash bob;
    private final String url;

    /** What a command did. */
    record Ran(int code, String out, String err) {
        JsonNode json() {
            try {
                return JSON.readTree(out);
            } catch (IOException e) {
                throw new AssertionError(out, e);
            }
        }

        Ran ok() {
            assertThat(code).as("%s%s", out, err).isZero();
            return this;
        }
    }

    /** Alice has a coin of 1,000. */
    RunningLedger(Path directory) throws Exception {
        this.directory = directory;
        for (String name : List.of("alice", "bob", "keys/validator")) {
            assertThat(run("tx", "keygen", directory.resolve(name + ".pem").toString())
                            .ok()
                            .out())
                    .hasSize(65);
        }
        alice = LedgerIdentity.readKey(directory.resolve("alice.pem")).publicKey();
        bob = LedgerIdentity.readKey(directory.resolve("bob.pem")).publicKey();
        Hash validator =
                LedgerIdentity.readKey(directory.resolve("keys/validator.pem")).publicKey();
        genesis = new GenesisConfig(
                "queries",
                List.of(new Validator(validator, 100, "", 0)),
                100_000,
                60,
                2,
                8,
                10_000,
                List.of(),
                List.of(new InitialCoin(COIN, alice, 1_000)));
        Files.writeString(directory.resolve("genesis.json"), genesis.toJson());
        broker = EmbeddedBroker.start(
                directory.resolve("broker"), Uuid.randomUuid().toString(), 0);
        var config = new MeshlogConfig(
                null,
                null,
                null,
                new MeshlogConfig.Ledger(null, null, null, null, 30, 100, null),
                new MeshlogConfig.Snapshots(1, 1_000, null, null),
                new HttpConfig("127.0.0.1:0", null, null, null, null));
        node = new LocalNode(Cluster.at(broker.bootstrapServers()), config, directory, Clock.systemUTC());
        var unused = node.prepareLedger();
        node.start();
        url = node.http().orElseThrow();
        assertThat(node.failure()).isEmpty();
    }

    Path directory() {
        return directory;
    }

    EmbeddedBroker broker() {
        return broker;
    }

    GenesisConfig genesis() {
        return genesis;
    }

    Hash alice() {
        return alice;
    }

    Hash bob() {
        return bob;
    }

    String url() {
        return url;
    }

    JsonNode awaitProven(String id) {
        List<JsonNode> found = new ArrayList<>();
        await().atMost(PATIENCE).until(() -> {
            Ran ran =
                    run("ledger", "object", id, "--url", url, "--data", data(), "--at", "newest", "--proof", "--json");
            if (ran.code() == 0 && ran.json().path("exists").asBoolean()) {
                found.add(ran.json());
            }
            assertThat(ran.code()).isNotEqualTo(Meshlog.VERIFICATION_FAILED);
            return !found.isEmpty();
        });
        return found.get(0);
    }

    JsonNode ask(String... question) {
        var arguments = new ArrayList<>(List.of("ledger"));
        arguments.addAll(List.of(question));
        arguments.addAll(List.of("--url", url, "--json"));
        return awaitOk(arguments.toArray(String[]::new)).json();
    }

    /** A commit is in its topic a moment after its result can be asked for. */
    Ran awaitOk(String... arguments) {
        List<Ran> last = new ArrayList<>();
        await().atMost(PATIENCE).until(() -> {
            last.add(run(arguments));
            return last.get(last.size() - 1).code() == 0;
        });
        return last.get(last.size() - 1);
    }

    JsonNode tx(String sender, String... transaction) {
        JsonNode result = runTx(sender, transaction).ok().json();
        assertThat(result.path("code").asText()).isEqualTo("OK");
        return result;
    }

    Ran runTx(String sender, String... transaction) {
        return txThrough(new String[] {"--url", url}, sender, transaction);
    }

    Ran txThrough(String[] way, String sender, String... transaction) {
        var arguments = new ArrayList<>(List.of("tx"));
        arguments.addAll(List.of(transaction));
        arguments.addAll(List.of(way));
        arguments.addAll(List.of(
                "--key",
                directory.resolve(sender + ".pem").toString(),
                "--data",
                data(),
                "--json",
                "--timeout",
                "120"));
        return run(arguments.toArray(String[]::new));
    }

    String data() {
        return directory.toString();
    }

    static Ran run(String... arguments) {
        var out = new StringWriter();
        var err = new StringWriter();
        int code = Meshlog.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments);
        return new Ran(code, out.toString(), err.toString());
    }

    @Override
    public void close() {
        node.close();
        broker.close();
    }
}
