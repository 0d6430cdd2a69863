package dev.meshlog.infra.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.meshlog.infra.UserError;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.vertex.ObjectRef;
import dev.meshlog.ledger.vertex.Transaction;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/** The ledger over HTTP. What it is told to come back for, it asks again, for half a minute. */
public final class HttpLedger implements LedgerAccess {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final Duration ANSWER = Duration.ofSeconds(30);
    private static final int ATTEMPTS = 15;

    private final String url;
    private final Optional<String> token;
    private final HttpClient client;

    /**
     * A Meshlog.
     *
     * @param url without a path
     * @param tls whom to believe; empty: the authorities that Java knows
     */
    public HttpLedger(String url, Optional<String> token, Optional<SSLContext> tls) {
        this.url = url.replaceFirst("/+$", "");
        this.token = token;
        HttpClient.Builder builder =
                HttpClient.newBuilder().connectTimeout(CONNECT).version(HttpClient.Version.HTTP_1_1);
        tls.ifPresent(builder::sslContext);
        this.client = builder.build();
    }

    /**
     * An answer.
     *
     * @param body JSON; of a refusal with the fields code and message
     */
    public record Answer(int status, JsonNode body) {
        boolean isRefusal() {
            return status >= 400;
        }
    }

    /** @throws UserError when there is no answer, or it is a refusal */
    public JsonNode get(String path) {
        Answer answer = ask(path);
        if (answer.isRefusal()) {
            throw refused(answer);
        }
        return answer.body();
    }

    /** @throws UserError when there is no answer */
    public Answer ask(String path) {
        return send(request(path).GET().build());
    }

    @Override
    public long round() {
        return get("/status").path("leaderRound").asLong();
    }

    @Override
    public ObjectRef reference(String text) {
        Optional<ObjectRef> known = ObjectText.withVersion(text);
        if (known.isPresent()) {
            return known.get();
        }
        Hash id = ObjectText.id(text);
        return new ObjectRef(id, get("/objects/" + id).path("version").asLong());
    }

    @Override
    public List<Coin> coins(Hash owner) {
        List<Coin> coins = new ArrayList<>();
        String next = "";
        do {
            JsonNode page = get("/objects?kind=coin&limit=1000&owner=" + owner + next);
            for (JsonNode coin : page.path("objects")) {
                coins.add(new Coin(
                        new ObjectRef(
                                Hash.ofHex(coin.path("id").asText()),
                                coin.path("version").asLong()),
                        coin.path("amount").asLong()));
            }
            next = page.has("next") ? "&next=" + page.path("next").asText() : "";
        } while (!next.isEmpty());
        return coins;
    }

    @Override
    public long stake(Hash validator) {
        long stake = 0;
        for (JsonNode set : get("/validators").path("sets")) {
            // The last set is the one that a deregistration starts from.
            stake = 0;
            for (JsonNode member : set.path("validators")) {
                if (member.path("publicKey").asText().equals(validator.hex())) {
                    stake = member.path("stake").asLong();
                }
            }
        }
        return stake;
    }

    @Override
    public void submit(Transaction transaction) {
        HttpRequest post = request("/transactions")
                .header("Content-Type", "application/octet-stream")
                .POST(HttpRequest.BodyPublishers.ofByteArray(transaction.bytes()))
                .build();
        Answer answer = send(post);
        if (answer.isRefusal()) {
            throw refused(answer);
        }
    }

    @Override
    public Optional<JsonNode> result(Transaction transaction) {
        Answer answer = ask("/transactions/" + transaction.id());
        if (answer.status() == 404) {
            return Optional.empty();
        }
        if (answer.isRefusal()) {
            throw refused(answer);
        }
        return Optional.of(answer.body());
    }

    @Override
    public String where() {
        return url;
    }

    private HttpRequest.Builder request(String path) {
        var request = HttpRequest.newBuilder(URI.create(url + path)).timeout(ANSWER);
        token.ifPresent(secret -> request.header("Authorization", "Bearer " + secret));
        return request;
    }

    private Answer send(HttpRequest request) {
        for (int attempt = 1; ; attempt++) {
            HttpResponse<String> response = sendOnce(request);
            Optional<String> retryAfter = response.headers().firstValue("Retry-After");
            if (retryAfter.isEmpty() || attempt == ATTEMPTS) {
                return new Answer(response.statusCode(), json(response));
            }
            pause(seconds(retryAfter.get()));
        }
    }

    private HttpResponse<String> sendOnce(HttpRequest request) {
        try {
            return client.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UserError(
                    "no Meshlog answers at " + url + ": " + e,
                    "check --url (https:// where it has a certificate, with --cacert if that is its own), and that 'meshlog up' runs there",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for " + url, e);
        }
    }

    private JsonNode json(HttpResponse<String> response) {
        try {
            return JSON.readTree(response.body());
        } catch (JsonProcessingException e) {
            throw new UserError(
                    url + " answers " + response.statusCode() + " with something that is no JSON",
                    "check --url: it seems to be another server",
                    e);
        }
    }

    private UserError refused(Answer answer) {
        String code = answer.body().path("code").asText("refused");
        String whatToDo = switch (answer.status()) {
            case 401 -> "name the file with the token: --token-file";
            case 429, 503 -> "try again in a moment";
            default -> "see docs/queries.md";
        };
        return new UserError(
                url + " refuses: " + code + ": " + answer.body().path("message").asText(), whatToDo);
    }

    private static long seconds(String retryAfter) {
        return retryAfter.matches("[0-9]{1,3}") ? Math.min(Long.parseLong(retryAfter), 5) : 1;
    }

    private static void pause(long seconds) {
        try {
            Thread.sleep(Duration.ofSeconds(seconds).toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting", e);
        }
    }

    @Override
    public void close() {}
}
