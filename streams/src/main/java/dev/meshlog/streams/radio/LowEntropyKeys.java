package dev.meshlog.streams.radio;

import com.google.protobuf.ByteString;
import dev.meshlog.schemas.Hex;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/** Public keys that many radios share because they were made with too little randomness: whoever has one can read for all. */
final class LowEntropyKeys {
    private static final String LIST = "low-entropy-key-sha256.txt";

    private final Set<String> hashes;

    private LowEntropyKeys(Set<String> hashes) {
        this.hashes = hashes;
    }

    /** The firmware's own list. */
    static LowEntropyKeys load() {
        try (InputStream in = LowEntropyKeys.class.getResourceAsStream(LIST)) {
            String text = new String(Objects.requireNonNull(in, LIST).readAllBytes(), StandardCharsets.US_ASCII);
            return new LowEntropyKeys(text.lines().map(String::strip).collect(Collectors.toUnmodifiableSet()));
        } catch (IOException e) {
            throw new UncheckedIOException(LIST, e);
        }
    }

    boolean contains(ByteString key) {
        return hashes.contains(sha256(key));
    }

    /** Hex. */
    static String sha256(ByteString key) {
        try {
            return Hex.of(MessageDigest.getInstance("SHA-256").digest(key.toByteArray()));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
