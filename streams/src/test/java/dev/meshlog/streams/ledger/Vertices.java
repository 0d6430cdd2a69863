package dev.meshlog.streams.ledger;

import dev.meshlog.ledger.Network;
import dev.meshlog.ledger.VertexRef;
import dev.meshlog.ledger.crypto.SigningKey;
import dev.meshlog.ledger.execution.SystemPod;
import dev.meshlog.ledger.vertex.Call;
import dev.meshlog.ledger.vertex.Transaction;
import dev.meshlog.ledger.vertex.Vertex;
import dev.meshlog.schemas.AvroBinary;
import dev.meshlog.schemas.AvroSerde;
import dev.meshlog.schemas.SingleObject;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.ledger.SignedTransaction;
import dev.meshlog.schemas.ledger.SignedVertex;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.LongFunction;

/** Signed vertices and transactions of a test network. */
final class Vertices {
    private static final SingleObject<SignedVertex> CODEC =
            ((AvroSerde<SignedVertex>) Topics.VERTICES.values()).codec();

    private static final AvroBinary<SignedTransaction> SIGNED = new AvroBinary<>(SignedTransaction.getClassSchema());

    private Vertices() {}

    static byte[] bytes(Vertex vertex) {
        return CODEC.encode(vertex.record());
    }

    /** Rounds 1 to {@code rounds} of a network of one validator. */
    static List<Vertex> chain(Network network, int rounds, LongFunction<List<byte[]>> transactions) {
        List<Vertex> chain = new ArrayList<>();
        VertexRef own = VertexRef.implicit(network.keys.get(0).publicKey());
        for (long round = 1; round <= rounds; round++) {
            Vertex vertex = network.vertex(0, round, List.of(own), transactions.apply(round));
            chain.add(vertex);
            own = vertex.ref();
        }
        return chain;
    }

    /** Every vertex comes at most {@code distance} places early or late. */
    static List<Vertex> disorder(List<Vertex> vertices, Random random, int distance) {
        List<Vertex> result = new ArrayList<>(vertices);
        for (int from = 0; from < result.size(); from += distance) {
            Collections.shuffle(result.subList(from, Math.min(result.size(), from + distance)), random);
        }
        return result;
    }

    /** As it travels in {@code ledger.transactions}. */
    static SignedTransaction signed(Transaction transaction) {
        return SIGNED.decode(transaction.bytes());
    }

    /** Creates an object whose content is the number. */
    static Transaction creation(Network network, long number) {
        return creation(network, ByteBuffer.allocate(Long.BYTES).putLong(number).array());
    }

    static Transaction creation(Network network, byte[] content) {
        SigningKey key = network.keys.get(0);
        return Transaction.sign(
                network.genesis.networkId(),
                new Call(key.publicKey(), List.of(), List.of(), 1, SystemPod.NAME, "create_object", content, 900),
                key);
    }
}
