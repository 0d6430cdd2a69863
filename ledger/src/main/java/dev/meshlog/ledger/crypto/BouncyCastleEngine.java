package dev.meshlog.ledger.crypto;

import dev.meshlog.ledger.Hash;
import java.util.Arrays;
import org.bouncycastle.math.ec.rfc8032.Ed25519;

/**
 * Pure Java. The library verifies with the cofactor; with a key and an R of prime order that is the same as without, so R's order is checked
 * here.
 */
final class BouncyCastleEngine implements dev.meshlog.ledger.crypto.Ed25519.Engine {
    static boolean isOfPrimeOrder(byte[] point) {
        return Ed25519.validatePublicKeyFull(point, 0);
    }

    @Override
    public boolean verify(Hash publicKey, byte[] message, byte[] signature) {
        return Ed25519.verify(signature, 0, publicKey.bytes(), 0, message, 0, message.length)
                && isOfPrimeOrder(Arrays.copyOf(signature, 32));
    }
}
