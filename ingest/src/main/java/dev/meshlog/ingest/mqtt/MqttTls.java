package dev.meshlog.ingest.mqtt;

import com.hivemq.client.mqtt.MqttClientSslConfig;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import java.util.Optional;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManagerFactory;

/**
 * TLS to a broker, whose certificate must be for the name that it is reached under.
 *
 * @param caFile certificates in PEM that vouch for the broker's; absent: those that Java trusts
 * @param client the certificate that this side shows
 */
public record MqttTls(Optional<Path> caFile, Optional<ClientKey> client) {
    /** A PKCS#12 store with one key and its certificate, and the file with its password. */
    public record ClientKey(Path keyStore, Path passwordFile) {}

    /** Reads the files. */
    MqttClientSslConfig read() throws IOException, GeneralSecurityException {
        var config = MqttClientSslConfig.builder();
        if (caFile.isPresent()) {
            config = config.trustManagerFactory(trusting(caFile.get()));
        }
        if (client.isPresent()) {
            config = config.keyManagerFactory(showing(client.get()));
        }
        return config.build();
    }

    private static TrustManagerFactory trusting(Path caFile) throws IOException, GeneralSecurityException {
        KeyStore authorities = KeyStore.getInstance(KeyStore.getDefaultType());
        authorities.load(null, null);
        try (InputStream in = Files.newInputStream(caFile)) {
            Collection<? extends Certificate> certificates =
                    CertificateFactory.getInstance("X.509").generateCertificates(in);
            if (certificates.isEmpty()) {
                throw new IOException("no certificate in " + caFile);
            }
            for (Certificate certificate : certificates) {
                authorities.setCertificateEntry("ca" + authorities.size(), certificate);
            }
        }
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(authorities);
        return trust;
    }

    private static KeyManagerFactory showing(ClientKey client) throws IOException, GeneralSecurityException {
        char[] password = Files.readString(client.passwordFile()).strip().toCharArray();
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(client.keyStore())) {
            store.load(in, password);
        }
        var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, password);
        return keys;
    }
}
