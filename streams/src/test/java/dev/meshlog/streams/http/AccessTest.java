package dev.meshlog.streams.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshlog.ledger.Network;
import dev.meshlog.schemas.Cluster;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who gets an answer, from a server whose application has not started. */
class AccessTest {
    private static final Optional<String> TOKEN = Optional.of("let-me-in");

    @TempDir
    private Path directory;

    @Test
    void tokenIsAskedForOverTlsAndProbesNeedNone() throws Exception {
        SSLContext tls = TlsKeyStore.read(keyStore(), "changeit".toCharArray());
        var settings = new HttpSettings(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), Optional.empty(), TOKEN, Optional.of(tls));
        HttpClient client = HttpClient.newBuilder().sslContext(tls).build();
        try (var server = new LedgerServer(settings, Cluster.at("127.0.0.1:1"), new Network(1).genesis)) {
            assertThat(server.url()).startsWith("https://127.0.0.1:");
            assertThat(status(client, server, "/healthz", "")).isEqualTo(200);
            assertThat(status(client, server, "/readyz", "")).isEqualTo(503);
            assertThat(status(client, server, "/metrics", "")).isEqualTo(401);
            assertThat(status(client, server, "/status", "")).isEqualTo(401);
            assertThat(status(client, server, "/status", "Bearer let-me-out")).isEqualTo(401);
            assertThat(status(client, server, "/metrics", "Bearer let-me-in")).isEqualTo(200);
            assertThat(status(client, server, "/status", "Bearer let-me-in")).isEqualTo(503);
        }
    }

    @Test
    void addressForOtherMachinesNeedsTokenAndTls() {
        var everywhere = new InetSocketAddress("0.0.0.0", 0);
        assertThatThrownBy(() -> new HttpSettings(everywhere, Optional.empty(), TOKEN, Optional.empty()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("needs a token and TLS");
    }

    @Test
    void addressThatStandsForAllNeedsAName() throws Exception {
        var everywhere = new InetSocketAddress("0.0.0.0", 0);
        Optional<SSLContext> tls = Optional.of(TlsKeyStore.read(keyStore(), "changeit".toCharArray()));
        assertThatThrownBy(() -> new HttpSettings(everywhere, Optional.empty(), TOKEN, tls))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("advertised");
        assertThat(new HttpSettings(everywhere, Optional.of("node1.example"), TOKEN, tls))
                .hasToString("HttpSettings[" + everywhere + ", TLS, token]");
    }

    private static int status(HttpClient client, LedgerServer server, String path, String authorization)
            throws Exception {
        var request = HttpRequest.newBuilder(URI.create(server.url() + path));
        if (!authorization.isEmpty()) {
            request.header("Authorization", authorization);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }

    private Path keyStore() throws Exception {
        Path file = directory.resolve("server.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "server",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=test",
                        "-ext",
                        "san=ip:127.0.0.1",
                        "-validity",
                        "2",
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        "changeit",
                        "-keystore",
                        file.toString())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("keytool.out").toFile())
                .start();
        assertThat(keytool.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(file).exists();
        return file;
    }
}
