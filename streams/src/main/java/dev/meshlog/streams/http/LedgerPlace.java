package dev.meshlog.streams.http;

import dev.meshlog.streams.ledger.LedgerStreams;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.apache.kafka.common.serialization.BytesSerializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KeyQueryMetadata;
import org.apache.kafka.streams.state.HostInfo;
import org.jspecify.annotations.Nullable;

/** Which instance of the application has the ledger's task, and the way there. Any thread. */
final class LedgerPlace {
    /** A request that has it goes no further, so that two instances that each take the other for the right one do not play ball. */
    static final String FORWARDED = "Meshlog-Forwarded";

    private static final Duration CONNECT = Duration.ofSeconds(3);
    private static final Duration ANSWER = Duration.ofSeconds(25);
    private static final Bytes ANY_KEY = Bytes.wrap(new byte[] {0});
    private static final List<String> PASSED_ON = List.of("content-type", "retry-after", "location");

    private final HostInfo self;
    private final String scheme;
    private final HttpClient client;

    /** @param tls trusted for other instances; without it they are asked in plain text */
    LedgerPlace(HostInfo self, Optional<SSLContext> tls) {
        this.self = self;
        this.scheme = tls.isPresent() ? "https" : "http";
        HttpClient.Builder builder =
                HttpClient.newBuilder().connectTimeout(CONNECT).version(HttpClient.Version.HTTP_1_1);
        tls.ifPresent(builder::sslContext);
        this.client = builder.build();
    }

    HostInfo self() {
        return self;
    }

    /**
     * The instance that has the active task.
     *
     * @throws Refusal while none has
     */
    HostInfo active(KafkaStreams streams) {
        KeyQueryMetadata metadata;
        try {
            metadata = streams.queryMetadataForKey(LedgerStreams.place(), ANY_KEY, new BytesSerializer());
        } catch (IllegalStateException e) {
            throw Refusal.notReady("The ledger's application is " + streams.state() + " here.");
        }
        if (metadata == null
                || metadata.equals(KeyQueryMetadata.NOT_AVAILABLE)
                || metadata.activeHost().equals(HostInfo.unavailable())) {
            throw Refusal.notReady("No instance has the ledger's state yet; it is " + streams.state() + " here.");
        }
        return metadata.activeHost();
    }

    /** @throws Refusal when the other instance does not answer */
    Reply forward(HostInfo host, String method, URI uri, byte[] body, @Nullable String authorization) {
        String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
        String name = host.host().contains(":") ? "[" + host.host() + "]" : host.host();
        var request = HttpRequest.newBuilder(
                        URI.create(scheme + "://" + name + ":" + host.port() + uri.getRawPath() + query))
                .timeout(ANSWER)
                .header(FORWARDED, self.host() + ":" + self.port());
        if (authorization != null) {
            request.header("Authorization", authorization);
        }
        if (method.equals("POST")) {
            request.header("Content-Type", LedgerRoutes.BINARY);
            request.POST(HttpRequest.BodyPublishers.ofByteArray(body));
        }
        try {
            HttpResponse<byte[]> answer = client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
            Map<String, String> headers = new HashMap<>();
            PASSED_ON.forEach(
                    header -> answer.headers().firstValue(header).ifPresent(value -> headers.put(header, value)));
            return new Reply(answer.statusCode(), headers, answer.body());
        } catch (IOException e) {
            throw Refusal.notReady("The instance at " + host.host() + ":" + host.port()
                    + ", which has the state, does not answer: " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Refusal.notReady("This instance stops.");
        }
    }
}
