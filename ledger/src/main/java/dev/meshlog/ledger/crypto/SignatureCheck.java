package dev.meshlog.ledger.crypto;

import dev.meshlog.ledger.Hash;

/** Says whether a signature holds. Any thread may ask. */
@FunctionalInterface
public interface SignatureCheck {
    boolean verify(Hash publicKey, byte[] message, byte[] signature);

    default boolean verify(Hash publicKey, Hash message, byte[] signature) {
        return verify(publicKey, message.bytes(), signature);
    }
}
