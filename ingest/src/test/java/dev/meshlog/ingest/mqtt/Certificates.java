package dev.meshlog.ingest.mqtt;

import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Key;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** An authority with a certificate for a broker on 127.0.0.1 and one for a client, made by the JDK's own tool. */
record Certificates(Path authority, Path server, Path serverKey, Path client, Path clientPassword) {
    private static final String PASSWORD = "store-secret";

    static Certificates make(Path directory) throws Exception {
        Files.createDirectories(directory);
        Path all = directory.resolve("all.p12");
        key(directory, all, "ca", List.of("-ext", "bc:c"));
        key(directory, all, "server", List.of("-ext", "san=ip:127.0.0.1", "-signer", "ca"));
        key(directory, all, "client", List.of("-signer", "ca"));
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(all)) {
            store.load(in, PASSWORD.toCharArray());
        }
        KeyStore clients = KeyStore.getInstance("PKCS12");
        clients.load(null, null);
        Key clientKey = store.getKey("client", PASSWORD.toCharArray());
        clients.setKeyEntry("client", clientKey, PASSWORD.toCharArray(), store.getCertificateChain("client"));
        Path client = directory.resolve("client.p12");
        try (OutputStream out = Files.newOutputStream(client)) {
            clients.store(out, PASSWORD.toCharArray());
        }
        return new Certificates(
                pem(directory.resolve("ca.pem"), store.getCertificate("ca")),
                pem(directory.resolve("server.pem"), store.getCertificate("server")),
                pem(
                        directory.resolve("server.key"),
                        "PRIVATE KEY",
                        store.getKey("server", PASSWORD.toCharArray()).getEncoded()),
                client,
                Files.writeString(directory.resolve("client.password"), PASSWORD + "\n"));
    }

    private static void key(Path directory, Path store, String name, List<String> more) {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                name,
                "-dname",
                "CN=" + name,
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-storetype",
                "PKCS12",
                "-keystore",
                store.toString(),
                "-storepass",
                PASSWORD));
        command.addAll(more);
        Mosquitto.run(directory, command.toArray(String[]::new));
    }

    private static Path pem(Path file, Certificate certificate) throws Exception {
        return pem(file, "CERTIFICATE", certificate.getEncoded());
    }

    private static Path pem(Path file, String what, byte[] encoded) throws Exception {
        String base64 = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                .encodeToString(encoded);
        return Files.writeString(file, "-----BEGIN " + what + "-----\n" + base64 + "\n-----END " + what + "-----\n");
    }
}
