package dev.meshlog.ledger.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.meshlog.ledger.Hash;
import dev.meshlog.schemas.Hex;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Published signatures; where they come from is in the file. */
class Ed25519VectorsTest {
    private final JsonNode file = read();
    private final Map<String, Ed25519> providers = new LinkedHashMap<>();

    Ed25519VectorsTest() throws GeneralSecurityException {
        providers.put("SunEC", Ed25519.jdk());
        providers.put("BC", Ed25519.bouncyCastle());
        // There is a native library for Linux on x86-64 alone.
        if (System.getProperty("os.arch").equals("amd64")
                && System.getProperty("os.name").equals("Linux")) {
            providers.put("ACCP", Ed25519.accp());
        }
    }

    @Test
    void publishedSignaturesGetTheirVerdictOfEveryProvider() {
        assertThat(file.get("cases")).hasSize(17);
        for (JsonNode vector : file.get("cases")) {
            assertVerdict(
                    vector.get("source").asText() + ", " + vector.get("name").asText(),
                    vector.get("verdict").asBoolean(),
                    Hash.ofHex(vector.get("publicKey").asText()),
                    Hex.parse(vector.get("message").asText()),
                    Hex.parse(vector.get("signature").asText()));
        }
    }

    /** ZIP 215 has all of these pass; with S = 0 and both points of low order the equation with the cofactor always holds. */
    @Test
    void pointsOfLowOrderAreRefusedInEveryEncoding() {
        byte[] message = "Zcash".getBytes(StandardCharsets.US_ASCII);
        assertThat(file.get("lowOrderPoints")).hasSize(14);
        for (JsonNode key : file.get("lowOrderPoints")) {
            for (JsonNode r : file.get("lowOrderPoints")) {
                byte[] signature = Hex.parse(r.asText() + "00".repeat(32));
                assertVerdict(key.asText() + " " + r.asText(), false, Hash.ofHex(key.asText()), message, signature);
            }
            assertThat(PointEncoding.isCanonicalPoint(Hex.parse(key.asText()), 0))
                    .as(key.asText())
                    .isFalse();
        }
    }

    private void assertVerdict(String name, boolean expected, Hash key, byte[] message, byte[] signature) {
        providers.forEach((provider, ed25519) -> assertThat(ed25519.verify(key, message, signature))
                .as("%s by %s", name, provider)
                .isEqualTo(expected));
    }

    private static JsonNode read() {
        try (InputStream in = Ed25519VectorsTest.class.getResourceAsStream("/vectors/ed25519.json")) {
            return new ObjectMapper().readTree(Objects.requireNonNull(in));
        } catch (IOException e) {
            throw new UncheckedIOException("ed25519.json", e);
        }
    }
}
