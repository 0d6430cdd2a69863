package dev.meshlog.infra.cli;

import dev.meshlog.infra.UserError;
import dev.meshlog.infra.broker.DataDirectory;
import dev.meshlog.infra.client.HttpLedger;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which Meshlog a command asks over HTTP, and how it is let in. */
final class HttpOptions {
    @Option(
            names = "--url",
            paramLabel = "URL",
            description = "Where a Meshlog answers (default: the one that runs in the data directory).")
    @Nullable String url;

    @Option(names = "--token-file", paramLabel = "FILE", description = "What it asks for, on one line.")
    private @Nullable Path tokenFile;

    @Option(
            names = "--cacert",
            paramLabel = "FILE",
            description = "Certificates to believe it by, in PEM (default: those that Java knows).")
    private @Nullable Path cacert;

    /** The named Meshlog, else the running one. */
    HttpLedger open(CommonOptions options) {
        return find(options)
                .orElseThrow(() -> new UserError(
                        "no Meshlog answers over HTTP in "
                                + options.data.toAbsolutePath().normalize(),
                        "start it with 'meshlog up', or name one with --url"));
    }

    /** Empty when none is named and none runs. */
    Optional<HttpLedger> find(CommonOptions options) {
        Optional<String> where = url != null ? Optional.of(url) : DataDirectory.runningHttp(options.data);
        return where.map(found -> new HttpLedger(checked(found), token(), trust()));
    }

    private static String checked(String url) {
        boolean hasHost;
        try {
            hasHost = URI.create(url).getHost() != null;
        } catch (IllegalArgumentException e) {
            hasHost = false;
        }
        if (!hasHost || !url.matches("https?://[^/?#]+/?")) {
            throw new UserError(
                    "'" + url + "' is no URL of a Meshlog", "write it as http://HOST:PORT or https://HOST:PORT");
        }
        return url;
    }

    private Optional<String> token() {
        if (tokenFile == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(Files.readString(tokenFile).strip());
        } catch (IOException e) {
            throw new UserError("can't read the token file " + tokenFile + ": " + e, "check --token-file", e);
        }
    }

    private Optional<SSLContext> trust() {
        if (cacert == null) {
            return Optional.empty();
        }
        try (InputStream in = Files.newInputStream(cacert)) {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            int number = 0;
            for (Certificate certificate :
                    CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                store.setCertificateEntry("trusted-" + number++, certificate);
            }
            var trusted = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trusted.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trusted.getTrustManagers(), null);
            return Optional.of(context);
        } catch (IOException | GeneralSecurityException e) {
            throw new UserError(cacert + " can't be used: " + e.getMessage(), "it holds certificates in PEM", e);
        }
    }
}
