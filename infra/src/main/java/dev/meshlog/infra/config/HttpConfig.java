package dev.meshlog.infra.config;

import dev.meshlog.infra.UserError;
import dev.meshlog.streams.http.HttpSettings;
import dev.meshlog.streams.http.TlsKeyStore;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Questions to the ledger and transactions over HTTP.
 *
 * @param listen HOST:PORT; absent: {@value #DEFAULT_PORT} of 127.0.0.1, or any free port when that one is taken
 * @param advertised host name in the certificate, under which other instances reach this one
 * @param tokenFile whoever asks must know what stands in it; needed for any address but those of this machine
 * @param keyStore PKCS#12 with the server's key; needed likewise
 * @param keyStorePasswordFile its password
 */
public record HttpConfig(
        @Nullable String listen,
        @Nullable String advertised,
        @Nullable String tokenFile,
        @Nullable String keyStore,
        @Nullable String keyStorePasswordFile) {
    public static final int DEFAULT_PORT = 19080;

    private static final Pattern ADDRESS = Pattern.compile("(\\[[0-9a-fA-F:.]+]|[^:\\[\\]]+):([0-9]{1,5})");

    public HttpConfig {
        if (listen != null) {
            Matcher address = ADDRESS.matcher(listen);
            if (!address.matches() || Integer.parseInt(address.group(2)) > 65_535) {
                throw new IllegalArgumentException("http.listen must be HOST:PORT, an IPv6 address in brackets");
            }
        }
        if ((keyStore == null) != (keyStorePasswordFile == null)) {
            throw new IllegalArgumentException(
                    "http.keyStore and http.keyStorePasswordFile must be there both or neither");
        }
    }

    /** The same at another address. */
    public HttpConfig at(String address) {
        return new HttpConfig(address, advertised, tokenFile, keyStore, keyStorePasswordFile);
    }

    /** Whether another port may take the place of the one that is taken. */
    public boolean fallsBack() {
        return listen == null;
    }

    /** @throws UserError when a file can't be used, or the address is open to others without a token and TLS */
    public HttpSettings settings() {
        return settings(listen == null ? "127.0.0.1:" + DEFAULT_PORT : listen);
    }

    /** The same on any free port of this machine. */
    public HttpSettings onAnyPort() {
        return settings("127.0.0.1:0");
    }

    private HttpSettings settings(String address) {
        int colon = address.lastIndexOf(':');
        String host = address.substring(0, colon).replaceAll("[\\[\\]]", "");
        Optional<String> token =
                tokenFile == null ? Optional.empty() : Optional.of(secret("http.tokenFile", tokenFile));
        try {
            return new HttpSettings(
                    new InetSocketAddress(host, Integer.parseInt(address.substring(colon + 1))),
                    Optional.ofNullable(advertised),
                    token,
                    tls());
        } catch (IllegalArgumentException e) {
            throw new UserError(
                    "http.listen: " + e.getMessage(),
                    "set http.tokenFile, http.keyStore, http.keyStorePasswordFile and http.advertised, or listen on 127.0.0.1",
                    e);
        }
    }

    private Optional<SSLContext> tls() {
        if (keyStore == null || keyStorePasswordFile == null) {
            return Optional.empty();
        }
        try {
            char[] password =
                    secret("http.keyStorePasswordFile", keyStorePasswordFile).toCharArray();
            return Optional.of(TlsKeyStore.read(Path.of(keyStore), password));
        } catch (IOException | GeneralSecurityException e) {
            throw new UserError(
                    "http.keyStore: " + keyStore + " can't be used: " + e.getMessage(),
                    "it is a PKCS#12 file with the server's key, and http.keyStorePasswordFile has its password",
                    e);
        }
    }

    private static String secret(String key, String file) {
        try {
            String text = Files.readString(Path.of(file)).strip();
            if (text.isEmpty()) {
                throw new UserError(key + ": " + file + " is empty", "write the secret into it, on one line");
            }
            return text;
        } catch (IOException e) {
            throw new UserError(key + ": can't read " + file + ": " + e, "check the path and its owner", e);
        }
    }
}
