package dev.meshlog.ledger.crypto;

import dev.meshlog.ledger.Hash;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.Provider;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.EdECPoint;
import java.security.spec.EdECPublicKeySpec;
import java.security.spec.NamedParameterSpec;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** A provider of the Java Cryptography Architecture. Key objects come from the JDK's factory: not every provider has one. */
final class JcaEngine implements Ed25519.Engine {
    private static final int CACHED_KEYS = 20_000;

    private final ThreadLocal<Signature> signatures;
    private final Map<Hash, PublicKey> keys = new ConcurrentHashMap<>();

    JcaEngine(Provider provider) {
        this.signatures = ThreadLocal.withInitial(() -> {
            try {
                return Signature.getInstance("EdDSA", provider);
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(provider.getName() + " has no EdDSA signature", e);
            }
        });
    }

    @Override
    public boolean verify(Hash publicKey, byte[] message, byte[] signature) {
        Signature check = signatures.get();
        try {
            check.initVerify(key(publicKey));
            check.update(message);
            return check.verify(signature);
        } catch (InvalidKeyException | SignatureException e) {
            return false;
        }
    }

    private PublicKey key(Hash publicKey) {
        PublicKey known = keys.get(publicKey);
        if (known != null) {
            return known;
        }
        PublicKey key = parse(publicKey.bytes());
        if (keys.size() >= CACHED_KEYS) {
            keys.clear();
        }
        keys.put(publicKey, key);
        return key;
    }

    private static PublicKey parse(byte[] bytes) {
        byte[] bigEndian = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            bigEndian[i] = bytes[bytes.length - 1 - i];
        }
        boolean odd = (bigEndian[0] & 0x80) != 0;
        bigEndian[0] &= 0x7f;
        try {
            return KeyFactory.getInstance("Ed25519")
                    .generatePublic(new EdECPublicKeySpec(
                            NamedParameterSpec.ED25519, new EdECPoint(odd, new BigInteger(1, bigEndian))));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a canonical point is a key for every JDK", e);
        }
    }
}
