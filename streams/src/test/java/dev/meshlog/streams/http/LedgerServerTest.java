package dev.meshlog.streams.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Network;
import dev.meshlog.ledger.vertex.Limits;
import dev.meshlog.ledger.vertex.Transaction;
import dev.meshlog.schemas.testing.TestBroker;
import dev.meshlog.streams.StreamsApp;
import dev.meshlog.streams.ledger.LedgerStreams;
import dev.meshlog.streams.ledger.VertexProducer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two instances of the application on one broker: one of them has the ledger's task. */
class LedgerServerTest {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final Network NETWORK = new Network(1, 5_000, 12, List.of());

    @TempDir
    private static Path directory;

    private static TestBroker broker;
    private static Instance first;
    private static Instance second;
    private static VertexProducer producer;

    private record Instance(LedgerServer server, StreamsApp app) implements AutoCloseable {
        static Instance start(String name) throws IOException {
            var server = new LedgerServer(HttpSettings.loopback(0), broker.cluster(), NETWORK.genesis);
            var app = new StreamsApp(
                    "ledger " + name,
                    LedgerStreams.topology(NETWORK.genesis),
                    LedgerStreams.properties(
                            broker.cluster(), directory.resolve(name), name, server.applicationServer()));
            app.start();
            server.follow(app.streams());
            return new Instance(server, app);
        }

        String url() {
            return server.url();
        }

        @Override
        public void close() {
            server.close();
            app.close();
        }
    }

    @BeforeAll
    static void start() throws Exception {
        broker = TestBroker.start(directory.resolve("broker"));
        broker.recreateTopics();
        first = Instance.start("first");
        second = Instance.start("second");
        producer = new VertexProducer(
                broker.cluster(),
                NETWORK.genesis,
                NETWORK.genesisCheckpoint().root(),
                NETWORK.keys.get(0),
                new VertexProducer.Settings(Duration.ofMillis(20), Duration.ofMillis(200), Duration.ofMillis(500)),
                Clock.systemUTC());
        producer.start();
        for (Instance instance : List.of(first, second)) {
            await().atMost(PATIENCE).until(() -> get(instance.url() + "/readyz").statusCode() == 200);
        }
        await().atMost(PATIENCE)
                .until(() -> json(first.url() + "/status").path("commit").asLong() > 0);
    }

    @AfterAll
    static void stop() {
        producer.close();
        first.close();
        second.close();
        broker.close();
    }

    @Test
    void eachInstanceTakesTransactionsAndAnswersQuestionsWhoeverHasTheTask() throws Exception {
        List<Transaction> sent = List.of(creation(1), creation(2), creation(3));
        for (int i = 0; i < sent.size(); i++) {
            Instance instance = i % 2 == 0 ? first : second;
            HttpResponse<String> accepted =
                    post(instance, BodyPublishers.ofByteArray(sent.get(i).bytes()));
            assertThat(accepted.statusCode()).as(accepted.body()).isEqualTo(202);
            assertThat(accepted.headers().firstValue("Location"))
                    .contains("/transactions/" + sent.get(i).id());
        }
        for (Instance instance : List.of(first, second)) {
            for (Transaction transaction : sent) {
                String at = instance.url() + "/transactions/" + transaction.id();
                await().atMost(PATIENCE).until(() -> get(at).statusCode() == 200);
                JsonNode result = json(at);
                assertThat(result.path("code").asText()).isEqualTo("OK");
                Hash created = transaction.createdId(0);
                assertThat(result.path("created").path(0).asText()).isEqualTo(created.hex());

                JsonNode object = json(instance.url() + "/objects/" + created);
                assertThat(object.path("version").asLong()).isOne();
                assertThat(object.path("owner").asText()).isEqualTo(owner());

                String commit =
                        instance.url() + "/commits/" + result.path("commit").asLong();
                await().atMost(PATIENCE).until(() -> get(commit).statusCode() == 200);
                assertThat(json(commit).path("transactions").asInt()).isPositive();
            }
            assertThat(objectIds(instance))
                    .contains(sent.stream()
                            .map(transaction -> transaction.createdId(0).hex())
                            .toArray(String[]::new));
            assertThat(json(instance.url() + "/validators")
                            .at("/sets/0/validators/0/publicKey")
                            .asText())
                    .isEqualTo(owner());
            assertThat(json(instance.url() + "/commits/newest").path("index").asLong())
                    .isPositive();
        }
    }

    @Test
    void forwardedQuestionGoesNoFurther() {
        await().atMost(PATIENCE).untilAsserted(() -> {
            Instance passive = json(first.url() + "/readyz").path("here").asBoolean() ? second : first;
            var forwarded = HttpRequest.newBuilder(URI.create(passive.url() + "/status"))
                    .header(LedgerPlace.FORWARDED, "somebody:1")
                    .build();
            HttpResponse<String> answer = CLIENT.send(forwarded, HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).isEqualTo(503);
            assertThat(answer.body()).contains("just moved");
            assertThat(answer.headers().firstValue("Retry-After")).isPresent();
        });
    }

    @Test
    void whatCouldNeverBeExecutedIsRefusedWithItsReason() throws Exception {
        byte[] good = creation(10).bytes();
        byte[] forged = good.clone();
        forged[forged.length - 1] ^= 1;
        long now = json(first.url() + "/status").path("leaderRound").asLong();
        assertThat(now).isPositive();

        refused(post(first, BodyPublishers.ofByteArray(forged)), 400, "BAD_SIGNATURE");
        refused(post(second, BodyPublishers.ofByteArray(forged)), 400, "BAD_SIGNATURE");
        byte[] foreign = Transactions.creation(new Network(2), 1, now + 100).bytes();
        refused(post(first, BodyPublishers.ofByteArray(foreign)), 400, "BAD_SIGNATURE");
        refused(post(first, bytes(Transactions.creation(NETWORK, 1, 0))), 400, "EXPIRED");
        refused(post(first, bytes(Transactions.creation(NETWORK, 1, now + 1_000_000))), 400, "VALID_TOO_LONG");
        refused(post(first, BodyPublishers.ofByteArray(new byte[] {1, 2, 3})), 400, "MALFORMED");
        byte[] large = new byte[Limits.TRANSACTION_BYTES + 1];
        refused(post(first, BodyPublishers.ofByteArray(large)), 413, "TOO_LARGE");
        refused(post(first, BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(large))), 413, "TOO_LARGE");
        var text = HttpRequest.newBuilder(URI.create(first.url() + "/transactions"))
                .header("Content-Type", "text/plain")
                .POST(BodyPublishers.ofByteArray(good))
                .build();
        refused(CLIENT.send(text, HttpResponse.BodyHandlers.ofString()), 415, "WRONG_CONTENT_TYPE");
    }

    @Test
    void questionsThatAreNoneAreNamed() throws Exception {
        String id = "00".repeat(32);
        refused(get(first.url() + "/objects/" + id), 404, "OBJECT_NOT_FOUND");
        refused(get(second.url() + "/transactions/" + id), 404, "NO_RESULT");
        refused(get(first.url() + "/commits/123456789"), 404, "NO_COMMIT");
        refused(get(first.url() + "/objects/12"), 400, "BAD_PARAMETER");
        refused(get(first.url() + "/objects"), 400, "BAD_PARAMETER");
        refused(get(first.url() + "/objects?owner=" + id + "&ownr=1"), 400, "BAD_PARAMETER");
        refused(get(first.url() + "/objects?owner=" + id + "&limit=0"), 400, "BAD_PARAMETER");
        refused(get(first.url() + "/objects?owner=" + id + "&next=x"), 400, "BAD_PARAMETER");
        refused(get(first.url() + "/objects/" + id + "?proof=true"), 400, "BAD_PARAMETER");
        refused(get(first.url() + "/objects/" + id + "?at=7&proof=true"), 404, "NO_SNAPSHOT");
        assertThat(json(first.url() + "/snapshots").path("checkpoints").isArray())
                .isTrue();
        refused(get(first.url() + "/nothing"), 404, "NO_SUCH_QUESTION");
        var delete = HttpRequest.newBuilder(URI.create(first.url() + "/status"))
                .DELETE()
                .build();
        refused(CLIENT.send(delete, HttpResponse.BodyHandlers.ofString()), 405, "WRONG_METHOD");
    }

    @Test
    void metricsSayWhatWasAskedAndWhereTheChainIs() throws Exception {
        Instance active = json(first.url() + "/readyz").path("here").asBoolean() ? first : second;

        assertThat(get(first.url() + "/healthz").statusCode()).isEqualTo(200);
        assertThat(get(first.url() + "/metrics").body())
                .contains("meshlog_http_requests_seconds_count{route=\"status\",status=\"200\"}")
                .contains("jvm_memory_used_bytes");
        assertThat(get(active.url() + "/metrics").body()).containsPattern("meshlog_ledger_commit_index [1-9]");
    }

    private static void refused(HttpResponse<String> answer, int status, String code) throws IOException {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        JsonNode body = JSON.readTree(answer.body());
        assertThat(body.path("code").asText()).isEqualTo(code);
        assertThat(body.path("message").asText()).endsWith(".");
    }

    private static Transaction creation(long number) throws Exception {
        long round = json(first.url() + "/status").path("leaderRound").asLong();
        return Transactions.creation(NETWORK, number, round + 900);
    }

    private static Set<String> objectIds(Instance instance) throws Exception {
        Set<String> ids = new HashSet<>();
        String next = "";
        do {
            JsonNode page = json(instance.url() + "/objects?limit=2&owner=" + owner() + next);
            page.path("objects").forEach(object -> ids.add(object.path("id").asText()));
            next = page.has("next") ? "&next=" + page.path("next").asText() : "";
        } while (!next.isEmpty());
        return ids;
    }

    private static String owner() {
        return NETWORK.keys.get(0).publicKey().hex();
    }

    private static BodyPublisher bytes(Transaction transaction) {
        return BodyPublishers.ofByteArray(transaction.bytes());
    }

    private static HttpResponse<String> post(Instance instance, BodyPublisher body) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(instance.url() + "/transactions"))
                .header("Content-Type", "application/octet-stream")
                .POST(body)
                .build();
        return send(request);
    }

    /** While the instances share the tasks out, they say so; then the same is asked again, as a client would. */
    private static HttpResponse<String> send(HttpRequest request) {
        return await().atMost(PATIENCE)
                .until(
                        () -> CLIENT.send(request, HttpResponse.BodyHandlers.ofString()),
                        answer -> answer.statusCode() != 503);
    }

    private static JsonNode json(String url) throws Exception {
        return JSON.readTree(get(url).body());
    }

    private static HttpResponse<String> get(String url) throws Exception {
        return send(HttpRequest.newBuilder(URI.create(url)).build());
    }
}
