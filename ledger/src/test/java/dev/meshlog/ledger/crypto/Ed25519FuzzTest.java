package dev.meshlog.ledger.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.meshlog.ledger.Hash;
import dev.meshlog.schemas.testing.BoundedAllocation;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

class Ed25519FuzzTest {
    private static final BigInteger SECRET = EdwardsCurve.scalar(new byte[] {1});
    private static final BigInteger NONCE = EdwardsCurve.scalar(new byte[] {2});
    private static final EdwardsCurve.Point KEY = EdwardsCurve.BASE.times(SECRET);
    private static final EdwardsCurve.Point TORSION = EdwardsCurve.torsion();
    private static final byte[] MESSAGE = {42};
    private static final int PREFIX = 3;

    /** By the points of small order on the key and on R: arithmetic on the curve is slow here. */
    private static final Map<List<Integer>, Signed> SIGNED = new ConcurrentHashMap<>();

    private final List<Ed25519> providers;

    Ed25519FuzzTest() throws GeneralSecurityException {
        providers = List.of(Ed25519.accp(), Ed25519.bouncyCastle(), Ed25519.jdk());
    }

    /**
     * The first two bytes add points of small order to the key and to R, the third one multiples of the group's order to S; the other bytes are
     * laid over the key and the signature by exclusive or. So nothing but zeros is a good signature, and each bit is one step away from it. What
     * is behind 96 bytes makes the signature longer.
     */
    @FuzzTest
    void everyProviderGivesTheSameVerdict(byte[] input) throws Exception {
        if (input.length < PREFIX) {
            return;
        }
        Signed signed = SIGNED.computeIfAbsent(List.of(input[0] & 7, input[1] & 7), Signed::of);
        byte[] key = signed.key().clone();
        byte[] signature = signed.signature().clone();
        addOrder(signature, input[2] & 0x0f);
        byte[] bits = Arrays.copyOfRange(input, PREFIX, input.length);
        byte[] changed = Arrays.copyOf(signature, Math.max(signature.length, bits.length - key.length));
        for (int i = 0; i < bits.length; i++) {
            if (i < key.length) {
                key[i] ^= bits[i];
            } else {
                changed[i - key.length] ^= bits[i];
            }
        }
        BoundedAllocation.check(input, () -> {
            List<Boolean> verdicts = providers.stream()
                    .map(provider -> provider.verify(Hash.of(key), MESSAGE, changed))
                    .toList();
            assertThat(verdicts).containsOnly(verdicts.get(0));
            assertThat(providers.get(0).isGoodKey(Hash.of(key)))
                    .isEqualTo(providers.get(1).isGoodKey(Hash.of(key)));
        });
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Signed(byte[] key, byte[] signature) {
        static Signed of(List<Integer> torsion) {
            byte[] key =
                    KEY.plus(TORSION.times(BigInteger.valueOf(torsion.get(0)))).encode();
            EdwardsCurve.Point onR = TORSION.times(BigInteger.valueOf(torsion.get(1)));
            return new Signed(key, EdwardsCurve.sign(SECRET, key, onR, NONCE, MESSAGE));
        }
    }

    /** S + factor × L, as far as it fits 32 bytes. */
    private static void addOrder(byte[] signature, int factor) {
        byte[] bigEndian = new byte[32];
        for (int i = 0; i < 32; i++) {
            bigEndian[i] = signature[63 - i];
        }
        BigInteger s = new BigInteger(1, bigEndian).add(EdwardsCurve.L.multiply(BigInteger.valueOf(factor)));
        System.arraycopy(EdwardsCurve.littleEndian(s), 0, signature, 32, 32);
    }
}
