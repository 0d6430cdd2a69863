package dev.meshlog.ledger.vectors;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Network;
import dev.meshlog.ledger.crypto.SigningKey;
import dev.meshlog.schemas.Hex;

/** Seeds, their public keys and PEM forms, and a signature. */
final class KeyVectors {
    private KeyVectors() {}

    static ObjectNode make() {
        ObjectNode file = VectorFiles.object();
        ArrayNode keys = file.putArray("keys");
        for (int number = 0; number < 7; number++) {
            SigningKey key = Network.key(number);
            keys.addObject()
                    .put("seed", String.format("%02x", number + 1).repeat(Hash.LENGTH))
                    .put("publicKey", key.publicKey().hex())
                    .put("pem", key.toPem())
                    .put("message", "00".repeat(Hash.LENGTH))
                    .put("signature", Hex.of(key.sign(Hash.ZERO)));
        }
        return file;
    }
}
