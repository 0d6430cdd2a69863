package dev.meshlog.ledger.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Network;
import dev.meshlog.schemas.Hex;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * The cases on which Ed25519 libraries disagree, after Chalkias, Garillot and Nikolaenko, "Taming the many EdDSAs": points of small and of
 * mixed order as key and as R, encodings that are not canonical, S beyond the group's order.
 */
class Ed25519Test {
    private static final BigInteger SECRET = EdwardsCurve.scalar(new byte[] {1});
    private static final EdwardsCurve.Point KEY = EdwardsCurve.BASE.times(SECRET);
    private static final EdwardsCurve.Point TORSION = EdwardsCurve.torsion();

    private final Map<String, Ed25519> providers = providers();

    private static Map<String, Ed25519> providers() {
        Map<String, Ed25519> all = new LinkedHashMap<>();
        all.put("SunEC", Ed25519.jdk());
        all.put("BC", Ed25519.bouncyCastle());
        try {
            all.put("ACCP", Ed25519.accp());
        } catch (GeneralSecurityException e) {
            // There is a native library for Linux on x86-64 alone.
            assertThat(System.getProperty("os.arch")).isNotEqualTo("amd64");
        }
        return all;
    }

    /** RFC 8032, 7.1, tests 1 to 3. */
    @Test
    void publishedSignaturesHold() {
        assertVerdict(
                true,
                "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
                "",
                "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b");
        assertVerdict(
                true,
                "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
                "72",
                "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
        assertVerdict(
                true,
                "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
                "af82",
                "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a");
    }

    @Test
    void everyBitCounts() {
        SigningKey key = Network.key(0);
        byte[] signature = key.sign(Hash.ZERO);
        for (int bit = 0; bit < 512; bit += 7) {
            byte[] changed = signature.clone();
            changed[bit / 8] ^= (byte) (1 << bit % 8);
            assertVerdict(false, key.publicKey().bytes(), Hash.ZERO.bytes(), changed);
        }
        assertVerdict(true, key.publicKey().bytes(), Hash.ZERO.bytes(), signature);
    }

    @Test
    void keyAndROfAnyMixedOrderGetOneVerdict() {
        for (int onKey = 0; onKey < 8; onKey++) {
            for (int onR = 0; onR < 8; onR++) {
                for (int i = 0; i < 3; i++) {
                    byte[] key = KEY.plus(torsion(onKey)).encode();
                    byte[] message = {(byte) i, 9};
                    BigInteger nonce = EdwardsCurve.scalar(new byte[] {2, (byte) i});
                    byte[] signature = EdwardsCurve.sign(SECRET, key, torsion(onR), nonce, message);
                    assertVerdict(onKey == 0 && onR == 0, key, message, signature);
                }
            }
        }
    }

    @Test
    void keyOfSmallOrderIsRefused() {
        for (int order = 0; order < 8; order++) {
            for (int i = 0; i < 3; i++) {
                byte[] key = torsion(order).encode();
                BigInteger nonce = EdwardsCurve.scalar(new byte[] {3, (byte) i});
                byte[] message = {(byte) i};
                for (int onR = 0; onR < 8; onR++) {
                    assertVerdict(
                            false, key, message, EdwardsCurve.sign(BigInteger.ZERO, key, torsion(onR), nonce, message));
                }
            }
        }
    }

    @Test
    void rOfSmallOrderIsRefused() {
        for (int order = 0; order < 8; order++) {
            byte[] message = {5};
            byte[] key = KEY.encode();
            assertVerdict(
                    false, key, message, EdwardsCurve.sign(SECRET, key, torsion(order), BigInteger.ZERO, message));
        }
    }

    @Test
    void encodingsThatAreNotCanonicalAreRefused() {
        byte[] message = {6};
        BigInteger nonce = EdwardsCurve.scalar(new byte[] {4});
        byte[] good = EdwardsCurve.sign(SECRET, KEY.encode(), EdwardsCurve.NEUTRAL, nonce, message);
        assertVerdict(true, KEY.encode(), message, good);
        for (int y = 0; y < 19; y++) {
            for (int sign = 0; sign < 2; sign++) {
                byte[] point = EdwardsCurve.littleEndian(EdwardsCurve.P.add(BigInteger.valueOf(y)));
                point[31] |= (byte) (sign << 7);
                byte[] signature = good.clone();
                System.arraycopy(point, 0, signature, 0, 32);
                assertVerdict(false, point, message, good);
                assertVerdict(false, KEY.encode(), message, signature);
            }
        }
    }

    @Test
    void scalarBeyondTheOrderIsRefused() {
        SigningKey key = Network.key(1);
        byte[] signature = key.sign(Hash.ZERO);
        BigInteger s = new BigInteger(1, reversed(Arrays.copyOfRange(signature, 32, 64)));
        for (int factor = 1; factor < 16; factor++) {
            BigInteger beyond = s.add(EdwardsCurve.L.multiply(BigInteger.valueOf(factor)));
            if (beyond.bitLength() <= 256) {
                byte[] changed = signature.clone();
                System.arraycopy(EdwardsCurve.littleEndian(beyond), 0, changed, 32, 32);
                assertVerdict(false, key.publicKey().bytes(), Hash.ZERO.bytes(), changed);
            }
        }
    }

    @Test
    void otherLengthsAreRefused() {
        SigningKey key = Network.key(1);
        byte[] signature = key.sign(Hash.ZERO);
        for (int length : new int[] {0, 32, 63, 65, 128}) {
            assertVerdict(false, key.publicKey().bytes(), Hash.ZERO.bytes(), Arrays.copyOf(signature, length));
        }
    }

    @Test
    void keySurvivesItsPemForm() {
        SigningKey key = Network.key(3);

        assertThat(SigningKey.ofPem(key.toPem()).publicKey()).isEqualTo(key.publicKey());
        assertThat(key.toString()).doesNotContain(Hex.of(new byte[] {4, 4, 4, 4}));
    }

    @Test
    void otherPemIsRefused() {
        for (String pem : List.of(
                "",
                "nonsense",
                "-----BEGIN PRIVATE KEY-----\n!!!!\n-----END PRIVATE KEY-----",
                "-----BEGIN PRIVATE KEY-----\nMC4CAQA=\n-----END PRIVATE KEY-----",
                Network.key(1).toPem().replace("PRIVATE", "PUBLIC"))) {
            assertThatThrownBy(() -> SigningKey.ofPem(pem)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    private static EdwardsCurve.Point torsion(int factor) {
        return TORSION.times(BigInteger.valueOf(factor));
    }

    private static byte[] reversed(byte[] bytes) {
        byte[] result = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            result[i] = bytes[bytes.length - 1 - i];
        }
        return result;
    }

    private void assertVerdict(boolean expected, String key, String message, String signature) {
        assertVerdict(expected, Hex.parse(key), Hex.parse(message), Hex.parse(signature));
    }

    private void assertVerdict(boolean expected, byte[] key, byte[] message, byte[] signature) {
        List<String> wrong = new ArrayList<>();
        providers.forEach((name, provider) -> {
            if (provider.verify(Hash.of(key), message, signature) != expected) {
                wrong.add(name);
            }
        });
        assertThat(wrong)
                .as("providers that do not say %s for key %s, signature %s", expected, Hex.of(key), Hex.of(signature))
                .isEmpty();
    }
}
