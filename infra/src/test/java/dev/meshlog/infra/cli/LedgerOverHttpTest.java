package dev.meshlog.infra.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpServer;
import dev.meshlog.infra.broker.EmbeddedBroker;
import dev.meshlog.infra.client.HttpLedger;
import dev.meshlog.infra.client.ProvenEntry;
import dev.meshlog.infra.client.ProvenEntry.NotProvenException;
import dev.meshlog.infra.config.HttpConfig;
import dev.meshlog.infra.config.MeshlogConfig;
import dev.meshlog.infra.node.LedgerIdentity;
import dev.meshlog.infra.node.LocalNode;
import dev.meshlog.infra.node.ReplicaDoor;
import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.GenesisConfig.InitialCoin;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.StateKey;
import dev.meshlog.ledger.Validator;
import dev.meshlog.ledger.crypto.SigningKey;
import dev.meshlog.ledger.execution.LedgerObject;
import dev.meshlog.ledger.state.Buckets;
import dev.meshlog.replayer.RecoveryListener;
import dev.meshlog.replayer.Replayer;
import dev.meshlog.replayer.Replica;
import dev.meshlog.replayer.Trust;
import dev.meshlog.schemas.Cluster;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The ledger's commands against a node with a broker, as people use them. */
@SuppressWarnings("NullAway.Init") // set by start
class LedgerOverHttpTest {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Hash COIN = Hash.ofHex("c0".repeat(32));
    private static final String NOTHING = "00".repeat(32);

    @TempDir
    private static Path directory;

    private static EmbeddedBroker broker;
    private static LocalNode node;
    private static GenesisConfig genesis;
    private static SigningKey alice;
    private static SigningKey bob;
    private static String url;

    /** What a command did. */
    private record Ran(int code, String out, String err) {
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

    @BeforeAll
    static void start() throws Exception {
        for (String name : List.of("alice", "bob", "keys/validator")) {
            assertThat(run("tx", "keygen", directory.resolve(name + ".pem").toString())
                            .ok()
                            .out())
                    .hasSize(65);
        }
        alice = LedgerIdentity.readKey(directory.resolve("alice.pem"));
        bob = LedgerIdentity.readKey(directory.resolve("bob.pem"));
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
                List.of(new InitialCoin(COIN, alice.publicKey(), 1_000)));
        Files.writeString(directory.resolve("genesis.json"), genesis.toJson());
        broker = EmbeddedBroker.start(
                directory.resolve("broker"), Uuid.randomUuid().toString(), 0);
        var config = new MeshlogConfig(
                null,
                null,
                null,
                new MeshlogConfig.Ledger(null, null, null, null, 30, 100),
                new MeshlogConfig.Snapshots(1, 1_000, null, null),
                new HttpConfig("127.0.0.1:0", null, null, null, null));
        node = new LocalNode(Cluster.at(broker.bootstrapServers()), config, directory, Clock.systemUTC());
        var unused = node.prepareLedger();
        node.start();
        url = node.http().orElseThrow();
        assertThat(node.failure()).isEmpty();
    }

    @AfterAll
    static void stop() {
        node.close();
        broker.close();
    }

    @Test
    void objectIsCreatedChangedHandedOnAndDeleted() {
        String id =
                tx("alice", "create", "--text", "hello").path("created").path(0).asText();
        assertThat(tx("alice", "set", id, "--hex", "00ff").path("code").asText())
                .isEqualTo("OK");
        assertThat(ask("object", id).path("version").asLong()).isEqualTo(2);
        assertThat(ask("object", id).path("content").asText()).isEqualTo("00ff");
        tx("alice", "transfer", id, bob.publicKey().hex());
        assertThat(run("ledger", "objects", bob.publicKey().hex(), "--url", url)
                        .ok()
                        .out())
                .contains("id=" + id);

        Ran stolen = runTx("alice", "delete", id);
        assertThat(stolen.code()).isEqualTo(1);
        assertThat(stolen.json().path("code").asText()).isEqualTo("NOT_OWNER");

        JsonNode deleted = tx("bob", "delete", id);
        assertThat(ask("tx", deleted.path("id").asText()).path("commit")).isEqualTo(deleted.path("commit"));
        assertThat(ask("commit", deleted.path("commit").asText())
                        .path("transactions")
                        .asInt())
                .isPositive();
        Ran gone = run("ledger", "object", id, "--url", url);
        assertThat(gone.code()).isEqualTo(1);
        assertThat(gone.err()).contains("OBJECT_NOT_FOUND");
    }

    @Test
    void coinsAreSplitMergedPaidAndStaked() {
        JsonNode split = tx("alice", "split", COIN.hex(), "50", "7", "5");
        String fifty = split.path("created").path(0).asText();
        String seven = split.path("created").path(1).asText();
        String five = split.path("created").path(2).asText();
        // The smallest coin that holds 6 is the one of 7.
        tx("alice", "pay", bob.publicKey().hex(), "6");
        assertThat(ask("object", seven).path("amount").asLong()).isOne();
        tx("alice", "merge", fifty, seven);
        assertThat(ask("object", fifty).path("amount").asLong()).isEqualTo(51);
        Ran tooMuch = runTx("alice", "pay", bob.publicKey().hex(), "1000");
        assertThat(tooMuch.code()).isEqualTo(1);
        assertThat(tooMuch.err()).contains("no single coin").contains("meshlog tx merge");

        tx("alice", "register", "alice.example:7000", "--coin", five);
        assertThat(ask("validators").path("sets")).hasSize(2);
        JsonNode back = tx("alice", "deregister");
        assertThat(ask("object", back.path("created").path(0).asText())
                        .path("amount")
                        .asLong())
                .isEqualTo(5);
    }

    @Test
    void kafkaAloneIsEnoughWhereVersionsAreNamed() {
        String[] cluster = {"--bootstrap-servers", broker.bootstrapServers()};
        JsonNode created =
                txThrough(cluster, "alice", "create", "--text", "by Kafka").ok().json();
        String id = created.path("created").path(0).asText();

        Ran unknown = txThrough(cluster, "alice", "delete", id);
        assertThat(unknown.code()).isEqualTo(1);
        assertThat(unknown.err()).contains("which version", "ID@VERSION");
        Ran wrong = txThrough(cluster, "alice", "delete", id + "@7");
        assertThat(wrong.code()).isEqualTo(1);
        assertThat(wrong.json().path("code").asText()).isEqualTo("VERSION_MISMATCH");
        txThrough(cluster, "alice", "delete", id + "@1").ok();
    }

    @Test
    void entryOfACheckpointIsVerifiedBeforeItIsPrinted() {
        String id = tx("alice", "create", "--text", "proven")
                .path("created")
                .path(0)
                .asText();

        JsonNode proven = awaitProven(id);

        assertThat(proven.path("entry").path("content").asText()).isEqualTo("70726f76656e");
        assertThat(proven.path("vouchedBy").asText()).startsWith("1 of 1 validators");
        Ran absent =
                run("ledger", "object", NOTHING, "--url", url, "--data", data(), "--at", "newest", "--proof", "--json");
        assertThat(absent.ok().json().path("exists").asBoolean(true)).isFalse();
        JsonNode status = run("ledger", "status", "--url", url, "--data", data(), "--at", "newest", "--proof", "--json")
                .ok()
                .json();
        assertThat(status.path("entry").path("networkId").asText())
                .isEqualTo(genesis.networkId().hex());
        Ran never = run("ledger", "object", id, "--url", url, "--data", data(), "--at", "987654321", "--proof");
        assertThat(never.code()).isEqualTo(1);
        assertThat(never.err()).contains("NO_SNAPSHOT", "these have:");
    }

    @Test
    void proofThatWasTamperedWithIsRefused() throws Exception {
        String id =
                tx("alice", "create", "--text", "mine").path("created").path(0).asText();
        awaitProven(id);
        byte[] key = StateKey.object(Hash.ofHex(id));
        var good = (ObjectNode) askProof(id);
        ProvenEntry entry = ProvenEntry.verify(good, genesis, key, null, null);
        assertThat(LedgerObject.decode(entry.value().orElseThrow()).owner()).isEqualTo(alice.publicKey());

        byte[] proof = Base64.getDecoder().decode(good.path("proof").asText());
        for (int at : List.of(0, 1, 3, 11, 19, 40, proof.length - 1)) {
            assertRefused(good.deepCopy().put("proof", flipped(proof, at)), key, null, null);
        }
        byte[] certificate = Base64.getDecoder().decode(good.path("certificate").asText());
        for (int at : List.of(0, 5, 60, 150, certificate.length - 2)) {
            assertRefused(good.deepCopy().put("certificate", flipped(certificate, at)), key, null, null);
        }
        assertRefused(good.deepCopy().without(List.of("certificate")), key, null, null);
        assertRefused(good, StateKey.object(otherBucket(key)), null, null);
        assertRefused(good, key, entry.checkpoint() + 1, null);
        assertRefused(good, key, null, new Trust.OfCheckpoint(entry.checkpoint(), Hash.ZERO));
        var trusted = new Trust.OfCheckpoint(entry.checkpoint(), entry.root());
        assertThat(ProvenEntry.verify(good, genesis, key, entry.checkpoint(), trusted)
                        .vouchedBy())
                .isEqualTo("--trust-checkpoint");
    }

    @Test
    void lyingServerIsNotPrinted() throws Exception {
        String id =
                tx("alice", "create", "--text", "true").path("created").path(0).asText();
        awaitProven(id);
        var lie = (ObjectNode) askProof(id);
        byte[] proof = Base64.getDecoder().decode(lie.path("proof").asText());
        proof[proof.length - 1] ^= 1;
        lie.put("proof", Base64.getEncoder().encodeToString(proof));
        HttpServer liar = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1);
        liar.createContext("/", exchange -> {
            try (exchange) {
                byte[] body = lie.toString().getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(200, body.length);
                exchange.getResponseBody().write(body);
            }
        });
        liar.start();
        try {
            String its = "http://127.0.0.1:" + liar.getAddress().getPort();
            Ran ran = run("ledger", "object", id, "--url", its, "--data", data(), "--at", "newest", "--proof");
            assertThat(ran.code()).isEqualTo(Meshlog.VERIFICATION_FAILED);
            assertThat(ran.out()).isEmpty();
            assertThat(ran.err()).contains("not proven");
        } finally {
            liar.stop(0);
        }
    }

    @Test
    void snapshotThatIsAskedForCanBeShownExportedAndRecoveredFrom() {
        String[] cluster = {"--bootstrap-servers", broker.bootstrapServers(), "--data", data(), "--json"};

        JsonNode made =
                run(with(cluster, "snapshot", "now", "--wait", "120")).ok().json();
        String hash = made.path("hash").asText();
        JsonNode shown = run(with(cluster, "snapshot", "show", hash)).ok().json();
        assertThat(shown.path("stateRoot")).isEqualTo(made.path("stateRoot"));
        assertThat(shown.path("log").asText()).isEqualTo("there");
        assertThat(run(with(cluster, "snapshot", "show", "newest"))
                        .ok()
                        .json()
                        .path("checkpoint")
                        .asLong())
                .isGreaterThanOrEqualTo(made.path("checkpoint").asLong());

        String file = directory.resolve("exported").toString();
        run(with(cluster, "snapshot", "export", file, hash)).ok();
        Ran recovered = run(with(cluster, "replay", "--source", file)).ok();
        assertThat(recovered.out()).contains("\"snapshotHash\":\"" + hash + "\"");
        assertThat(run(with(cluster, "snapshot", "show", "ffffffff")).err()).contains("there is no snapshot");
        assertThat(run(with(cluster, "replay", "--source", "nowhere")).err()).contains("no file nowhere");
    }

    @Test
    void replicaAnswersFromItsOwnState() throws Exception {
        String id = tx("alice", "create", "--text", "copied")
                .path("created")
                .path(0)
                .asText();
        Cluster cluster = Cluster.at(broker.bootstrapServers());
        Path state = directory.resolve("replica");
        var plan = new Replayer.Plan(state, true, Long.MAX_VALUE, new Trust.OfGenesis());
        new Replayer(cluster, genesis, Clock.systemUTC()).recover(plan, RecoveryListener.NONE);
        var stop = new AtomicBoolean();
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try (var replica = Replica.open(cluster, genesis, state, Clock.systemUTC(), false, 1);
                var door = new ReplicaDoor(
                        new HttpConfig("127.0.0.1:0", null, null, null, null), cluster, genesis, replica)) {
            String at = door.url();
            assertThat(run("ledger", "status", "--url", at).err()).contains("NOT_READY");
            var differences = thread.submit(() -> replica.run(stop::get, RecoveryListener.NONE));
            try {
                awaitOk("ledger", "status", "--url", at, "--json");
                assertThat(awaitOk("ledger", "object", id, "--url", at, "--json")
                                .json())
                        .isEqualTo(ask("object", id));
                assertThat(run("ledger", "validators", "--url", at, "--json")
                                .ok()
                                .json()
                                .path("sets")
                                .isEmpty())
                        .isFalse();
                assertThat(run("ledger", "objects", alice.publicKey().hex(), "--url", at)
                                .err())
                        .contains("NOT_OF_A_REPLICA");
            } finally {
                stop.set(true);
                assertThat(differences.get(2, TimeUnit.MINUTES)).isEmpty();
            }
        } finally {
            thread.shutdown();
        }
    }

    private static String[] with(String[] cluster, String... command) {
        var arguments = new ArrayList<>(List.of(command));
        arguments.addAll(List.of(cluster));
        return arguments.toArray(String[]::new);
    }

    @Test
    void wrongUseIsNamed() {
        assertThat(run("tx", "create", "--url", url).code()).isEqualTo(2);
        assertThat(run("tx", "keygen", directory.resolve("alice.pem").toString())
                        .err())
                .contains("is there already");
        assertThat(runTx("alice", "create").err()).contains("--text, --hex and --file");
        assertThat(run("ledger", "object", "12", "--url", url).err()).contains("64 hex digits");
        assertThat(run("ledger", "object", NOTHING, "--url", url, "--proof").err())
                .contains("--at");
        assertThat(run("ledger", "object", NOTHING, "--url", "ftp://x").err()).contains("is no URL");
    }

    private static JsonNode awaitProven(String id) {
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

    private static JsonNode askProof(String id) {
        try (var ledger = new HttpLedger(url, Optional.empty(), Optional.empty())) {
            return ledger.get("/objects/" + id + "?at=newest&proof=true");
        }
    }

    private static void assertRefused(
            JsonNode answer, byte[] key, @Nullable Long wanted, Trust.@Nullable OfCheckpoint trusted) {
        assertThatThrownBy(() -> ProvenEntry.verify(answer, genesis, key, wanted, trusted))
                .isInstanceOf(NotProvenException.class);
    }

    private static String flipped(byte[] bytes, int at) {
        byte[] changed = Arrays.copyOf(bytes, bytes.length);
        changed[at] ^= 1;
        return Base64.getEncoder().encodeToString(changed);
    }

    /** An object of another bucket than the key's. */
    private static Hash otherBucket(byte[] key) {
        int bucket = Buckets.bucketOf(key, genesis.bucketBits());
        byte[] id = new byte[Hash.LENGTH];
        while (Buckets.bucketOf(StateKey.object(Hash.of(id)), genesis.bucketBits()) == bucket) {
            id[0]++;
        }
        return Hash.of(id);
    }

    private static JsonNode ask(String... question) {
        var arguments = new ArrayList<>(List.of("ledger"));
        arguments.addAll(List.of(question));
        arguments.addAll(List.of("--url", url, "--json"));
        return awaitOk(arguments.toArray(String[]::new)).json();
    }

    /** A commit is in its topic a moment after its result can be asked for. */
    private static Ran awaitOk(String... arguments) {
        List<Ran> last = new ArrayList<>();
        await().atMost(PATIENCE).until(() -> {
            last.add(run(arguments));
            return last.get(last.size() - 1).code() == 0;
        });
        return last.get(last.size() - 1);
    }

    private static JsonNode tx(String sender, String... transaction) {
        JsonNode result = runTx(sender, transaction).ok().json();
        assertThat(result.path("code").asText()).isEqualTo("OK");
        return result;
    }

    private static Ran runTx(String sender, String... transaction) {
        return txThrough(new String[] {"--url", url}, sender, transaction);
    }

    private static Ran txThrough(String[] way, String sender, String... transaction) {
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

    private static String data() {
        return directory.toString();
    }

    private static Ran run(String... arguments) {
        var out = new StringWriter();
        var err = new StringWriter();
        int code = Meshlog.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments);
        return new Ran(code, out.toString(), err.toString());
    }
}
