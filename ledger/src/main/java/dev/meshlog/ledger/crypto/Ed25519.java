package dev.meshlog.ledger.crypto;

import dev.meshlog.ledger.Hash;
import java.security.GeneralSecurityException;
import java.security.Provider;
import java.security.Security;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Verification of Ed25519 signatures (RFC 8032) that gives the same verdict with every provider. A signature is looked at by a provider only
 * when it has 64 bytes, S is below the group's order, R and the key are canonical and not of small order, and the key is of prime order.
 * The last condition is needed because Bouncy Castle verifies with the cofactor and the others without: whatever is added of small order to
 * the key or to R, Bouncy Castle accepts it always, the others by chance.
 *
 * <p>Any thread may use an instance.
 */
public final class Ed25519 implements SignatureCheck {
    public static final int SIGNATURE_LENGTH = 64;

    private static final Logger LOG = LoggerFactory.getLogger(Ed25519.class);
    private static final String ACCP = "com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider";
    private static final int CACHED_KEYS = 20_000;

    private final Engine engine;
    private final Map<Hash, Boolean> goodKeys = new ConcurrentHashMap<>();

    private Ed25519(Engine engine) {
        this.engine = engine;
    }

    /** Amazon Corretto Crypto Provider where it loads, else Bouncy Castle with one line of warning. */
    public static Ed25519 fastest() {
        return Fastest.INSTANCE;
    }

    public static Ed25519 bouncyCastle() {
        return new Ed25519(new BouncyCastleEngine());
    }

    /** The JDK's own: slow, needs nothing. */
    public static Ed25519 jdk() {
        Provider sunEc = Security.getProvider("SunEC");
        if (sunEc == null) {
            throw new IllegalStateException("this JDK has no SunEC provider");
        }
        return new Ed25519(new JcaEngine(sunEc));
    }

    /** @throws GeneralSecurityException when its native library does not load on this machine */
    public static Ed25519 accp() throws GeneralSecurityException {
        try {
            var provider = (Provider) Class.forName(ACCP).getField("INSTANCE").get(null);
            if (provider == null) {
                throw new GeneralSecurityException("no instance of " + ACCP);
            }
            var candidate = new Ed25519(new JcaEngine(provider));
            candidate.selfTest();
            return candidate;
        } catch (ReflectiveOperationException | LinkageError | RuntimeException e) {
            throw new GeneralSecurityException("Amazon Corretto Crypto Provider does not load", e);
        }
    }

    @Override
    public boolean verify(Hash publicKey, byte[] message, byte[] signature) {
        return signature.length == SIGNATURE_LENGTH
                && PointEncoding.isCanonicalScalar(signature, 32)
                && PointEncoding.isCanonicalPoint(signature, 0)
                && isGoodKey(publicKey)
                && engine.verify(publicKey, message, signature);
    }

    /** Canonical, on the curve, of prime order. */
    public boolean isGoodKey(Hash publicKey) {
        Boolean known = goodKeys.get(publicKey);
        if (known != null) {
            return known;
        }
        byte[] bytes = publicKey.bytes();
        boolean good = PointEncoding.isCanonicalPoint(bytes, 0) && BouncyCastleEngine.isOfPrimeOrder(bytes);
        if (goodKeys.size() >= CACHED_KEYS) {
            goodKeys.clear();
        }
        goodKeys.put(publicKey, good);
        return good;
    }

    private void selfTest() throws GeneralSecurityException {
        byte[] seed = new byte[32];
        Arrays.fill(seed, (byte) 7);
        SigningKey key = SigningKey.ofSeed(seed);
        byte[] signature = key.sign(Hash.ZERO);
        boolean good = verify(key.publicKey(), Hash.ZERO, signature);
        signature[40] ^= 1;
        if (!good || verify(key.publicKey(), Hash.ZERO, signature)) {
            throw new GeneralSecurityException("self-test failed");
        }
    }

    /** One way to check a signature that passed the checks of this class. */
    interface Engine {
        boolean verify(Hash publicKey, byte[] message, byte[] signature);
    }

    private static final class Fastest {
        static final Ed25519 INSTANCE = choose();

        private static Ed25519 choose() {
            try {
                return accp();
            } catch (GeneralSecurityException e) {
                LOG.warn(
                        "signatures are verified by Bouncy Castle, at less than half the speed: {} ({})",
                        e.getMessage(),
                        String.valueOf(e.getCause()));
                return bouncyCastle();
            }
        }
    }
}
