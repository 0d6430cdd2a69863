package dev.meshlog.streams.http;

import dev.meshlog.ledger.Network;
import dev.meshlog.ledger.crypto.SigningKey;
import dev.meshlog.ledger.execution.SystemPod;
import dev.meshlog.ledger.vertex.Call;
import dev.meshlog.ledger.vertex.Transaction;
import java.nio.ByteBuffer;
import java.util.List;

/** Signed transactions of a test network. */
final class Transactions {
    private Transactions() {}

    /** Creates an object whose content is the number, for the network's first validator. */
    static Transaction creation(Network network, long number, long validUntilRound) {
        SigningKey key = network.keys.get(0);
        byte[] content = ByteBuffer.allocate(Long.BYTES).putLong(number).array();
        var call = new Call(
                key.publicKey(), List.of(), List.of(), 1, SystemPod.NAME, "create_object", content, validUntilRound);
        return Transaction.sign(network.genesis.networkId(), call, key);
    }
}
