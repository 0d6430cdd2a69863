package dev.meshlog.ingest.gossip.serve;

import dev.meshlog.ledger.Domain;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.crypto.SigningKey;
import dev.meshlog.ledger.vertex.Vertex;
import dev.meshlog.ledger.vertex.VertexFactory;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.ledger.SignedVertex;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Signed vertices of a few producers, without parents, and the log that they are written to. */
final class Vertices {
    static final Hash NETWORK = Domain.contentId(new byte[] {7});
    static final Comparator<Vertex> BY_ROUND = Comparator.comparingLong(Vertex::round)
            .thenComparing(Vertex::producer)
            .thenComparing(Vertex::id);

    private Vertices() {}

    static SigningKey key(int number) {
        byte[] seed = new byte[32];
        seed[0] = (byte) number;
        return SigningKey.ofSeed(seed);
    }

    /** @param bytes of each, about */
    static Vertex vertex(int producer, long round, int bytes, long timestampMs) {
        return new VertexFactory(NETWORK, 100, key(producer))
                .make(round, List.of(), List.of(new byte[bytes]), 0, Hash.ZERO, timestampMs);
    }

    /** One of each producer in each round, by round and producer. */
    static List<Vertex> rounds(int producers, long first, long last, int bytes) {
        var vertices = new ArrayList<Vertex>();
        for (long round = first; round <= last; round++) {
            for (int producer = 0; producer < producers; producer++) {
                vertices.add(vertex(producer, round, bytes, 0));
            }
        }
        vertices.sort(BY_ROUND);
        return vertices;
    }

    static List<SignedVertex> records(List<Vertex> vertices) {
        return vertices.stream().map(Vertex::record).toList();
    }

    /** As the verifier does: in transactions, of which some are aborted. Every hundredth record is one that nobody will ever see. */
    static void log(Cluster cluster, List<Vertex> vertices) {
        try (Producer<String, byte[]> producer = cluster.transactionalProducer("verifier")) {
            producer.initTransactions();
            for (int from = 0; from < vertices.size(); from += 100) {
                producer.beginTransaction();
                send(producer, vertex(0, 1_000_000 + from, 10, from));
                producer.abortTransaction();
                producer.beginTransaction();
                vertices.subList(from, Math.min(vertices.size(), from + 100)).forEach(each -> send(producer, each));
                producer.commitTransaction();
            }
        }
    }

    private static void send(Producer<String, byte[]> producer, Vertex vertex) {
        var unused = producer.send(new ProducerRecord<>(
                Topics.VERIFIED.name(), vertex.producer().hex(), Cluster.encode(Topics.VERIFIED, vertex.record())));
    }
}
