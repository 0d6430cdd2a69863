package dev.meshlog.ledger.simulation;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.crypto.Ed25519;
import dev.meshlog.ledger.crypto.SignatureCheck;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Set;

/** Verifies as ever, but what was made by {@link #made} in this run is known to hold: a run has thousands of nodes' looks at few signatures. */
final class Signatures implements SignatureCheck {
    private final SignatureCheck real = Ed25519.fastest();
    private final Set<ByteBuffer> known = new HashSet<>();

    void made(Hash publicKey, Hash message, byte[] signature) {
        known.add(name(publicKey, message.bytes(), signature));
    }

    @Override
    public boolean verify(Hash publicKey, byte[] message, byte[] signature) {
        return known.contains(name(publicKey, message, signature)) || real.verify(publicKey, message, signature);
    }

    private static ByteBuffer name(Hash publicKey, byte[] message, byte[] signature) {
        return ByteBuffer.allocate(Hash.LENGTH + message.length + signature.length)
                .put(publicKey.bytes())
                .put(message)
                .put(signature)
                .flip();
    }
}
